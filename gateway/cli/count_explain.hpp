// The table of `stint count --explain`: where each token of a request comes from.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

// Keeps what count_prompt tells it.
class part_list final : public tokenizer::count_observer {
 public:
  void add(const tokenizer::counted_part& part) override { parts_.push_back(part); }
  [[nodiscard]] const std::vector<tokenizer::counted_part>& parts() const noexcept {
    return parts_;
  }

 private:
  std::vector<tokenizer::counted_part> parts_;
};

// The table, one row a part, and why the count is not exact, if it is not.
void print_parts(const part_list& seen, const std::string& model,
                 const tokenizer::prompt_tokens& counted, std::ostream& out);

}  // namespace stint
