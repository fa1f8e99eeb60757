// Tested by tests/gateway/call/relay/answer_head_test.cpp.
#include "gateway/call/relay/answer_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <boost/beast/http/status.hpp>

#include "gateway/http/framing_fields.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/time_text.hpp"

namespace stint {

namespace {
// Lower-case. Framing is ours; the rest concerns one hop (RFC 9110 §7.6.1) or the provider's own
// site.
constexpr std::array<std::string_view, 14> not_passed_on = {"connection",
                                                            "keep-alive",
                                                            "proxy-connection",
                                                            "transfer-encoding",
                                                            "content-length",
                                                            "upgrade",
                                                            "trailer",
                                                            "te",
                                                            "set-cookie",
                                                            "alt-svc",
                                                            "proxy-authenticate",
                                                            "strict-transport-security",
                                                            "nel",
                                                            "report-to"};

// Which pages may read an answer is ours to say: a provider's "*" would mean any.
bool passed_on(std::string_view name) noexcept {
  for (const std::string_view each : not_passed_on) {
    if (equals_ignoring_case(name, each)) return false;
  }
  return !begins_ignoring_case(name, "x-stint-") && !begins_ignoring_case(name, "access-control-");
}

// Of the bytes as they came, which nobody gets where their coding was taken off.
bool speaks_of_coding(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 5> of_coded_bytes = {
      "content-encoding", "content-digest", "repr-digest", "digest", "content-md5"};
  for (const std::string_view each : of_coded_bytes) {
    if (equals_ignoring_case(name, each)) return true;
  }
  return false;
}

void append_number(std::int64_t number, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// What the API counts of such a cap: "" nothing. OpenAI's do not tell input from output.
std::string_view limited_in(cap_unit unit, bool tells_directions) noexcept {
  if (unit == cap_unit::tokens) return "tokens";
  if (unit == cap_unit::requests) return "requests";
  if (tells_directions && unit == cap_unit::input_tokens) return "input-tokens";
  if (tells_directions && unit == cap_unit::output_tokens) return "output-tokens";
  return {};
}

// As OpenAI writes it: "6m0s", "1h2m0s", "20s"; rounded up.
std::string time_left(wall_time::duration left) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(left).count(), 0);
  std::string text;
  if (seconds >= 3600) text += std::to_string(seconds / 3600) + 'h';
  if (seconds >= 60) text += std::to_string(seconds / 60 % 60) + 'm';
  return text + std::to_string(seconds % 60) + 's';
}
}  // namespace

void begin_head(int status, const call_id& id, std::string& out) {
  out += "HTTP/1.1 ";
  append_number(status, out);
  out += ' ';
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  out.append(reason.data(), reason.size());
  out += "\r\nx-stint-request-id: ";
  out += to_string(id);
  out += "\r\n";
}

void add_field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void add_origin_fields(std::string_view page_origin, std::string& out) {
  add_field("access-control-allow-origin", page_origin, out);
  out += "access-control-expose-headers: *\r\nvary: origin\r\n";
}

void add_upstream_fields(const response_head& head, content_coding coding, std::string& out) {
  // Where a provider would send us is no business of the client's, and may be an inner address.
  const bool is_redirect = head.status / 100 == 3;
  const bool decoded = can_be_decoded(coding);
  const bool some_are_named = connection_names_fields(head.fields());
  for (const header_field& field : head.fields()) {
    if (some_are_named && is_named_by_connection(head.fields(), field.name)) continue;
    if (is_redirect && equals_ignoring_case(field.name, "location")) continue;
    if (!passed_on(field.name) || (decoded && speaks_of_coding(field.name))) continue;
    add_field(field.name, field.value, out);
  }
}

void add_budget_fields(const std::optional<cap_standing>& tightest, std::string& out) {
  if (!tightest) return;
  add_field("x-stint-budget-cap", tightest->cap, out);
  add_field("x-stint-budget-unit", to_string(tightest->unit), out);
  const std::int64_t left = std::max<std::int64_t>(tightest->left(), 0);
  add_field("x-stint-budget-remaining",
            tightest->unit == cap_unit::usd ? to_dollars(nanodollars(left)) : std::to_string(left),
            out);
}

void add_rate_limit_fields(const cap_standing& refused_by, limit_form form, wall_time now,
                           std::string& out) {
  const bool is_anthropic = form == limit_form::anthropic;
  const std::string_view of = limited_in(refused_by.unit, is_anthropic);
  if (form == limit_form::none || of.empty()) return;
  const auto add = [&](std::string_view what, std::string_view value) {
    out += is_anthropic ? "anthropic-ratelimit-" : "x-ratelimit-";
    add_field(std::string(is_anthropic ? of : what) + '-' + std::string(is_anthropic ? what : of),
              value, out);
  };
  add("limit", std::to_string(refused_by.limit));
  add("remaining", std::to_string(std::max<std::int64_t>(refused_by.left(), 0)));
  if (!refused_by.window.end) return;  // it never does
  add("reset",
      is_anthropic ? to_iso_time(*refused_by.window.end) : time_left(*refused_by.window.end - now));
}

void add_limit_field(std::int64_t output_limit_tokens, std::string& out) {
  if (output_limit_tokens == 0) return;
  out += "x-stint-output-limit: ";
  append_number(output_limit_tokens, out);
  out += "\r\n";
}

void add_cost_fields(nanodollars cost, const usage& used, std::string& out) {
  add_field("x-stint-cost-usd", to_dollars(cost), out);
  out += "x-stint-input-tokens: ";
  append_number(used.input_total(), out);
  out += "\r\nx-stint-output-tokens: ";
  append_number(used.output_total(), out);
  out += "\r\n";
}

void end_head_with_length(std::size_t body_bytes, bool http_1_1, bool keep_alive,
                          std::string& out) {
  out += "content-length: ";
  append_number(static_cast<std::int64_t>(body_bytes), out);
  out += "\r\n";
  end_head_without_body(http_1_1, keep_alive, out);
}

void end_head_without_body(bool http_1_1, bool keep_alive, std::string& out) {
  if (!keep_alive) {
    out += "connection: close\r\n";
  } else if (!http_1_1) {
    out += "connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void end_head_of_stream(bool http_1_1, bool keep_alive, std::string& out) {
  if (http_1_1) out += "transfer-encoding: chunked\r\n";
  if (!keep_alive) out += "connection: close\r\n";
  out += "\r\n";
}

}  // namespace stint
