// How many input tokens a chat request is: text, framing, tool definitions, response formats,
// images. Works on the parsed JSON without copying text. Thread-safe; never throws; unknown fields
// and malformed parts count as their JSON text, never as nothing. Where the rules and their sources
// are: at the top of prompt_count.cpp.
#pragma once

#include <cstdint>
#include <string_view>

#include <simdjson.h>

#include "tokenizer/bpe/encoding.hpp"
#include "tokenizer/calibration/calibration.hpp"
#include "tokenizer/calibration/prompt_features.hpp"
#include "tokenizer/prompt/prompt_parts.hpp"
#include "tokenizer/prompt/segment_memo.hpp"

namespace stint::tokenizer {

struct prompt_tokens {
  std::int64_t expected = 0;     // the best estimate; equal to the provider's own count where exact
  std::int64_t upper_bound = 0;  // what a hold must assume; ≥ expected
  std::int64_t audio_tokens = 0;  // how many of upper_bound are audio
  bool exact = false;             // public tokenizer and only text in known framing
  bool hidden_input = false;  // holds parts whose size cannot be known here: remote images, file
                              // ids, stored prompts
  bool learned = false;       // estimated by a calibration, not by the model's fixed factors
  prompt_features features;   // what a calibration can learn from, once the provider has reported
};

// Texts that were counted before. Whoever shares a scope shares counts: a tenant's
// (segment_memo.hpp).
struct known_counts {
  segment_memo* memo = nullptr;  // null: every text is counted
  std::uint64_t scope = 0;
};

struct count_options {
  // What was learnt of models whose tokenizer is not public; null: their fixed factors.
  const calibration_snapshot* learned = nullptr;
  known_counts known;
  // Is told where each token comes from.
  count_observer* observer = nullptr;
};

// What can be said of a prompt without counting it.
struct prompt_bound {
  // No figure of count_prompt's is above its counterpart here; the flags are the same.
  prompt_tokens at_most;
  std::int64_t text_bytes = 0;  // about as many as count_prompt would have to tokenize
};

// Every token is at least one byte, so the sizes of its strings bound a prompt: framing, media and
// factors are those of count_prompt, text counts as many tokens as it has bytes. Costs a walk over
// the request's values, some hundred times less than tokenizing it. Tested by
// tests/tokenizer/prompt/prompt_bound_test.cpp.
[[nodiscard]] prompt_bound bound_prompt(std::string_view model, chat_api api,
                                        simdjson::dom::element request,
                                        const count_options& options = {});

[[nodiscard]] prompt_tokens count_prompt(std::string_view model, chat_api api,
                                         simdjson::dom::element request,
                                         const count_options& options = {});

}  // namespace stint::tokenizer
