// FNV-1a (draft-eastlake-fnv): a hash that is the same in every run and on every machine, for what
// is kept in files. Nobody's defence: whoever chooses the text can choose its hash. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace stint {

inline constexpr std::uint64_t fnv_basis = 0xCBF2'9CE4'8422'2325U;

// Goes on from `hash`, so that several texts make one.
[[nodiscard]] constexpr std::uint64_t fnv_1a(std::string_view bytes,
                                             std::uint64_t hash = fnv_basis) noexcept {
  for (const char byte : bytes)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100'0000'01B3U;
  return hash;
}

// Of a text and a zero after it: no name holds one, so no two lists of names read alike.
[[nodiscard]] constexpr std::uint64_t fnv_1a_ended(std::string_view name,
                                                   std::uint64_t hash) noexcept {
  return fnv_1a({"\0", 1}, fnv_1a(name, hash));
}

// In 32 bits: another number, not a part of the other one.
[[nodiscard]] constexpr std::uint32_t fnv_1a_32(std::string_view bytes) noexcept {
  std::uint32_t hash = 0x811C'9DC5U;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x0100'0193U;
  return hash;
}

}  // namespace stint
