// A byte-level BPE vocabulary as a file states it, before any table is made of it: plain data,
// owned by whoever read the file (rank_file.hpp, tokenizer_json.hpp).
#pragma once

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
};

}  // namespace stint::tokenizer
