// The pre-tokenizers: where a text is cut into pieces before byte-pair encoding. Hand-written
// equivalents of the regular expressions of tiktoken (openai_public.py) and of the tokenizer.json
// files that the models named below were published with; linear in the text, no memory, safe from
// any thread.
//
// A cut depends only on the bytes from the piece's own start onwards, so a text can be cut from any
// boundary.
#pragma once

#include <cstdint>

namespace stint::tokenizer {

// The text that is being cut.
struct split_text {
  const std::uint8_t* end;
  // Whether the text is known to be UTF-8. If not, ill-formed sequences count as U+FFFD
  // (char_class.hpp).
  bool valid_utf8;
  // Set by next_piece when the cut depended on the text ending where it does: more text could move
  // it.
  bool touched_end = false;
  // Whether the piece is white space that more white space could have made longer.
  bool blank = false;
};

enum class split_rule : std::uint8_t {
  cl100k,       // Llama 3's is the same
  o200k,        // gpt-4o onwards
  gpt2,         // r50k_base, p50k_base; tokenizer.json files with the ByteLevel kind's own pattern
  qwen2,        // Qwen 2, 2.5, 3: cl100k with every digit alone
  deepseek_v3,  // V3, R1, V4
};

// The end of the piece that begins at `at`; requires at < text.end; always > at.
[[nodiscard]] const std::uint8_t* next_piece(split_rule rule, split_text& text,
                                             const std::uint8_t* at) noexcept;

}  // namespace stint::tokenizer
