// Reads the fields that say where a message ends and whether its connection lives on. One rule for
// both directions: what other servers are known to read in two ways is refused (RFC 9112 §6.3,
// §11.2). No allocation, usable from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/http/field_lines.hpp"

namespace stint {

// The fields that decide something. Standing twice, each is refused, except connection, which is a
// list.
enum class field_kind : std::uint8_t {
  other,
  connection,
  host,
  content_length,
  transfer_encoding,
  content_type,
  content_encoding,
  expect,
  upgrade,
  authorization,
  x_api_key,
  api_key,
  x_goog_api_key,
  anthropic_version,
  idempotency_key,
};
[[nodiscard]] field_kind kind_of(std::string_view name) noexcept;

// A set of the kinds met so far. Says whether this one is a repetition.
class kinds_seen {
 public:
  [[nodiscard]] bool again(field_kind kind) noexcept {
    const auto bit = 1U << static_cast<unsigned>(kind);
    const bool before = (bits_ & bit) != 0;
    bits_ |= bit;
    return before && kind != field_kind::other && kind != field_kind::connection;
  }

 private:
  std::uint32_t bits_ = 0;
};

struct framing_fields {
  bool has_length = false;
  bool has_chunked = false;
  bool says_close = false;
  bool says_keep_alive = false;
  std::uint64_t length = 0;
};

// Takes notice of content-length, transfer-encoding and connection; any other kind is acceptable
// and changes nothing.
[[nodiscard]] head_check read_framing_field(field_kind kind, std::string_view value,
                                            framing_fields& framing) noexcept;

// Takes the first element off a list (RFC 9110 §5.6.1), with the comma behind it; "" where nothing stands
// between two commas.
[[nodiscard]] std::string_view take_element(std::string_view& list) noexcept;

// RFC 9110 §7.6.1: a field that Connection names is of this hop alone, and goes no further.
[[nodiscard]] bool is_named_by_connection(std::span<const header_field> fields,
                                          std::string_view name) noexcept;
// False where it says nothing, or what nearly all say, so that nobody need look further.
[[nodiscard]] bool connection_names_fields(std::span<const header_field> fields) noexcept;

// What the fields mean together. To be called once, after the last field.
[[nodiscard]] head_check check_framing(const framing_fields& framing, bool http_1_1) noexcept;
[[nodiscard]] bool keeps_alive(const framing_fields& framing, bool http_1_1) noexcept;

}  // namespace stint
