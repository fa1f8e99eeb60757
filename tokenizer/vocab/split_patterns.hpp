// Which split rule the `pre_tokenizer` of a tokenizer.json describes. Internal to
// tokenizer_json.cpp.
#pragma once

#include <string>

#include <boost/system/result.hpp>
#include <simdjson.h>

#include "tokenizer/bpe/split.hpp"

namespace stint::tokenizer {

// Only patterns that are known, spelled as they are published: what another regular expression
// means is not for this reader to find out. The error begins with the path of the field.
[[nodiscard]] boost::system::result<split_rule, std::string> recognise_split(
    simdjson::dom::element pre_tokenizer);

}  // namespace stint::tokenizer
