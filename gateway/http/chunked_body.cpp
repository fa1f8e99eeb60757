// Tested by tests/gateway/http/chunked_body_test.cpp; fuzzed by tests/fuzz/chunk_fuzz.cpp.
#include "gateway/http/chunked_body.hpp"

#include <algorithm>

#include "gateway/http/http_token.hpp"
#include "pricing/text/hex.hpp"

namespace stint {

namespace {

constexpr std::uint8_t size_digits_max = 16;  // 64 bits: the size cannot overflow

}  // namespace

chunk_state chunked_decoder::consume(std::string_view bytes, std::string& out,
                                     std::size_t& consumed) {
  consumed = 0;
  while (state_ == chunk_state::more && consumed < bytes.size()) {
    if (expecting_ == expecting::data) {
      const auto taken = std::min<std::uint64_t>(remaining_, bytes.size() - consumed);
      out.append(bytes, consumed, static_cast<std::size_t>(taken));
      consumed += static_cast<std::size_t>(taken);
      body_bytes_ += taken;
      remaining_ -= taken;
      if (remaining_ == 0) expecting_ = expecting::data_cr;
      continue;
    }
    if (framing_bytes_ - std::min(framing_bytes_, body_bytes_) >= framing_bytes_max_) {
      state_ = chunk_state::framing_too_large;
      break;
    }
    take_framing_byte(bytes[consumed]);
    if (state_ != chunk_state::more && state_ != chunk_state::done) break;
    ++framing_bytes_;
    ++consumed;
  }
  return state_;
}

void chunked_decoder::move_on(bool allowed, expecting next) noexcept {
  if (allowed) {
    expecting_ = next;
  } else {
    state_ = chunk_state::malformed;
  }
}

void chunked_decoder::take_framing_byte(char byte) noexcept {
  switch (expecting_) {
    case expecting::size_first_digit:
    case expecting::size:
      return take_size_byte(byte);
    case expecting::size_lf:
      if (byte == '\n') return end_size_line();
      state_ = chunk_state::malformed;
      return;
    case expecting::data:
      return;  // not framing
    case expecting::data_cr:
      return move_on(byte == '\r', expecting::data_lf);
    case expecting::data_lf:
      return move_on(byte == '\n', expecting::size_first_digit);
    case expecting::line_start:
    case expecting::trailer_name:
    case expecting::trailer_value:
      return take_trailer_byte(byte);
    case expecting::trailer_lf:
      return move_on(byte == '\n', expecting::line_start);
    case expecting::last_lf:
      state_ = byte == '\n' ? chunk_state::done : chunk_state::malformed;
      return;
    default:
      return take_extension_byte(byte);
  }
}

void chunked_decoder::take_size_byte(char byte) noexcept {
  const int digit = hex_value(byte);
  if (digit >= 0) {
    if (expecting_ == expecting::size_first_digit) {
      chunk_size_ = 0;
      size_digits_ = 0;
    }
    chunk_size_ = chunk_size_ << 4U | static_cast<std::uint64_t>(digit);
    return move_on(++size_digits_ <= size_digits_max, expecting::size);
  }
  if (expecting_ == expecting::size && byte == ';')
    return move_on(true, expecting::extension_name_first);
  move_on(expecting_ == expecting::size && byte == '\r', expecting::size_lf);
}

void chunked_decoder::end_size_line() noexcept {
  if (chunk_size_ == 0) {
    expecting_ = expecting::line_start;
  } else if (chunk_size_ > body_bytes_max_ - body_bytes_) {
    state_ = chunk_state::body_too_large;
  } else {
    remaining_ = chunk_size_;
    expecting_ = expecting::data;
  }
}

// *( ";" chunk-ext-name [ "=" ( token / quoted-string ) ] ), without the white space that RFC 9112
// §7.1.1 calls bad.
void chunked_decoder::take_extension_byte(char byte) noexcept {
  const bool token = belongs_to(byte, token_byte);
  switch (expecting_) {
    case expecting::extension_name_first:
      return move_on(token, expecting::extension_name);
    case expecting::extension_value_first:
      if (byte == '"') return move_on(true, expecting::extension_quoted);
      return move_on(token, expecting::extension_value);
    case expecting::extension_quoted:
      if (byte == '"') return move_on(true, expecting::extension_end);
      if (byte == '\\') return move_on(true, expecting::extension_escaped);
      return move_on(belongs_to(byte, field_value_byte), expecting::extension_quoted);
    case expecting::extension_escaped:
      return move_on(belongs_to(byte, field_value_byte), expecting::extension_quoted);
    case expecting::extension_name:
      if (byte == '=') return move_on(true, expecting::extension_value_first);
      [[fallthrough]];
    case expecting::extension_value:
      if (token) return;
      [[fallthrough]];
    default:  // after a name, a value or a closing quote
      if (byte == ';') return move_on(true, expecting::extension_name_first);
      return move_on(byte == '\r', expecting::size_lf);
  }
}

void chunked_decoder::take_trailer_byte(char byte) noexcept {
  const bool token = belongs_to(byte, token_byte);
  if (expecting_ == expecting::line_start) {
    if (byte == '\r') return move_on(true, expecting::last_lf);
    return move_on(token, expecting::trailer_name);
  }
  if (expecting_ == expecting::trailer_name) {
    if (byte == ':') return move_on(true, expecting::trailer_value);
    return move_on(token, expecting::trailer_name);
  }
  if (byte == '\r') return move_on(true, expecting::trailer_lf);
  move_on(belongs_to(byte, field_value_byte), expecting::trailer_value);
}

}  // namespace stint
