// Tested by tests/tokenizer/vocab/tokenizer_json_test.cpp.
#include "tokenizer/vocab/split_patterns.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;
using patterns = std::vector<std::string_view>;

constexpr std::string_view gpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view gpt2_factored =
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view llama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view qwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view o200k =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+)"
    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::array<std::string_view, 3> deepseek_v3 = {
    R"(\p{N}{1,3})", "[一-龥\u3040-ゟ゠-ヿ]+",
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^)"
    "\r\n"
    R"(\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[)"
    "\r\n"
    R"(]*|\s*[)"
    "\r\n"
    R"(]+|\s+(?!\S)|\s+)"};

std::optional<split_rule> rule_of(const patterns& found) {
  if (std::equal(found.begin(), found.end(), deepseek_v3.begin(), deepseek_v3.end())) {
    return split_rule::deepseek_v3;
  }
  if (found.size() != 1) return std::nullopt;
  if (found[0] == gpt2 || found[0] == gpt2_factored) return split_rule::gpt2;
  if (found[0] == llama3) return split_rule::cl100k;
  if (found[0] == qwen2) return split_rule::qwen2;
  if (found[0] == o200k) return split_rule::o200k;
  return std::nullopt;
}

bool says(dom::element in, std::string_view key, bool by_default) {
  bool value = by_default;
  return in[key].get(value) == simdjson::SUCCESS ? value : by_default;
}

std::string_view word(dom::element in, std::string_view key) {
  std::string_view value;
  return in[key].get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

// Isolated keeps what the pattern matches and what lies between as pieces; Removed, inverted, keeps
// the matches only, which is the same where a pattern leaves nothing between.
std::string read_split(dom::element step, const std::string& path, patterns& found) {
  std::string_view regex;
  if (step["pattern"]["Regex"].get(regex) != simdjson::SUCCESS) {
    return path + ".pattern: no Regex";
  }
  const std::string_view behavior = word(step, "behavior");
  const bool inverted = says(step, "invert", false);
  const bool one_by_one =
      regex == deepseek_v3[0] || regex == deepseek_v3[1] || regex == deepseek_v3[2];
  if (!(behavior == "Isolated" && !inverted) &&
      !(behavior == "Removed" && inverted && !one_by_one)) {
    return path + ".behavior: only Isolated, or Removed with invert, is read";
  }
  found.push_back(regex);
  return {};
}

std::string read_byte_level(dom::element step, const std::string& path, patterns& found) {
  if (says(step, "add_prefix_space", true)) {
    return path + ".add_prefix_space: a space before the text is not read";
  }
  if (says(step, "use_regex", true)) found.push_back(gpt2);
  return {};
}

std::string read_step(dom::element step, const std::string& path, bool last, patterns& found) {
  const std::string_view type = word(step, "type");
  if (type == "Split" && !last) return read_split(step, path, found);
  if (type == "ByteLevel" && last) return read_byte_level(step, path, found);
  if (last) return path + ".type: the last step must be ByteLevel; only byte-level files are read";
  return path + ".type: " + std::string(type) + " is not known to this reader";
}

}  // namespace

boost::system::result<split_rule, std::string> recognise_split(dom::element pre_tokenizer) {
  const std::string path = "pre_tokenizer";
  patterns found;
  std::string wrong;
  dom::array steps;
  if (word(pre_tokenizer, "type") != "Sequence") {
    wrong = read_step(pre_tokenizer, path, true, found);
  } else if (pre_tokenizer["pretokenizers"].get(steps) != simdjson::SUCCESS) {
    wrong = path + ".pretokenizers: not a list";
  } else {
    std::size_t i = 0;
    for (const dom::element step : steps) {
      const std::string inner = path + ".pretokenizers[" + std::to_string(i++) + ']';
      if (wrong.empty()) wrong = read_step(step, inner, i == steps.size(), found);
    }
  }
  if (!wrong.empty()) return wrong;
  if (const auto rule = rule_of(found)) return *rule;
  return path + ": not a pattern known to this reader";
}

}  // namespace stint::tokenizer
