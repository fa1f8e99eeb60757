// What the simulated provider says: words that are one token each in o200k_base and in cl100k_base,
// so that counting the text gives exactly what is billed. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace stint {

// The n-th token of an answer, 0 first. A text of n tokens in a row is n tokens, because each
// further word brings its own space.
[[nodiscard]] std::string_view simulated_word(std::uint64_t seed, std::int64_t n);

[[nodiscard]] std::string simulated_text(std::uint64_t seed, std::int64_t tokens);

// JSON arguments that fit the shape of a JSON schema: a value for each property of the top level.
[[nodiscard]] std::string simulated_arguments(simdjson::dom::element schema);

}  // namespace stint
