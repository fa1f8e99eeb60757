// A byte-level BPE vocabulary as a file states it, before any table is made of it: plain data,
// owned by whoever read the file (rank_file.hpp, tokenizer_json.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stint::tokenizer {

struct vocabulary_source {
  // By merge priority: tokens[i] is merged before tokens[j] for i < j; includes all 256 single
  // bytes.
  std::vector<std::string> tokens;
  // ids[i] is the id of tokens[i]: not always i, since files leave gaps and number on.
  std::vector<std::uint32_t> ids;
  // tiktoken's rule, and HF's with ignore_merges=true: a piece that is itself a token is that
  // token, whatever merging would give.
  bool whole_piece_first = true;
  // tiktoken's other rule: any two parts whose bytes together are a token may merge, whatever the
  // order of the three. Without it only a token's own last step makes it, as in a list of merges.
  bool joined_by_bytes = false;
};

// What the readers accept at most. The largest vocabularies there are have 262,144 tokens; the
// longest token of those that are shipped has 128 bytes.
inline constexpr std::size_t vocabulary_tokens_max = std::size_t{1} << 20;
inline constexpr std::size_t token_bytes_max = 255;

// Why no tables can be made of these words, or nothing: too many tokens, an empty or too long one,
// one that is there twice, two with the same id, a byte that is no token.
[[nodiscard]] std::string flaw_of(const vocabulary_source& words);

}  // namespace stint::tokenizer
