// Tested by tests/tokenizer/models/encoding_file_test.cpp.
#include "tokenizer/models/encoding_file.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

#include "tokenizer/bpe/bpe_encoding.hpp"
#include "tokenizer/bpe/nfc_encoding.hpp"
#include "tokenizer/vocab/rank_file.hpp"
#include "tokenizer/vocab/tokenizer_json.hpp"
#include "tokenizer/vocab/vocabulary_block.hpp"
#include "tokenizer/vocab/vocabulary_builder.hpp"

namespace stint::tokenizer {
namespace {

using loaded = boost::system::result<std::shared_ptr<const encoding>, std::string>;

constexpr std::streamoff file_bytes_max = 256 << 20;

std::atomic<std::uint32_t> next_number = first_file_number;
std::vector<installed_encoding> installed;

// Empty, or why the file cannot be read.
std::string read_whole(const std::string& path, std::string& into) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return "there is no such file";
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "cannot be opened";
  const std::streamoff size = file.tellg();
  if (size < 0) return "cannot be read";
  if (size > file_bytes_max) return "is larger than 256 MB";
  into.resize(static_cast<std::size_t>(size));
  file.seekg(0);
  if (!file.read(into.data(), size)) return "cannot be read";
  return {};
}

boost::system::result<tokenizer_file, std::string> read_file(const std::string& path,
                                                             std::optional<split_rule> split) {
  std::string text;
  const std::string unreadable = read_whole(path, text);
  if (!unreadable.empty()) return unreadable;
  if (!path.ends_with(".tiktoken")) {
    if (split)
      return std::string("a tokenizer.json says itself how texts are cut: leave split out");
    return read_tokenizer_json(text);
  }
  if (!split) return std::string("a .tiktoken file does not say how texts are cut: name the split");
  auto words = read_rank_file(text);
  if (!words) return words.error();
  return tokenizer_file{.words = std::move(*words), .split = *split, .nfc = false};
}

// The tables and what counts with them, kept alive together.
struct compiled_encoding {
  std::vector<std::uint64_t> tables;
  std::unique_ptr<const encoding> text;
};

}  // namespace

std::optional<split_rule> split_rule_of(std::string_view name) noexcept {
  if (name == "cl100k" || name == "llama3") return split_rule::cl100k;
  if (name == "o200k") return split_rule::o200k;
  if (name == "gpt2") return split_rule::gpt2;
  if (name == "qwen2") return split_rule::qwen2;
  if (name == "deepseek_v3") return split_rule::deepseek_v3;
  return std::nullopt;
}

loaded load_encoding_file(std::string_view name, const std::string& path,
                          std::optional<split_rule> split) {
  auto file = read_file(path, split);
  if (!file) return file.error();
  compiled_vocabulary compiled = compile_vocabulary(file->words);
  if (!compiled.error.empty()) return compiled.error;
  const std::uint32_t number = next_number.fetch_add(1);
  if (number >= bpe_encoding::encodings_max) return std::string("too many tokenizers are loaded");
  auto whole = std::make_shared<compiled_encoding>();
  whole->tables = std::move(compiled.block);
  const auto words = open_vocabulary(std::as_bytes(std::span(whole->tables)));
  if (!words) return std::string("its tables were not made well");
  if (file->nfc) {
    whole->text = std::make_unique<const nfc_encoding>(name, number, file->split, *words);
  } else {
    whole->text = std::make_unique<const bpe_encoding>(name, number, file->split, *words);
  }
  return std::shared_ptr<const encoding>(whole, whole->text.get());
}

void install_encodings(std::vector<installed_encoding> encodings) {
  installed = std::move(encodings);
}

std::span<const installed_encoding> installed_encodings() noexcept {
  return installed;
}

}  // namespace stint::tokenizer
