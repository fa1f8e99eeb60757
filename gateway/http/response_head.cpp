// Tested by tests/gateway/http/response_head_test.cpp; fuzzed by tests/fuzz/head_fuzz.cpp.
#include "gateway/http/response_head.hpp"

#include "gateway/http/framing_fields.hpp"
#include "gateway/http/http_token.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

std::optional<std::string_view> response_head::find(
    std::string_view lower_case_name) const noexcept {
  return find_field(fields(), lower_case_name);
}

answer_media response_head::media() const noexcept {
  const auto type = find("content-type");
  return type ? answer_media_of(*type) : answer_media::other;
}

namespace {

head_check refuse_answer(std::string_view reason) noexcept {
  return refuse_head(502, reason);
}

// The space after the status is required by RFC 9112 §4 and left out by servers in use: accepted
// without it, when nothing follows.
head_check read_status_line(std::string_view line, response_head& head) noexcept {
  head.http_1_1 = line.starts_with("HTTP/1.1 ");
  if (!head.http_1_1 && !line.starts_with("HTTP/1.0 ")) {
    return refuse_answer("The status line does not start with HTTP/1.1 or HTTP/1.0 (RFC 9112 §4).");
  }
  line.remove_prefix(9);
  const auto digit = [line](std::size_t at) { return at < line.size() && is_digit(line[at]); };
  if (!digit(0) || !digit(1) || !digit(2) || (line.size() > 3 && line[3] != ' ')) {
    return refuse_answer("The status is not three digits (RFC 9112 §4).");
  }
  head.status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (head.status < 100 || head.status > 599) {
    return refuse_answer("The status is outside 100 to 599 (RFC 9110 §15).");
  }
  if (head.status == 101)
    return refuse_answer("The upstream switches protocols unasked (RFC 9110 §15.2.2).");
  if (field_value_run(line) != line.size())
    return refuse_answer("The reason holds a control byte (RFC 9112 §4).");
  return acceptable;
}

head_check frame_answer(const framing_fields& framing, bool answers_head,
                        response_head& head) noexcept {
  head.content_length = framing.length;
  head.keep_alive = keeps_alive(framing, head.http_1_1);
  const bool never_has_body = head.status < 200 || head.status == 204;
  if (never_has_body && (framing.has_chunked || framing.length != 0)) {
    return refuse_answer(
        "A body is announced for a status that has none (RFC 9110 §8.6, RFC 9112 §6.1).");
  }
  if (never_has_body || head.status == 304 || answers_head) {
    head.framing = answer_framing::none;
  } else if (framing.has_chunked) {
    head.framing = answer_framing::chunked;
  } else if (framing.has_length) {
    head.framing = answer_framing::length;
  } else {
    head.framing = answer_framing::until_close;
    head.keep_alive = false;
  }
  return acceptable;
}

head_check decide_by_fields(bool answers_head, response_head& head) noexcept {
  kinds_seen seen;
  framing_fields framing;
  for (const auto& field : head.fields()) {
    const field_kind kind = kind_of(field.name);
    if (seen.again(kind))
      return refuse_answer("A field that decides something stands twice (RFC 9110 §5.3).");
    if (const auto check = read_framing_field(kind, field.value, framing);
        check.state != head_state::complete) {
      return check;
    }
  }
  if (const auto check = check_framing(framing, head.http_1_1); check.state != head_state::complete)
    return check;
  return frame_answer(framing, answers_head, head);
}

head_check check_answer(std::string_view received, const head_limits& limits, bool answers_head,
                        std::size_t& scanned, response_head& head) noexcept {
  if (!received.empty() && received.front() != 'H') {
    return refuse_answer("The upstream does not speak HTTP/1 (RFC 9112 §4).");
  }
  if (const auto check = find_head_end(received, limits.bytes_max, scanned, head.size_bytes);
      check.state != head_state::complete) {
    return check;
  }
  const std::string_view text = received.substr(0, head.size_bytes - 2);
  const std::size_t line_end = text.find("\r\n");
  if (const auto check = read_status_line(text.substr(0, line_end), head);
      check.state != head_state::complete) {
    return check;
  }
  if (const auto check =
          read_field_lines(text.substr(line_end + 2), limits.fields_max,
                           underscore_names::tolerated, head.field_storage, head.field_count);
      check.state != head_state::complete) {
    return check;
  }
  return decide_by_fields(answers_head, head);
}

}  // namespace

head_check check_response_head(std::string_view received, const head_limits& limits,
                               bool answers_head, std::size_t& scanned,
                               response_head& head) noexcept {
  auto check = check_answer(received, limits, answers_head, scanned, head);
  if (check.state == head_state::refused)
    check.status = 502;  // whatever the rule, the client sees a bad gateway
  return check;
}

}  // namespace stint
