// The end of an OpenAI stream that is cut before its provider ends it: what must be remembered of
// the chunks that were passed on, and the chunks that end it as the provider itself does at
// max_tokens. Belongs to one stream.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "gateway/dialect/parts/document.hpp"
#include "pricing/usage.hpp"

namespace stint {

// Who a stream is: what all its chunks begin with.
class openai_stream_head {
 public:
  void note(std::string_view data);
  // No chunk tells it anything new any more.
  [[nodiscard]] bool is_known() const noexcept { return looked_at_ >= nameless_chunks_max; }
  // Of the chunks that were noted; parsed when it is asked for.
  [[nodiscard]] std::string model() const;
  // `{"id":…,"object":…,` as the chunks had it; `object` where they had none.
  [[nodiscard]] std::string envelope(std::string_view object) const;

 private:
  // Azure's streams begin with a chunk that has neither id nor model. A server that gives no ids at all
  // has said so by then.
  static constexpr int nameless_chunks_max = 8;

  std::string first_;  // the first chunk that says who it is: its id and model are those of all
  int looked_at_ = 0;  // chunks that did not
};

// What ends a stream: the choices that are ended here, as a list's text; the chunk without choices that tells the usage,
// null where nobody asked for it; and the terminator.
void append_openai_ending(std::string_view envelope, std::string_view open_choices,
                          const usage* told, std::string& out);

// Calls `finish(index)` for each choice that the chunk ends.
template <typename Finish>
void each_finished_choice(std::string_view data, Finish finish) {
  if (!seems_to_have(data, "\"finish_reason\"")) return;
  const auto chunk = parse_object(data);
  simdjson::dom::array choices;
  if (!chunk || (*chunk)["choices"].get(choices) != simdjson::SUCCESS) return;
  for (const simdjson::dom::element item : choices) {
    simdjson::dom::object choice;
    std::uint64_t index = 0;
    if (item.get(choice) != simdjson::SUCCESS || text_of(choice, "finish_reason").empty()) continue;
    if (choice["index"].get(index) != simdjson::SUCCESS) index = 0;
    finish(index);
  }
}

class openai_chat_ending {
 public:
  static constexpr std::size_t choices_max = 128;  // OpenAI's own limit of n

  openai_chat_ending(std::int64_t choices, bool with_usage) noexcept
      : choices_(static_cast<std::size_t>(choices)), with_usage_(with_usage) {}

  // The data of a chunk that the client got.
  void note(std::string_view data);
  // A chunk that ends no choice tells it nothing new any more.
  [[nodiscard]] bool knows_its_stream() const noexcept { return head_.is_known(); }
  [[nodiscard]] std::string model() const { return head_.model(); }
  // Every choice has its finish_reason.
  [[nodiscard]] bool finished() const noexcept { return finished_.count() >= choices_; }
  // Ends every open choice with finish_reason "length", then tells the usage if it was asked for.
  void write(const usage& used, std::string& out) const;

 private:
  std::size_t choices_;
  bool with_usage_;
  openai_stream_head head_;
  std::bitset<choices_max> finished_;
};

}  // namespace stint
