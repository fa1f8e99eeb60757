// Encodings from files of the user's: a Hugging Face tokenizer.json, or a .tiktoken rank file with
// the name of the rule that cuts its texts. Loaded at start or by a command, then immutable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "tokenizer/bpe/encoding.hpp"
#include "tokenizer/bpe/split.hpp"

namespace stint::tokenizer {

// The numbers of the per-thread caches from here on are for files (bpe_encoding.hpp).
inline constexpr std::uint32_t first_file_number = 8;

// cl100k, o200k, gpt2, qwen2 or deepseek_v3; llama3 is cl100k's.
[[nodiscard]] std::optional<split_rule> split_rule_of(std::string_view name) noexcept;

// Files that end in .tiktoken need `split`; others must be a tokenizer.json, which says itself how
// texts are cut. At most 24 in a process, 256 MB each. The error does not repeat the path.
[[nodiscard]] boost::system::result<std::shared_ptr<const encoding>, std::string>
load_encoding_file(std::string_view name, const std::string& path, std::optional<split_rule> split);

// An encoding of a file, and the models whose texts it counts: globs in which '*' stands for
// anything, matched against the name without the vendor's path.
struct installed_encoding {
  std::shared_ptr<const encoding> text;
  std::vector<std::string> models;
};

// Adds these to what find_encoding and encoding_for_model know. To be called once, at start, before
// any other thread counts.
void install_encodings(std::vector<installed_encoding> encodings);
[[nodiscard]] std::span<const installed_encoding> installed_encodings() noexcept;

}  // namespace stint::tokenizer
