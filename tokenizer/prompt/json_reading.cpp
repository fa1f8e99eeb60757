#include "tokenizer/prompt/json_reading.hpp"

#include <new>

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

// Where there is no memory for them, the next call tries again.
const empty_values& empties() {
  static const empty_values instance;
  return instance;
}

// The longest number that simdjson writes: 17 digits, sign, point and exponent.
constexpr std::size_t number_bytes_max = 24;

// As a JSON string. Without branches, so that compilers make it a few bytes a cycle.
std::size_t quoted_bytes_max(std::string_view text) noexcept {
  std::size_t added = 2;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool named = byte >= '\b' && byte <= '\r' && byte != '\v';  // \n and the like
    added += static_cast<std::size_t>(byte == '"') + static_cast<std::size_t>(byte == '\\');
    added += byte >= 0x20 ? 0U : named ? 1U : 5U;  // \u0001
  }
  return text.size() + added;
}

}  // namespace

// Its text is what it is: nothing but memory can be missing, which simdjson says in an error of its own,
// and whoever lives through a failed allocation knows only one.
empty_values::empty_values() {
  const bool made = parser.parse(std::string_view("[{},[]]")).get(document) == simdjson::SUCCESS &&
                    document.at(0).get(object) == simdjson::SUCCESS &&
                    document.at(1).get(array) == simdjson::SUCCESS;
  if (!made) throw std::bad_alloc();
}

// As deep as the document is, which its parser bounds (1,024).
std::size_t json_bytes_max(dom::object value) noexcept {
  std::size_t bytes = 2;
  for (const dom::key_value_pair field : value) {
    bytes += quoted_bytes_max(field.key) + 2 + json_bytes_max(field.value);
  }
  return bytes;
}

std::size_t json_bytes_max(dom::element value) noexcept {
  std::string_view text;
  dom::object object;
  dom::array array;
  if (value.get(text) == simdjson::SUCCESS) return quoted_bytes_max(text);
  if (value.get(object) == simdjson::SUCCESS) return json_bytes_max(object);
  if (value.get(array) != simdjson::SUCCESS) return number_bytes_max;  // true, false, null too
  std::size_t bytes = 2;
  for (const dom::element each : array)
    bytes += 1 + json_bytes_max(each);
  return bytes;
}

std::string_view string_or_empty(dom::element value) noexcept {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::string_view string_in(dom::object from, std::string_view key) noexcept {
  std::string_view text;
  return from[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

dom::object object_in(dom::object from, std::string_view key) {
  dom::object found;
  return from[key].get(found) == simdjson::SUCCESS ? found : empties().object;
}

dom::array array_in(dom::object from, std::string_view key) {
  dom::array found;
  return from[key].get(found) == simdjson::SUCCESS ? found : empties().array;
}

}  // namespace stint::tokenizer
