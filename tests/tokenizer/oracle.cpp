// Encodes texts for exactness.py:  tokenizer_oracle NAME|FILE
// NAME is an encoding, FILE a tokenizer.json. Input: records of a little-endian 32-bit length and
// so many bytes. Output: for each, the number of tokens and their ids, as little-endian 32-bit
// integers. Fails when an encoding's count() differs from encode(), whole or fed in two pieces, or
// when a cut at stable_prefix() changes the count. What the counting engine does not have yet is
// encoded by definition (plain_encoding.hpp).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/bpe/incremental_count.hpp"
#include "tokenizer/models/encoding_file.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace {

using namespace stint::tokenizer;

bool read_exactly(void* to, std::size_t size) {
  return std::fread(to, 1, size, stdin) == size;
}

[[noreturn]] void give_up(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), why.c_str());
  std::exit(1);
}

std::shared_ptr<const encoding> encoding_of(const std::string& name) {
  if (const encoding* known = find_encoding(name)) return {std::shared_ptr<void>{}, known};
  auto loaded = load_encoding_file("file", name, std::nullopt);
  if (!loaded) give_up(name, loaded.error());
  return *loaded;
}

const char* inconsistency(const encoding& with, std::string_view text, std::int64_t tokens) {
  if (with.count(text) != tokens) return "count() differs from encode()";
  const std::size_t stable = with.stable_prefix(text);
  if (with.count(text.substr(0, stable)) + with.count(text.substr(stable)) != tokens) {
    return "a cut at stable_prefix() changes the count";
  }
  incremental_count pieces{with};
  pieces.feed(text.substr(0, text.size() / 2));
  pieces.feed(text.substr(text.size() / 2));
  if (pieces.total() != tokens) return "the count of two pieces differs";
  return nullptr;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) give_up("usage", "tokenizer_oracle NAME|FILE");
  const std::string name = arguments[1];
  const std::shared_ptr<const encoding> with = encoding_of(name);
  std::string text;
  std::uint32_t size = 0;
  for (std::uint64_t record = 0; read_exactly(&size, sizeof size); ++record) {
    text.resize(size);
    if (!read_exactly(text.data(), size)) return 1;
    const std::vector<std::uint32_t> ids = with->encode(text);
    const auto tokens = static_cast<std::uint32_t>(ids.size());
    const char* const why = inconsistency(*with, text, tokens);
    if (why != nullptr) give_up("record " + std::to_string(record), why);
    std::fwrite(&tokens, sizeof tokens, 1, stdout);
    if (tokens > 0) std::fwrite(ids.data(), sizeof ids[0], tokens, stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
