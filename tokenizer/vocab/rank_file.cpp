// Tested by tests/tokenizer/vocab/rank_file_test.cpp.
#include "tokenizer/vocab/rank_file.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "tokenizer/vocab/base64_digits.hpp"

namespace stint::tokenizer {
namespace {

// RFC 4648, padded. False for anything else.
bool decode_base64(std::string_view text, std::string& out) {
  out.clear();
  if (text.empty() || text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::uint32_t bits = 0;
  int have = 0;
  for (const char digit : text) {
    const int value = base64_digits[static_cast<std::uint8_t>(digit)];
    if (value < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have);
    }
  }
  return (bits & ((1U << have) - 1)) == 0;
}

struct ranked_token {
  std::uint32_t rank = 0;
  std::string token;
};

// Empty, or what is wrong with the line.
std::string read_line(std::string_view line, ranked_token& into) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return "expected \"<token in base64> <rank>\"";
  if (!decode_base64(line.substr(0, space), into.token)) return "the token is not base64";
  const char* const end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data() + space + 1, end, into.rank);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return "the rank is not a number below 2^32";
  return {};
}

}  // namespace

boost::system::result<vocabulary_source, std::string> read_rank_file(std::string_view text) {
  std::vector<ranked_token> found;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, line_end);
    text.remove_prefix(std::min(line_end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (found.size() == vocabulary_tokens_max) {
      return "more than " + std::to_string(vocabulary_tokens_max) + " tokens";
    }
    std::string wrong = read_line(line, found.emplace_back());
    if (!wrong.empty()) return "line " + std::to_string(number) + ": " + wrong;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& left, const auto& right) { return left.rank < right.rank; });
  vocabulary_source words;
  words.joined_by_bytes = true;
  for (ranked_token& each : found) {
    words.tokens.push_back(std::move(each.token));
    words.ids.push_back(each.rank);
  }
  std::string flaw = flaw_of(words);
  if (!flaw.empty()) return flaw;
  return words;
}

}  // namespace stint::tokenizer
