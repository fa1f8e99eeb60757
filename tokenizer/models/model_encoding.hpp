// Which encoding a model counts by, how exactly, and how its messages are framed. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "tokenizer/bpe/encoding.hpp"

namespace stint::tokenizer {

// How a model's chat messages are framed, and what is added to them: a row of prompt_overhead.cpp.
enum class framing : std::uint8_t {
  openai_classic,
  openai_gpt4o,
  openai_gpt5,
  openai_o_series,
  gpt_oss,
  openai_audio,
  anthropic,
  gemini,
  gemma,
  deepseek,
  qwen,
  llama,
  llama_4,
  grok,
  mistral,
  kimi,
  glm,
  mimo,
  sonar,
  venice,   // whatever the model, its reseller adds a system prompt
  agentic,  // searches and calls tools without being asked
  plain     // nobody knows
};

struct model_encoding {
  const encoding* text = nullptr;
  framing frame = framing::plain;
  // Text and framing are both public. Else an estimate: expected = count × factor, upper bound =
  // count × upper factor.
  bool exact = false;
  std::int64_t factor_permille = 1000;
  std::int64_t upper_permille = 1000;
};

// Never fails: an unknown model gets o200k_base with a stated factor and exact = false. The name is
// read as bare_model gives it.
[[nodiscard]] model_encoding encoding_for_model(std::string_view model) noexcept;

// Whether encoding_for_model gives the model's own tokenizer, built in or installed from a file:
// then a text is counted exactly, even where the framing of its messages is not known.
[[nodiscard]] bool counts_text_exactly(std::string_view model) noexcept;

}  // namespace stint::tokenizer
