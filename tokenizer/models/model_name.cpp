// Tested by tests/tokenizer/models/model_encoding_test.cpp.
#include "tokenizer/models/model_name.hpp"

namespace stint::tokenizer {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

// claude-opus-4-7, claude-sonnet-5-5, claude-fable-5, anthropic.claude-opus-5-v1: the first number
// that stands between dashes is the generation, the next, of one or two digits, the release. Older
// names have it in front (claude-3-5-sonnet, claude-2.1). A name without any (claude-latest) may
// mean the newest.
bool is_claude_47_or_later(std::string_view bare) noexcept {
  const std::size_t start = bare.find("claude");
  if (start == std::string_view::npos) return false;
  std::string_view rest = bare.substr(start);
  int numbers[2] = {-1, -1};
  int found = 0;
  while (found < 2) {
    const std::size_t dash = rest.find_first_of("-.");
    if (dash == std::string_view::npos) break;
    rest.remove_prefix(dash + 1);
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits]))
      ++digits;
    const bool whole = digits == rest.size() || rest[digits] == '-' || rest[digits] == '.' ||
                       rest[digits] == ':' || rest[digits] == '@';
    if (digits == 0 || digits > 2 || !whole) {
      if (found > 0) break;
      continue;
    }
    numbers[found] = rest[0] - '0';
    if (digits == 2) numbers[found] = numbers[found] * 10 + (rest[1] - '0');
    ++found;
  }
  if (numbers[0] < 0) return bare.find("instant") == std::string_view::npos;
  return numbers[0] > 4 || (numbers[0] == 4 && numbers[1] >= 7);
}

}  // namespace stint::tokenizer
