// HTTP's byte classes (RFC 9110 §5.5, §5.6.2; RFC 3986 §3.3). Pure functions and constant tables:
// no allocation, usable from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stint {

// One bit for each class a byte belongs to, so that one table of 256 bytes answers every question.
inline constexpr std::uint8_t token_byte = 1;        // tchar: what names are made of
inline constexpr std::uint8_t field_value_byte = 2;  // HTAB, SP, visible ASCII, obs-text
inline constexpr std::uint8_t target_byte = 4;       // visible ASCII without '#' and '\'
inline constexpr std::uint8_t host_name_byte = 8;    // unreserved of RFC 3986: names and IPv4
inline constexpr std::uint8_t ipv6_byte = 16;        // inside the brackets of an IP literal

[[nodiscard]] consteval std::array<std::uint8_t, 256> classify_bytes() {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t byte = 0; byte < classes.size(); ++byte) {
    const bool digit = byte >= '0' && byte <= '9';
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool hex = digit || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
    const auto in = [byte](std::string_view set) {
      return byte < 0x80 && set.find(static_cast<char>(byte)) != std::string_view::npos;
    };
    unsigned found = 0;
    if (digit || letter || in("!#$%&'*+-.^_`|~")) found |= token_byte;
    if (byte == '\t' || (byte >= 0x20 && byte != 0x7f)) found |= field_value_byte;
    if (byte > 0x20 && byte < 0x7f && !in("#\\")) found |= target_byte;
    if (digit || letter || in("-._~")) found |= host_name_byte;
    if (hex || in(":.")) found |= ipv6_byte;
    classes[byte] = static_cast<std::uint8_t>(found);
  }
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> byte_classes = classify_bytes();

[[nodiscard]] constexpr bool belongs_to(char byte, std::uint8_t byte_class) noexcept {
  return (byte_classes[static_cast<unsigned char>(byte)] & byte_class) != 0;
}

// True also for an empty text: whether emptiness is allowed is the caller's rule.
[[nodiscard]] constexpr bool all_belong_to(std::string_view text,
                                           std::uint8_t byte_class) noexcept {
  for (const char byte : text) {
    if (!belongs_to(byte, byte_class)) return false;
  }
  return true;
}

// The length of the run of field-value bytes at the start of `text`: up to the first control byte
// other than a tab.
[[nodiscard]] std::size_t field_value_run(std::string_view text) noexcept;

}  // namespace stint
