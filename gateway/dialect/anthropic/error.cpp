// Anthropic's error shape, wire-facts §4 and §5. Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/anthropic/messages.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/dialect/parts/refusal_text.hpp"

namespace stint {

namespace {

std::string_view type_for(problem_kind kind) noexcept {
  switch (kind) {
    case problem_kind::unauthenticated:
      return "authentication_error";
    case problem_kind::forbidden:
    case problem_kind::unpriced_model:
      return "permission_error";
    case problem_kind::not_found:
      return "not_found_error";
    case problem_kind::body_too_large:
    case problem_kind::head_too_large:
      return "request_too_large";
    case problem_kind::budget_exceeded:
    case problem_kind::budget_busy:
      return "rate_limit_error";
    case problem_kind::malformed_http:
    case problem_kind::bad_request:
    case problem_kind::method_not_allowed:
    case problem_kind::request_timeout:
    case problem_kind::unsupported_media:
      return "invalid_request_error";
    case problem_kind::storage_unavailable:
    case problem_kind::overloaded:
      return "overloaded_error";
    case problem_kind::credential_refused:
    case problem_kind::upstream_refused:
    case problem_kind::upstream_reset:
    case problem_kind::upstream_garbage:
    case problem_kind::upstream_timeout:
    case problem_kind::internal:
      return "api_error";
  }
  return "api_error";
}

class anthropic_error_shape final : public error_shape {
 public:
  std::string error_body(const problem& why, const call_id& id) const override {
    std::string body = R"({"type":"error","error":{"type":")";
    const bool is_limit_of_claude_code =
        why.kind == problem_kind::budget_exceeded && why.asked_by == client_habit::claude_code;
    body.append(is_limit_of_claude_code ? "billing_error" : type_for(why.kind))
        .append(R"(","message":)");
    append_json_string(body, told_message(why));
    // The code with which Anthropic itself marks its spend limits; a busy budget is an ordinary rate
    // limit.
    const bool is_spent = why.kind == problem_kind::budget_exceeded;
    if (is_spent || why.refusal || !why.code.empty()) {
      body += R"(,"details":{"error_code":")";
      if (!why.code.empty()) {
        body += why.code;
      } else {
        body += is_spent ? "enforced_spend_limit_reached" : to_string(why.kind);
      }
      body += '"';
      if (why.refusal) {
        body += R"(,"stint":)";
        append_refusal_figures(body, *why.refusal);
      }
      body += '}';
    }
    body += R"(},"request_id":")" + to_string(id) + "\"}";
    return body;
  }

  std::string error_event(const problem& why, const call_id& id) const override {
    return "event: error\ndata: " + error_body(why, id) + "\n\n";
  }
};

}  // namespace

const error_shape& anthropic_errors() noexcept {
  static const anthropic_error_shape one;
  return one;
}

}  // namespace stint
