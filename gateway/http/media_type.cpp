// Tested by tests/gateway/http/media_type_test.cpp.
#include "gateway/http/media_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
std::string_view cut_at(std::string_view& rest, char mark) noexcept {
  const std::size_t at = std::min(rest.find(mark), rest.size());
  const std::string_view piece = without_surrounding_space(rest.substr(0, at));
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return piece;
}

// Any "type/json" and structured suffix (RFC 6839 §3.1), and what was written so before there was a
// registration, or is a vendor's: "x-json", "vnd.api.json". Where the whole of a subtype's last word is
// "json" servers read JSON, and none reads another thing; what only begins or ends with its letters
// ("json-seq", "x-ndjson", "jsonp") is not one text of JSON.
bool names_json(std::string_view essence) noexcept {
  const std::size_t slash = essence.find('/');
  if (slash == 0 || slash == std::string_view::npos) return false;
  return equals_ignoring_case(essence.substr(essence.find_last_of("/+-.") + 1), "json");
}

// ASCII is UTF-8 as well.
bool is_utf_8(std::string_view charset) noexcept {
  if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
    charset = charset.substr(1, charset.size() - 2);
  constexpr std::array<std::string_view, 3> names = {"utf-8", "utf8", "us-ascii"};
  return std::ranges::any_of(
      names, [charset](std::string_view name) { return equals_ignoring_case(charset, name); });
}
}  // namespace

// Types, names and charsets are case-insensitive (RFC 9110 §8.3.1, §8.3.2).
media_kind kind_of_media(std::string_view content_type) noexcept {
  std::string_view rest = content_type;
  if (!names_json(cut_at(rest, ';'))) return media_kind::other;
  while (!rest.empty()) {
    std::string_view value = cut_at(rest, ';');
    const std::string_view name = cut_at(value, '=');
    if (equals_ignoring_case(name, "charset") && !is_utf_8(without_surrounding_space(value)))
      return media_kind::json_of_other_text;
  }
  return media_kind::json;
}

}  // namespace stint
