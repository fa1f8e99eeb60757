// A small tokenizer.json for tests: all bytes and four merges.
#pragma once

#include <string>

namespace stint::tokenizer {

// The byte-level alphabet, written down the other way round than the reader has it.
inline std::string symbol_of(int value) {
  int point = value;
  if (value <= 0x20) point = 0x100 + value;
  if (value >= 0x7F && value <= 0xA0) point = 0x121 + value - 0x7F;
  if (value == 0xAD) point = 0x143;
  if (point < 0x80) return {static_cast<char>(point)};
  return {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
}

inline std::string quoted(const std::string& text) {
  return text == "\"" || text == "\\" ? "\"\\" + text + '"' : '"' + text + '"';
}

inline const std::string sample_split =
    R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":)"
    R"("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*)"
    R"(|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},)"
    R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}]})";

// Tokens: the bytes 0 … 255, then ab, bc, abc, Ġa; then an added token.
inline std::string sample_tokenizer_json() {
  std::string vocabulary;
  for (int value = 0; value < 256; ++value)
    vocabulary += quoted(symbol_of(value)) + ':' + std::to_string(value) + ',';
  return R"({"version":"1.0","added_tokens":[{"id":260,"content":"<|end|>","special":true}],)"
         R"("normalizer":{"type":"NFC"},"pre_tokenizer":)" +
         sample_split +
         R"(,"model":{"type":"BPE","dropout":null,"unk_token":null,"ignore_merges":false,"vocab":{)" +
         vocabulary + R"("ab":256,"bc":257,"abc":258,"Ġa":259,"<|end|>":260},)" +
         R"("merges":["a b","b c","ab c",["Ġ","a"]]}})";
}

}  // namespace stint::tokenizer
