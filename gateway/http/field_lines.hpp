// What request and response heads share: where a head ends, its field lines, and the table they are
// kept in. Works on the connection's buffer, which owns every byte; no allocation, usable from any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace stint {

struct header_field {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding white space
};

// Storage; the configured limit is at most this.
inline constexpr std::size_t header_fields_cap = 128;

// Room for the fields of one head, left uninitialised on purpose: clearing 4 KiB costs as much as
// reading a small head. Only the elements below the head's field_count exist.
class field_array {
 public:
  field_array() noexcept {}
  void put(std::size_t index, header_field field) noexcept {
    std::construct_at(slots_ + index, field);
  }
  [[nodiscard]] const header_field& operator[](std::size_t index) const noexcept {
    return slots_[index];
  }
  [[nodiscard]] const header_field* data() const noexcept { return slots_; }

 private:
  union {
    header_field slots_[header_fields_cap];
  };
};

enum class head_state : std::uint8_t { incomplete, complete, refused };

struct head_check {
  head_state state = head_state::incomplete;
  // Refused requests: 400, 405, 414, 415, 417, 426, 431, 501, 505. Refused responses: 502.
  int status = 400;
  // Refused: a sentence of static text that names the rule and its RFC section.
  std::string_view reason = {};
};

struct head_limits {
  std::size_t bytes_max = 32 * 1024;
  std::size_t fields_max = 100;
  std::size_t target_bytes_max = 8 * 1024;
};

// The result of a step that found nothing to object to.
inline constexpr head_check acceptable{.state = head_state::complete};
[[nodiscard]] constexpr head_check refuse_head(int status, std::string_view reason) noexcept {
  return {.state = head_state::refused, .status = status, .reason = reason};
}

// Looks for the blank line among the first bytes_max bytes. `scanned` says how far earlier calls on
// the same bytes looked, so the work over all calls is linear. `complete` sets size_bytes, which
// includes the blank line.
[[nodiscard]] head_check find_head_end(std::string_view received, std::size_t bytes_max,
                                       std::size_t& scanned, std::size_t& size_bytes) noexcept;

// Many a server behind maps '_' and '-' to one name, so that a field of such a name could pass for one
// that decides something. In requests it is as if it had not come, as nginx does by default; clients
// send them by accident. Tolerated from upstreams.
enum class underscore_names : bool { dropped, tolerated };

// Reads the field lines in `lines` (every line with its CRLF, without the blank line) into
// `fields`.
[[nodiscard]] head_check read_field_lines(std::string_view lines, std::size_t fields_max,
                                          underscore_names underscores, field_array& fields,
                                          std::size_t& field_count) noexcept;

// The first field of that name, compared without ASCII case.
[[nodiscard]] std::optional<std::string_view> find_field(std::span<const header_field> fields,
                                                         std::string_view lower_case_name) noexcept;

}  // namespace stint
