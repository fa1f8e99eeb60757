// From a list of merges, as tokenizer.json files have it, to tokens by priority
// (vocabulary_source). Internal to tokenizer_json.cpp.
//
// The list says which pairs may merge, and which first. A vocabulary_source says only in which
// order tokens are made: any two neighbours whose bytes together are a token may merge. The two
// agree if, for each token that merging its own bytes makes, the pair it ends in is on the list,
// and the pairs stand there in the order of their tokens. For when two neighbours meet anywhere, no
// merge has crossed the borders of their bytes, so these went through the very steps that they go
// through alone: merging never meets another pair for that token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

#include "tokenizer/vocab/vocabulary_source.hpp"

namespace stint::tokenizer {

struct merge_list {
  std::unordered_map<std::string, std::uint32_t> ids;       // of the tokens, as bytes
  std::vector<std::pair<std::string, std::string>> merges;  // in order, as bytes
  bool whole_piece_first = false;                           // ignore_merges
};

// The error begins with "merges[i]: " or names the token.
[[nodiscard]] boost::system::result<vocabulary_source, std::string> by_priority(
    const merge_list& listed);

}  // namespace stint::tokenizer
