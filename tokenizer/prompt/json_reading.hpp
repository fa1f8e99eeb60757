// Reading a DOM that may hold anything: what is missing or of another type reads as empty. Views
// live as long as the parser's document.
#pragma once

#include <cstddef>
#include <string_view>

#include <simdjson.h>

namespace stint::tokenizer {

// A default-constructed object or array refers to no document; these refer to empty ones.
struct empty_values {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  simdjson::dom::object object;
  simdjson::dom::array array;

  empty_values();  // throws std::bad_alloc
};

[[nodiscard]] std::string_view string_or_empty(simdjson::dom::element value) noexcept;
[[nodiscard]] std::string_view string_in(simdjson::dom::object from, std::string_view key) noexcept;
[[nodiscard]] simdjson::dom::object object_in(simdjson::dom::object from, std::string_view key);
[[nodiscard]] simdjson::dom::array array_in(simdjson::dom::object from, std::string_view key);

// No fewer bytes than simdjson::minify(value) writes, without writing them.
[[nodiscard]] std::size_t json_bytes_max(simdjson::dom::element value) noexcept;
[[nodiscard]] std::size_t json_bytes_max(simdjson::dom::object value) noexcept;

}  // namespace stint::tokenizer
