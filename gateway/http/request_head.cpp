// Tested by tests/gateway/http/request_head_test.cpp; fuzzed by tests/fuzz/head_fuzz.cpp.
#include "gateway/http/request_head.hpp"

#include <cstring>

#include "gateway/http/framing_fields.hpp"
#include "gateway/http/http_token.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

std::string_view to_string(http_method method) noexcept {
  switch (method) {
    case http_method::get:
      return "GET";
    case http_method::head:
      return "HEAD";
    case http_method::post:
      return "POST";
    case http_method::put:
      return "PUT";
    case http_method::patch:
      return "PATCH";
    case http_method::delete_:
      return "DELETE";
    case http_method::options:
      return "OPTIONS";
  }
  return "";
}

std::optional<std::string_view> request_head::find(
    std::string_view lower_case_name) const noexcept {
  return find_field(fields(), lower_case_name);
}

namespace {

head_check read_method(std::string_view text, http_method& method) noexcept {
  for (const auto known : {http_method::post, http_method::get, http_method::head, http_method::put,
                           http_method::patch, http_method::delete_, http_method::options}) {
    if (text == to_string(known)) {
      method = known;
      return acceptable;
    }
  }
  if (text.empty() || !all_belong_to(text, token_byte)) {
    return refuse_head(400, "The method is not a token (RFC 9112 §3.1).");
  }
  if (text == "CONNECT" || text == "TRACE") {
    return refuse_head(405, "CONNECT and TRACE are not allowed here (RFC 9110 §9.3.6, §9.3.8).");
  }
  return refuse_head(501, "The method is not one that this server knows (RFC 9110 §9.1).");
}

head_check read_version(std::string_view text, bool& http_1_1) noexcept {
  http_1_1 = text == "HTTP/1.1";
  if (http_1_1 || text == "HTTP/1.0") return acceptable;
  if (text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
      is_digit(text[7])) {
    return refuse_head(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here (RFC 9110 §15.6.6).");
  }
  return refuse_head(400, "The request line does not end in an HTTP version (RFC 9112 §2.3).");
}

// "." or "..", also percent-encoded: a route that matches by prefix must not be left again behind
// its back.
bool is_dot_segment(std::string_view segment) noexcept {
  std::size_t dots = 0;
  while (!segment.empty()) {
    const std::string_view encoded = segment.substr(0, 3);
    const bool plain = segment.front() == '.';
    if (!plain && encoded != "%2e" && encoded != "%2E") return false;
    segment.remove_prefix(plain ? 1 : 3);
    ++dots;
  }
  return dots == 1 || dots == 2;
}

bool has_dot_segment(std::string_view path) noexcept {
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    // Some servers cut parameters off first: "..;x".
    if (is_dot_segment(segment.substr(0, segment.find(';')))) return true;
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
  }
  return false;
}

head_check read_target(std::string_view target, std::size_t bytes_max,
                       request_head& head) noexcept {
  if (target.size() > bytes_max) {
    return refuse_head(414, "The target is longer than this server accepts (RFC 9110 §15.5.15).");
  }
  if (!target.starts_with('/')) {
    return refuse_head(
        400, "The target is not in origin-form, a path that starts with '/' (RFC 9112 §3.2.1).");
  }
  if (!all_belong_to(target, target_byte)) {
    return refuse_head(
        400,
        "The target holds white space, '#', '\\' or a byte outside visible ASCII (RFC 9112 §3.2).");
  }
  const std::size_t mark = target.find('?');
  head.target = target;
  head.path = target.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  if (has_dot_segment(head.path)) {
    return refuse_head(
        400, "The path holds a '.' or '..' segment (RFC 3986 §6.2.2.3: the client removes them).");
  }
  return acceptable;
}

head_check read_request_line(std::string_view line, const head_limits& limits,
                             request_head& head) noexcept {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == last) {  // none, or one
    return refuse_head(
        400, "The request line is not method, target and version, one space apart (RFC 9112 §3).");
  }
  if (const auto check = read_version(line.substr(last + 1), head.http_1_1);
      check.state != head_state::complete) {
    return check;
  }
  if (const auto check = read_method(line.substr(0, first), head.method);
      check.state != head_state::complete) {
    return check;
  }
  return read_target(line.substr(first + 1, last - first - 1), limits.target_bytes_max, head);
}

// uri-host [ ":" port ] of RFC 9110 §7.2, narrowed to what names a machine: no sub-delims, no
// percent-encoding, no empty port.
bool is_valid_host(std::string_view value) noexcept {
  std::string_view port;
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    if (close == std::string_view::npos || close < 3) return false;  // "::" is the shortest address
    if (!all_belong_to(value.substr(1, close - 1), ipv6_byte)) return false;
    port = value.substr(close + 1);
  } else {
    const std::size_t colon = value.find(':');
    const std::string_view name = value.substr(0, colon);
    if (name.empty() || !all_belong_to(name, host_name_byte)) return false;
    if (colon != std::string_view::npos) port = value.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() < 2 || port.size() > 6) return false;
  std::uint32_t number = 0;
  for (const char byte : port.substr(1)) {
    if (byte < '0' || byte > '9') return false;
    number = number * 10 + static_cast<std::uint32_t>(byte - '0');
  }
  return number <= 65535;
}

