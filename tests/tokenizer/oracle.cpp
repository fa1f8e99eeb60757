// Encodes texts for oracle.mjs. Input: records of one byte (0: o200k_base, 1: cl100k_base), a
// little-endian 32-bit length and so many bytes. Output: for each, the number of tokens and their
// ids, as little-endian 32-bit integers. Fails when count() differs from encode(), whole or fed in
// two pieces, or when a cut at stable_prefix() changes the count.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tokenizer/encoding.hpp"

namespace {

using stint::tokenizer::encoding;

bool read_exactly(void* to, std::size_t size) {
  return std::fread(to, 1, size, stdin) == size;
}

const char* inconsistency(const encoding& with, std::string_view text, std::int64_t tokens) {
  if (with.count(text) != tokens) return "count() differs from encode()";
  const std::size_t stable = with.stable_prefix(text);
  if (with.count(text.substr(0, stable)) + with.count(text.substr(stable)) != tokens) {
    return "a cut at stable_prefix() changes the count";
  }
  stint::tokenizer::incremental_count pieces{with};
  pieces.feed(text.substr(0, text.size() / 2));
  pieces.feed(text.substr(text.size() / 2));
  return pieces.total() == tokens ? nullptr : "the count of two pieces differs";
}

}  // namespace

int main() {
  std::uint8_t which = 0;
  std::string text;
  for (std::uint64_t record = 0; read_exactly(&which, 1); ++record) {
    std::uint32_t size = 0;
    if (!read_exactly(&size, sizeof size)) return 1;
    text.resize(size);
    if (!read_exactly(text.data(), size)) return 1;
    const encoding& with =
        which == 0 ? stint::tokenizer::o200k_base() : stint::tokenizer::cl100k_base();
    std::vector<std::uint32_t> ids = with.encode(text);
    if (const char* why = inconsistency(with, text, static_cast<std::int64_t>(ids.size()))) {
      std::fprintf(stderr, "record %llu: %s\n", static_cast<unsigned long long>(record), why);
      return 1;
    }
    const auto tokens = static_cast<std::uint32_t>(ids.size());
    std::fwrite(&tokens, sizeof tokens, 1, stdout);
    if (tokens > 0) std::fwrite(ids.data(), sizeof ids[0], tokens, stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
