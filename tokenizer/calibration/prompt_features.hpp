// What of a prompt its size depends on: the amounts that a calibration learns from and estimates
// with. Plain values.
#pragma once

#include <array>
#include <cstdint>

#include "tokenizer/calibration/content_class.hpp"
#include "tokenizer/models/token_range.hpp"

namespace stint::tokenizer {

// Its place in the list is its number in the file of what was learnt: new ones are added at the end.
enum class chat_api : std::uint8_t {
  openai_chat,
  anthropic_messages,
  openai_responses,
  gemini_contents,
  openai_completions,
  openai_embeddings
};
inline constexpr chat_api last_chat_api = chat_api::openai_embeddings;

struct prompt_features {
  // Text by our own tokenizer, before any factor.
  std::array<std::int32_t, content_class_count> class_tokens{};
  std::int32_t tools = 0;    // definitions
  std::int32_t framing = 0;  // what is added to text by rule, in the provider's tokens
  std::int32_t raised = 0;  // by how much its bound was raised because an earlier call was above it
  // False: the prompt holds what has no known size, or its model's tokenizer is public.
  bool learnable = false;
};

}  // namespace stint::tokenizer
