// The strict request-head check that stands in front of everything: byte-counted, and stricter than RFC 9112 allows where
// leniency has been used for request smuggling. Beast's parser accepts each input that is refused here (reliability notes in
// tests/vectors/http). Pure function over a buffer; no allocation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace stint {

struct header_field {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding white space
};

inline constexpr std::size_t header_fields_cap = 128;  // storage; the configured limit is at most this

enum class body_framing : std::uint8_t { none, length, chunked };
enum class http_method : std::uint8_t { get, head, post, put, patch, delete_, options };
[[nodiscard]] std::string_view to_string(http_method method) noexcept;

// Views point into the buffer that was parsed.
struct request_head {
  http_method method = http_method::get;
  std::string_view target;  // origin-form, visible ASCII, without '#', '\' or a fragment
  std::string_view path;    // target up to '?'
  std::string_view query;   // after '?', or ""
  bool http_1_1 = true;     // false: HTTP/1.0
  bool keep_alive = true;
  bool expect_continue = false;
  body_framing framing = body_framing::none;
  std::uint64_t content_length = 0;
  std::size_t size_bytes = 0;  // of the head, final blank line included
  std::size_t field_count = 0;
  std::array<header_field, header_fields_cap> field_storage;

  [[nodiscard]] std::span<const header_field> fields() const noexcept { return {field_storage.data(), field_count}; }
  // ASCII case-insensitive; the first of that name. Every field that decides anything is refused when it stands twice.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view lower_case_name) const noexcept;
};

enum class head_state : std::uint8_t { incomplete, complete, refused };

struct head_check {
  head_state state = head_state::incomplete;
  int status = 400;          // refused: 400, 405, 414, 417, 431, 501, 505
  std::string_view reason;   // refused: a sentence of static text that names the rule and its RFC section
};

struct head_limits {
  std::size_t bytes_max = 32 * 1024;
  std::size_t fields_max = 100;
  std::size_t target_bytes_max = 8 * 1024;
};

// Looks at the bytes received so far. `complete` fills `head`; `incomplete` wants more bytes (never beyond bytes_max). A
// refusal is final: the connection must be closed. `scanned` is the caller's note of how far earlier calls looked (start with
// 0), so that a head that drips in is not rescanned from its beginning.
[[nodiscard]] head_check check_request_head(std::string_view received, const head_limits& limits, std::size_t& scanned,
                                            request_head& head) noexcept;

}  // namespace stint
