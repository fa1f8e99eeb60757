// Reads Hugging Face tokenizer.json files of the byte-level BPE kind (GPT-2, Llama 3, Qwen,
// DeepSeek, gpt-oss, …). Start-up only; pure, so safe from any thread.
//
// A file is taken only if counting with what was read from it gives what Hugging Face's tokenizers
// library gives, for every ordinary text: added tokens inside a text are not special, and what a
// post-processor would put around it is not counted. Whatever this reader does not know is refused
// by name.
#pragma once

#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "tokenizer/bpe/split.hpp"
#include "tokenizer/vocab/vocabulary_source.hpp"

namespace stint::tokenizer {

struct tokenizer_file {
  vocabulary_source words;
  split_rule split = split_rule::gpt2;
  bool nfc = false;  // whether the text is brought into Normalization Form C first
};

// The error begins with the path of the field that is wrong: "model.merges[17]: …".
[[nodiscard]] boost::system::result<tokenizer_file, std::string> read_tokenizer_json(
    std::string_view text);

}  // namespace stint::tokenizer
