// Where the tokens of a request come from: count_prompt tells an observer each amount as it adds
// it. For people (`stint count --explain`); a request that nobody observes pays one comparison a
// part.
#pragma once

#include <cstdint>
#include <string_view>

#include "tokenizer/calibration/prompt_features.hpp"

namespace stint::tokenizer {

enum class part_kind : std::uint8_t {
  learned_base,  // what was learnt that the provider adds to every request
  request_framing,
  message_framing,
  role,
  name,
  system,
  content,
  thinking,
  tool_call,
  tool_result,
  image,
  audio,
  file,
  tool_framing,
  tool_definition,
  tool_choice,
  response_format,
  hidden,  // what the provider fetches or adds by itself
  other    // fields that nobody knows, as their JSON text
};
[[nodiscard]] std::string_view to_string(part_kind kind) noexcept;

struct counted_part {
  part_kind kind = part_kind::other;
  std::int32_t message = -1;  // from 0; -1: of no message
  bool is_text = false;       // by our tokenizer; otherwise in the provider's tokens
  class_shares sort{};        // of text, where it decides the factor
  token_range counted;        // before any factor; below 0: a saving
  token_range total;          // of the request so far
};

class count_observer {
 public:
  virtual ~count_observer() = default;
  virtual void add(const counted_part& part) = 0;
};

}  // namespace stint::tokenizer
