// The end of an OpenAI stream that is cut before its provider ends it: what must be remembered of
// the chunks that were passed on, and the chunks that end it as the provider itself does at
// max_tokens. Belongs to one stream.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include "pricing/usage.hpp"

namespace stint {

class openai_chat_ending {
 public:
  static constexpr std::size_t choices_max = 128;  // OpenAI's own limit of n

  openai_chat_ending(std::int64_t choices, bool with_usage) noexcept
      : choices_(static_cast<std::size_t>(choices)), with_usage_(with_usage) {}

  // The data of a chunk that the client got.
  void note(std::string_view data);
  // A chunk that ends no choice tells it nothing new any more.
  [[nodiscard]] bool knows_its_stream() const noexcept { return looked_at_ >= nameless_chunks_max; }
  // Of the chunks that were noted; parsed when it is asked for.
  [[nodiscard]] std::string model() const;
  // Every choice has its finish_reason.
  [[nodiscard]] bool finished() const noexcept { return finished_.count() >= choices_; }
  // Ends every open choice with finish_reason "length", then tells the usage if it was asked for.
  void write(const usage& used, std::string& out) const;

 private:
  // Azure's streams begin with a chunk that has neither id nor model. A server that gives no ids at all
  // has said so by then.
  static constexpr int nameless_chunks_max = 8;

  std::size_t choices_;
  bool with_usage_;
  std::string first_;  // the first chunk that says who it is: its id and model are those of all
  int looked_at_ = 0;  // chunks that did not
  std::bitset<choices_max> finished_;
};

}  // namespace stint
