// Reading a DOM that may hold anything: what is missing or of another type reads as empty. Views
// live as long as the parser's document.
#pragma once

#include <string_view>

#include <simdjson.h>

namespace stint::tokenizer {

[[nodiscard]] std::string_view string_or_empty(simdjson::dom::element value) noexcept;
[[nodiscard]] std::string_view string_in(simdjson::dom::object from, std::string_view key) noexcept;
[[nodiscard]] simdjson::dom::object object_in(simdjson::dom::object from,
                                              std::string_view key) noexcept;
[[nodiscard]] simdjson::dom::array array_in(simdjson::dom::object from,
                                            std::string_view key) noexcept;

}  // namespace stint::tokenizer
