// Text that must never be printed: it has no stream operator, and reveal() marks every place that
// uses it.
#pragma once

#include <string>
#include <utility>

namespace stint {

class secret {
 public:
  secret() = default;
  explicit secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  bool operator==(const secret&) const noexcept = default;

 private:
  std::string text_;
};

}  // namespace stint