head_check read_deciding_field(field_kind kind, std::string_view value,
                               request_head& head) noexcept {
  switch (kind) {
    case field_kind::host:
      if (is_valid_host(value)) return acceptable;
      return refuse_head(400, "Host does not name a host (RFC 9112 §3.2).");
    case field_kind::upgrade:
      if (!equals_ignoring_case(value, "websocket")) return acceptable;
      return refuse_head(
          426, "WebSocket is not spoken here: send the call as plain HTTP/1.1 (RFC 9110 §7.8).");
    case field_kind::expect:
      if (!equals_ignoring_case(value, "100-continue")) {
        return refuse_head(417,
                           "The only expectation understood is 100-continue (RFC 9110 §10.1.1).");
      }
      head.expect_continue = head.http_1_1;  // to be ignored in HTTP/1.0
      return acceptable;
    case field_kind::content_encoding:
      head.coding = content_coding_of(value);
      if (head.coding != content_coding::unreadable) return acceptable;
      return refuse_head(415,
                         "Of content codings gzip and deflate are understood, one at a time: "
                         "send it so, or as it is (RFC 9110 §15.5.16).");
    default:
      return acceptable;
  }
}

// x-stint-… names decide attribution; they are few, so a look at the fields before this one is
// cheap.
bool repeats_own_field(const request_head& head, std::size_t index) noexcept {
  constexpr std::string_view own_prefix = "x-stint-";
  const std::string_view name = head.field_storage[index].name;
  if (name.size() <= own_prefix.size() ||
      !equals_ignoring_case(name.substr(0, own_prefix.size()), own_prefix)) {
    return false;
  }
  for (std::size_t earlier = 0; earlier < index; ++earlier) {
    const std::string_view other = head.field_storage[earlier].name;
    if (other.size() != name.size()) continue;
    std::size_t same = 0;
    while (same < name.size() && to_lower_case(name[same]) == to_lower_case(other[same]))
      ++same;
    if (same == name.size()) return true;
  }
  return false;
}

head_check decide_by_fields(request_head& head) noexcept {
  kinds_seen seen;
  framing_fields framing;
  bool has_host = false;
  for (std::size_t index = 0; index < head.field_count; ++index) {
    const header_field& field = head.field_storage[index];
    const field_kind kind = kind_of(field.name);
    if (seen.again(kind) || (kind == field_kind::other && repeats_own_field(head, index))) {
      return refuse_head(400, "A field that decides something stands twice (RFC 9110 §5.3).");
    }
    if (kind == field_kind::other) continue;
    has_host = has_host || kind == field_kind::host;
    if (const auto check = read_framing_field(kind, field.value, framing);
        check.state != head_state::complete) {
      return check;
    }
    if (const auto check = read_deciding_field(kind, field.value, head);
        check.state != head_state::complete) {
      return check;
    }
  }
  if (head.http_1_1 && !has_host)
    return refuse_head(400, "An HTTP/1.1 request without Host (RFC 9112 §3.2).");
  if (const auto check = check_framing(framing, head.http_1_1); check.state != head_state::complete)
    return check;
  head.framing = framing.has_chunked  ? body_framing::chunked
                 : framing.has_length ? body_framing::length
                                      : body_framing::none;
  head.content_length = framing.length;
  head.keep_alive = keeps_alive(framing, head.http_1_1);
  return acceptable;
}

}  // namespace

head_check check_request_head(std::string_view received, const head_limits& limits,
                              std::size_t& scanned, request_head& head) noexcept {
  // Says no to a TLS greeting or an empty line at once, instead of waiting for a head that never
  // ends.
  if (!received.empty() && !belongs_to(received.front(), token_byte)) {
    return refuse_head(400, "The request line does not start with a method (RFC 9112 §3).");
  }
  if (const auto check = find_head_end(received, limits.bytes_max, scanned, head.size_bytes);
      check.state != head_state::complete) {
    return check;
  }
  const std::string_view text = received.substr(0, head.size_bytes - 2);
  const std::size_t line_end = text.find("\r\n");
  head.expect_continue = false;
  head.coding = content_coding::identity;
  if (const auto check = read_request_line(text.substr(0, line_end), limits, head);
      check.state != head_state::complete) {
    return check;
  }
  if (const auto check =
          read_field_lines(text.substr(line_end + 2), limits.fields_max, underscore_names::dropped,
                           head.field_storage, head.field_count);
      check.state != head_state::complete) {
    return check;
  }
  return decide_by_fields(head);
}

}  // namespace stint
