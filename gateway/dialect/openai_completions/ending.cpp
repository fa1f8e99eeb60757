// Tested by tests/gateway/dialect/openai_completions_test.cpp.
#include "gateway/dialect/openai_completions/ending.hpp"

namespace stint {

void openai_completions_ending::note(std::string_view data) {
  head_.note(data);
  each_finished_choice(data, [this](std::uint64_t index) {
    if (index >= finished_.size() || finished_[static_cast<std::size_t>(index)]) return;
    finished_[static_cast<std::size_t>(index)] = true;
    ++finished_count_;
  });
}

void openai_completions_ending::write(const usage& used, std::string& out) const {
  std::string open;
  for (std::size_t index = 0; index < finished_.size(); ++index) {
    if (finished_[index]) continue;
    open += open.empty() ? "" : ",";
    open += R"({"text":"","index":)" + std::to_string(index) +
            R"(,"logprobs":null,"finish_reason":"length"})";
  }
  append_openai_ending(head_.envelope("text_completion"), open, with_usage_ ? &used : nullptr, out);
}

}  // namespace stint
