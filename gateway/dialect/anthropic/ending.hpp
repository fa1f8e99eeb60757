// The end of an Anthropic stream that is cut before its provider ends it: what must be remembered
// of the events that were passed on, and the events that end it as the provider itself does at
// max_tokens. Belongs to one stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/dialect/parts/event_stream.hpp"
#include "pricing/usage.hpp"

namespace stint {

class anthropic_ending {
 public:
  explicit anthropic_ending(std::string_view model) : model_(model) {}

  // An event that the client got.
  void note(const stream_event& event);
  // The client knows why the message ended.
  [[nodiscard]] bool finished() const noexcept { return has_stop_reason_; }
  // Closes an open block, and the message with stop_reason "max_tokens" and its usage.
  void write(const usage& used, std::string& out) const;

 private:
  std::string model_;  // as the client asked for it
  bool has_begun_ = false;
  bool has_stop_reason_ = false;
  std::optional<std::int64_t> open_block_;
};

}  // namespace stint
