// What a parsed body takes of the memory that calls may have. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <simdjson.h>

#include "gateway/memory/memory_budget.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Parsing a megabyte takes about half a millisecond; larger bodies go to the pool.
inline constexpr std::size_t parsed_here_bytes_max = 1024 * 1024;

// The most that a parser writes for this body. Reads all of it.
[[nodiscard]] std::uint64_t parsed_bytes_of(std::string_view body) noexcept;

// Takes that, or more, of the key's share; a problem where there is no room for it.
[[nodiscard]] std::optional<problem> claim_parsed(const memory_budget& of, std::string_view key,
                                                  std::string_view body, memory_claim& into);
// Keeps what was written when the body was parsed.
void keep_written(const simdjson::dom::parser& parser, std::string_view body,
                  memory_claim& of) noexcept;

}  // namespace stint
