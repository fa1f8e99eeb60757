// The end of a stream of legacy completions that is cut before its provider ends it: as of a chat
// (openai_chat/ending.hpp), but that a choice delivers a text, and that there are as many choices as all prompts
// have together. Belongs to one stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/openai_chat/ending.hpp"

namespace stint {

class openai_completions_ending {
 public:
  openai_completions_ending(std::int64_t choices, bool with_usage)
      : finished_(static_cast<std::size_t>(choices)), with_usage_(with_usage) {}

  // The data of a chunk that the client got.
  void note(std::string_view data);
  [[nodiscard]] bool knows_its_stream() const noexcept { return head_.is_known(); }
  [[nodiscard]] std::string model() const { return head_.model(); }
  [[nodiscard]] bool finished() const noexcept { return finished_count_ >= finished_.size(); }
  void write(const usage& used, std::string& out) const;

 private:
  openai_stream_head head_;
  std::vector<bool> finished_;
  std::size_t finished_count_ = 0;
  bool with_usage_;
};

}  // namespace stint
