// Reads .tiktoken files: "<token in base64> <rank>" lines, the rank being both the token's id and
// its place in the order of merging. Start-up only; pure, so safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "tokenizer/vocab/vocabulary_source.hpp"

namespace stint::tokenizer {

// The lines may stand in any order and ranks may be missing (p50k_base has no 50256). The error
// says which line is wrong, and how.
[[nodiscard]] boost::system::result<vocabulary_source, std::string> read_rank_file(
    std::string_view text);

}  // namespace stint::tokenizer
