// Where the generated texts of an answer go as they are read out of it: to a counter, or to whoever wants
// to know what an event says. A text comes in pieces, each under the key of its text. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include <simdjson.h>

namespace stint {

enum class text_kind : std::uint8_t {
  content,
  refusal,
  reasoning,
  tool_name,
  tool_arguments,
  transcript,
  other
};

struct text_key {
  std::int64_t choice = 0;
  text_kind kind = text_kind::content;
  std::int64_t index = 0;  // of the tool call or content block
  bool operator==(const text_key&) const noexcept = default;
};

class text_sink {
 public:
  virtual ~text_sink() = default;

  // A piece may be empty.
  virtual void feed(const text_key& key, std::string_view piece) = 0;
  // A string; or the parts of an array of objects with "text" or "thinking", as Mistral writes
  // reasoning.
  void feed_element(const text_key& key, simdjson::dom::element value);
};

// Whether anything at all was generated: not how much, which would have to be tokenized.
class any_text final : public text_sink {
 public:
  void feed(const text_key&, std::string_view piece) override { found_ = found_ || !piece.empty(); }
  [[nodiscard]] bool found() const noexcept { return found_; }

 private:
  bool found_ = false;
};

}  // namespace stint
