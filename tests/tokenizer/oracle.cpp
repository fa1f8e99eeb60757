// Encodes texts for exactness.py:  tokenizer_oracle NAME|FILE
// NAME is an encoding, FILE a tokenizer.json. Input: records of a little-endian 32-bit length and
// so many bytes. Output: for each, the number of tokens and their ids, as little-endian 32-bit
// integers. Fails when an encoding's count() differs from encode(), whole or fed in two pieces, or
// when a cut at stable_prefix() changes the count. What the counting engine does not have yet is
// encoded by definition (plain_encoding.hpp).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/encoding.hpp"
#include "tokenizer/plain_encoding.hpp"
#include "tokenizer/vocab/rank_file.hpp"
#include "tokenizer/vocab/tokenizer_json.hpp"

namespace {

using namespace stint::tokenizer;

bool read_exactly(void* to, std::size_t size) {
  return std::fread(to, 1, size, stdin) == size;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void give_up(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), why.c_str());
  std::exit(1);
}

const encoding* engine_of(const std::string& name) {
  if (name == "o200k_base") return &o200k_base();
  if (name == "cl100k_base") return &cl100k_base();
  return nullptr;
}

struct shipped_ranks {
  const char* name;
  const char* file;
  split_rule split;
  bool nfc;
};

constexpr shipped_ranks shipped[] = {
    {"o200k_harmony", "o200k_base", split_rule::o200k, false},
    {"p50k_base", "p50k_base", split_rule::gpt2, false},
    {"r50k_base", "r50k_base", split_rule::gpt2, false},
    {"qwen3", "qwen3", split_rule::qwen2, true},
    {"deepseek_v3", "deepseek_v3", split_rule::deepseek_v3, false},
};

plain_encoding plain_of(const std::string& name) {
  for (const shipped_ranks& each : shipped) {
    if (name != each.name) continue;
    const std::string path = STINT_SOURCE_DIR "/tokenizer/vocab/" + std::string(each.file);
    auto words = read_rank_file(contents(path + ".tiktoken"));
    if (!words) give_up(path, words.error());
    return {std::move(*words), each.split, each.nfc};
  }
  auto file = read_tokenizer_json(contents(name));
  if (!file) give_up(name, file.error());
  return {std::move(file->words), file->split, file->nfc};
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
  return pieces.total() == tokens ? nullptr : "the count of two pieces differs";
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) give_up("usage", "tokenizer_oracle NAME|FILE");
  const std::string name = arguments[1];
  const encoding* const engine = engine_of(name);
  std::optional<plain_encoding> plain;
  if (engine == nullptr) plain.emplace(plain_of(name));
  std::string text;
  std::uint32_t size = 0;
  for (std::uint64_t record = 0; read_exactly(&size, sizeof size); ++record) {
    text.resize(size);
    if (!read_exactly(text.data(), size)) return 1;
    const std::vector<std::uint32_t> ids = plain ? plain->encode(text) : engine->encode(text);
    const auto tokens = static_cast<std::uint32_t>(ids.size());
    const char* const why = plain ? nullptr : inconsistency(*engine, text, tokens);
    if (why != nullptr) give_up("record " + std::to_string(record), why);
    std::fwrite(&tokens, sizeof tokens, 1, stdout);
    if (tokens > 0) std::fwrite(ids.data(), sizeof ids[0], tokens, stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
