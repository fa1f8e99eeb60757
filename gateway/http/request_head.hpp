// The strict request-head check that stands in front of everything: byte-counted, and stricter than
// RFC 9112 allows where leniency has been used for request smuggling. Beast's parser accepts much
// of what is refused here (the vectors named beast_… in tests/vectors/http). Pure function over a
// buffer; no allocation.
//
// Refused although the RFCs would let a server be lenient: empty lines before the request line, folded
// fields, dot segments in the path, every form of target but origin-form. An Upgrade is ignored, which
// is its plain refusal (RFC 9110 §7.8): many a client offers h2c with each first request. It is never
// relayed, and nothing but HTTP/1.1 is ever read behind it. An offer of WebSocket is said no to, since
// nothing that follows it would be a request that is served here (426: its clients then go on
// without it, where they would try a 404 again and again).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/http/content_coding.hpp"
#include "gateway/http/field_lines.hpp"

namespace stint {

enum class body_framing : std::uint8_t { none, length, chunked };
enum class http_method : std::uint8_t { get, head, post, put, patch, delete_, options };
[[nodiscard]] std::string_view to_string(http_method method) noexcept;

// Views point into the buffer that was parsed.
struct request_head {
  http_method method = http_method::get;
  std::string_view target;  // origin-form, visible ASCII, without '#', '\' or dot segments
  std::string_view path;    // target up to '?'
  std::string_view query;   // after '?', or ""
  bool http_1_1 = true;     // false: HTTP/1.0
  bool keep_alive = true;
  bool expect_continue = false;
  content_coding coding = content_coding::identity;  // of the body
  body_framing framing = body_framing::none;
  std::uint64_t content_length = 0;
  std::size_t size_bytes = 0;  // of the head, final blank line included
  std::size_t field_count = 0;
  field_array field_storage;

  // As it was before anything was read.
  void forget() noexcept { std::construct_at(this); }

  [[nodiscard]] std::span<const header_field> fields() const noexcept {
    return {field_storage.data(), field_count};
  }
  // ASCII case-insensitive; the first of that name. Every field that decides anything is refused
  // when it stands twice: the kinds of framing_fields.hpp, and all x-stint-… names.
  [[nodiscard]] std::optional<std::string_view> find(
      std::string_view lower_case_name) const noexcept;
};

// Looks at the bytes received so far. `complete` fills `head`; `incomplete` wants more bytes (never
// beyond bytes_max). A refusal is final: the connection must be closed, and a 405 owes the client
// an Allow field (RFC 9110 §15.5.6). `scanned` is the caller's note of how far earlier calls looked
// (start with 0), so that a head that drips in is not rescanned from its beginning.
[[nodiscard]] head_check check_request_head(std::string_view received, const head_limits& limits,
                                            std::size_t& scanned, request_head& head) noexcept;

}  // namespace stint
