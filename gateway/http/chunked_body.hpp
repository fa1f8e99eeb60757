// Decodes a chunked request or response body (RFC 9112 §7.1) that arrives in pieces. A plain value
// owned by whoever reads the connection; it allocates nothing itself, and how the bytes were split
// never changes its verdict.
//
// Stricter than the RFC asks: CRLF only, no white space around sizes or in extensions, at most 16
// hex digits. Extensions and trailers are checked, counted and dropped. Trailers in particular
// never become fields: that is how an Authorization smuggled behind a body would take effect after
// the check of the head.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stint {

enum class chunk_state : std::uint8_t { more, done, malformed, framing_too_large, body_too_large };

class chunked_decoder {
 public:
  // Of framing (all bytes that are not body) there may be framing_bytes_max, and one more for each
  // byte of body: a long stream of small chunks passes, while one-byte chunks, endless extensions
  // and endless trailers do not.
  chunked_decoder(std::size_t body_bytes_max, std::size_t framing_bytes_max) noexcept
      : body_bytes_max_(body_bytes_max), framing_bytes_max_(framing_bytes_max) {}

  // Takes bytes off the wire, appends decoded body to `out`, and says in `consumed` how many bytes
  // belonged to this body: with `done`, what follows is the next message. A chunk that would exceed
  // body_bytes_max is refused when its size is known. Any state but `more` is final: later calls
  // repeat it and consume nothing.
  [[nodiscard]] chunk_state consume(std::string_view bytes, std::string& out,
                                    std::size_t& consumed);

  [[nodiscard]] std::uint64_t body_bytes() const noexcept { return body_bytes_; }  // decoded so far

 private:
  enum class expecting : std::uint8_t {
    size_first_digit,
    size,
    extension_name_first,
    extension_name,
    extension_value_first,
    extension_value,
    extension_quoted,
    extension_escaped,
    extension_end,
    size_lf,
    data,
    data_cr,
    data_lf,
    line_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
  };

  void take_framing_byte(char byte) noexcept;
  void take_size_byte(char byte) noexcept;
  void take_extension_byte(char byte) noexcept;
  void take_trailer_byte(char byte) noexcept;
  void end_size_line() noexcept;
  void move_on(bool allowed, expecting next) noexcept;

  std::size_t body_bytes_max_;
  std::size_t framing_bytes_max_;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t framing_bytes_ = 0;
  std::uint64_t chunk_size_ = 0;  // while its digits arrive
  std::uint64_t remaining_ = 0;   // of the current chunk's data
  std::uint8_t size_digits_ = 0;
  expecting expecting_ = expecting::size_first_digit;
  chunk_state state_ = chunk_state::more;
};

}  // namespace stint
