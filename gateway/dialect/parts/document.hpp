// Reading a provider's JSON: one parser per thread, so that a stream's many small events cost no
// allocation. What is returned lives until the next call on the same thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <simdjson.h>

#include "pricing/usage.hpp"

namespace stint {

// The root of a JSON object; nothing when the text is not one. What the parser refuses in a part
// that nobody may need (half a surrogate in a text, a number beyond 64 bits) is mended in a copy, so
// that it does not take the rest with it.
[[nodiscard]] std::optional<simdjson::dom::object> parse_object(std::string_view json);
// A parser that ran out of memory is left half made, and would crash on its next text: it is made anew,
// and std::bad_alloc is thrown. Any other outcome is the caller's.
void refuse_exhausted(simdjson::dom::parser& parser, simdjson::error_code outcome);

[[nodiscard]] std::optional<simdjson::dom::object> parse_object(simdjson::dom::parser& parser,
                                                                std::string_view json);

// Calls use(object) on the root; for whole answers, whose parser is not kept when the answer was
// large. False when the text is not a JSON object.
template <typename Use>
bool with_object(std::string_view json, Use&& use) {
  constexpr std::size_t kept_parser_bytes_max = 1U << 20;
  if (json.size() <= kept_parser_bytes_max) {
    const auto root = parse_object(json);
    if (root) use(*root);
    return root.has_value();
  }
  simdjson::dom::parser parser;
  const auto root = parse_object(parser, json);
  if (root) use(*root);
  return root.has_value();
}

// One token count of a provider's report; null is nothing. What cannot be true (negative, above
// usage_count_max, not whole, not a number) sets `implausible`.
[[nodiscard]] std::optional<std::int64_t> count_in(simdjson::dom::element value, bool& implausible);
// The same of a member; absent is nothing.
[[nodiscard]] std::optional<std::int64_t> read_count(simdjson::dom::object in, std::string_view key,
                                                     bool& implausible);

// The member when it is a non-null object; another type sets `implausible`.
[[nodiscard]] std::optional<simdjson::dom::object> read_part(simdjson::dom::object in,
                                                             std::string_view key,
                                                             bool& implausible);

// The member's text, "" when it is absent or no string.
[[nodiscard]] std::string_view text_of(simdjson::dom::object in, std::string_view key);

// The member's number, 0 when it is absent or no whole one: places in lists, which begin there.
[[nodiscard]] std::int64_t number_of(simdjson::dom::object in, std::string_view key);

// Whether the text has the piece, byte for byte.
[[nodiscard]] bool contains(std::string_view text, std::string_view piece) noexcept;

// Whether `json` has a member `"key":` whose value is not null. A cheap look for deciding what to
// parse: `quoted_key` comes with its quotes. Never misses an unescaped key; text that looks like
// one may give a false yes.
[[nodiscard]] bool seems_to_have(std::string_view json, std::string_view quoted_key) noexcept;

}  // namespace stint
