// Tested by tests/gateway/http/request_head_test.cpp.
#include "gateway/http/http_token.hpp"

#include <cstring>

namespace stint {

namespace {

constexpr std::uint64_t in_every_byte(std::uint8_t byte) {
  return 0x0101010101010101ULL * byte;
}

// Eight bytes at a time: a byte below 0x20, or 0x7f, leaves its top bit set. A borrow can only add
// a false alarm above a true one, so zero means that all eight are clean; anything else is looked
// at byte by byte.
constexpr bool may_hold_control_byte(std::uint64_t eight) {
  const std::uint64_t below_space = (eight - in_every_byte(0x20)) & ~eight;
  const std::uint64_t delete_to_zero = eight ^ in_every_byte(0x7f);
  const std::uint64_t is_delete = (delete_to_zero - in_every_byte(0x01)) & ~delete_to_zero;
  return ((below_space | is_delete) & in_every_byte(0x80)) != 0;
}

}  // namespace

std::size_t field_value_run(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if (!may_hold_control_byte(eight)) {
        at += sizeof eight;
        continue;
      }
    }
    if (!belongs_to(text[at], field_value_byte)) return at;
    ++at;
  }
  return at;
}

}  // namespace stint
