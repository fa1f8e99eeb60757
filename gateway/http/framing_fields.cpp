// Tested by tests/gateway/http/request_head_test.cpp and response_head_test.cpp.
#include "gateway/http/framing_fields.hpp"

#include <algorithm>
#include <cstddef>

#include "gateway/http/http_token.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

// By length first: most names are told apart without comparing a byte.
field_kind kind_of(std::string_view name) noexcept {
  const auto is = [name](std::string_view lower_case) {
    return equals_ignoring_case(name, lower_case);
  };
  switch (name.size()) {
    case 4:
      return is("host") ? field_kind::host : field_kind::other;
    case 6:
      return is("expect") ? field_kind::expect : field_kind::other;
    case 7:
      return is("upgrade")   ? field_kind::upgrade
             : is("api-key") ? field_kind::api_key
                             : field_kind::other;
    case 9:
      return is("x-api-key") ? field_kind::x_api_key : field_kind::other;
    case 10:
      return is("connection") ? field_kind::connection : field_kind::other;
    case 12:
      return is("content-type") ? field_kind::content_type : field_kind::other;
    case 13:
      return is("authorization") ? field_kind::authorization : field_kind::other;
    case 14:
      return is("content-length")   ? field_kind::content_length
             : is("x-goog-api-key") ? field_kind::x_goog_api_key
                                    : field_kind::other;
    case 15:
      return is("idempotency-key") ? field_kind::idempotency_key : field_kind::other;
    case 16:
      return is("content-encoding") ? field_kind::content_encoding : field_kind::other;
    case 17:
      return is("transfer-encoding")   ? field_kind::transfer_encoding
             : is("anthropic-version") ? field_kind::anthropic_version
                                       : field_kind::other;
    default:
      return field_kind::other;
  }
}

namespace {

constexpr std::size_t length_digits_max = 18;  // 10^18 − 1 fits 64 bits with room to add

head_check read_content_length(std::string_view value, framing_fields& framing) noexcept {
  if (value.empty() || value.size() > length_digits_max) {
    return refuse_head(400, "Content-Length is empty or absurdly long (RFC 9110 §8.6).");
  }
  std::uint64_t length = 0;
  for (const char byte : value) {
    if (byte < '0' || byte > '9') {
      return refuse_head(400, "Content-Length is not one plain decimal number (RFC 9110 §8.6).");
    }
    length = length * 10 + static_cast<std::uint64_t>(byte - '0');
  }
  framing.has_length = true;
  framing.length = length;
  return acceptable;
}

// A list of tokens (RFC 9110 §5.6.1); empty elements are legal, anything else in it is not.
head_check read_connection(std::string_view value, framing_fields& framing) noexcept {
  while (!value.empty()) {
    const std::string_view option = take_element(value);
    if (!all_belong_to(option, token_byte)) {
      return refuse_head(400, "Connection is not a list of tokens (RFC 9110 §7.6.1).");
    }
    if (equals_ignoring_case(option, "close")) framing.says_close = true;
    if (equals_ignoring_case(option, "keep-alive")) framing.says_keep_alive = true;
  }
  return acceptable;
}

// Asked of every field of every head: most names differ by their length.
bool is_connection(std::string_view name) noexcept {
  return equals_ignoring_case(name, "connection");
}

bool has_option(std::string_view list, std::string_view name) noexcept {
  while (!list.empty()) {
    const std::string_view option = take_element(list);
    const auto same = [](char a, char b) { return to_lower_case(a) == to_lower_case(b); };
    if (std::equal(option.begin(), option.end(), name.begin(), name.end(), same)) return true;
  }
  return false;
}

}  // namespace

std::string_view take_element(std::string_view& list) noexcept {
  const std::size_t end = std::min(list.find(','), list.size());
  const std::string_view element = without_surrounding_space(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

bool is_named_by_connection(std::span<const header_field> fields, std::string_view name) noexcept {
  return std::any_of(fields.begin(), fields.end(), [name](const header_field& field) {
    return is_connection(field.name) && has_option(field.value, name);
  });
}

bool connection_names_fields(std::span<const header_field> fields) noexcept {
  return std::any_of(fields.begin(), fields.end(), [](const header_field& field) {
    return is_connection(field.name) && !equals_ignoring_case(field.value, "keep-alive") &&
           !equals_ignoring_case(field.value, "close");
  });
}

head_check read_framing_field(field_kind kind, std::string_view value,
                              framing_fields& framing) noexcept {
  switch (kind) {
    case field_kind::content_length:
      return read_content_length(value, framing);
    case field_kind::connection:
      return read_connection(value, framing);
    case field_kind::transfer_encoding:
      if (!equals_ignoring_case(value, "chunked")) {
        return refuse_head(400,
                           "Transfer-Encoding is anything but exactly chunked (RFC 9112 §6.3).");
      }
      framing.has_chunked = true;
      return acceptable;
    default:
      return acceptable;
  }
}

head_check check_framing(const framing_fields& framing, bool http_1_1) noexcept {
  if (framing.has_chunked && framing.has_length) {
    return refuse_head(400, "Content-Length stands beside Transfer-Encoding (RFC 9112 §6.1).");
  }
  if (framing.has_chunked && !http_1_1) {
    return refuse_head(400, "Transfer-Encoding in an HTTP/1.0 message (RFC 9112 §6.1).");
  }
  return acceptable;
}

bool keeps_alive(const framing_fields& framing, bool http_1_1) noexcept {
  return !framing.says_close && (http_1_1 || framing.says_keep_alive);
}

}  // namespace stint
