// Tested by tests/budgets/records/call_id_test.cpp.
#include "budgets/records/call_id.hpp"

#include <chrono>
#include <cstring>

#include "pricing/text/hex.hpp"

namespace stint {
namespace {

[[nodiscard]] constexpr bool hyphen_before(std::size_t byte) noexcept {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

}  // namespace

std::string to_string(const call_id& id) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (hyphen_before(i)) text += '-';
    append_hex(text, id.bytes[i]);
  }
  return text;
}

std::optional<call_id> parse_call_id(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  call_id id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (hyphen_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hex_value(text[at++]);
    const int low = hex_value(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

// RFC 9562 §5.7: 48 bits of Unix milliseconds, version 7, 12 random bits, variant 10, 62 random
// bits.
call_id make_call_id(wall_time now, std::uint64_t random_high, std::uint64_t random_low) noexcept {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const auto milliseconds = static_cast<std::uint64_t>(since_epoch.count());
  const std::uint64_t high = (milliseconds << 16) | 0x7000 | (random_high & 0x0FFF);
  const std::uint64_t low = (random_low & 0x3FFF'FFFF'FFFF'FFFF) | 0x8000'0000'0000'0000;
  call_id id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return id;
}

wall_time time_of(const call_id& id) noexcept {
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i)
    milliseconds = (milliseconds << 8) | id.bytes[i];
  return wall_time{std::chrono::milliseconds{milliseconds}};
}

std::size_t call_id_hash::operator()(const call_id& id) const noexcept {
  // The low half is 62 random bits; mixing in the high half keeps ids made by tests apart as well.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), sizeof high);
  std::memcpy(&low, id.bytes.data() + sizeof high, sizeof low);
  std::uint64_t mixed = (low ^ (high >> 32) ^ (high << 32)) * 0x9E37'79B9'7F4A'7C15;
  return static_cast<std::size_t>(mixed ^ (mixed >> 29));
}

}  // namespace stint
