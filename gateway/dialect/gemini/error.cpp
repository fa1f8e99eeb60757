// Google's error shape: google.rpc.Status with its details (dialects.md §9). Tested by
// tests/gateway/dialect/gemini_test.cpp and dialect_test.cpp.
#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/dialect/parts/refusal_text.hpp"

namespace stint {

namespace {

// The names of google.rpc.Code.
std::string_view status_for(problem_kind kind) noexcept {
  switch (kind) {
    case problem_kind::unauthenticated:
      return "UNAUTHENTICATED";
    case problem_kind::forbidden:
    case problem_kind::unpriced_model:
      return "PERMISSION_DENIED";
    case problem_kind::not_found:
      return "NOT_FOUND";
    case problem_kind::method_not_allowed:
      return "UNIMPLEMENTED";
    case problem_kind::budget_exceeded:
    case problem_kind::budget_busy:
      return "RESOURCE_EXHAUSTED";
    case problem_kind::request_timeout:
    case problem_kind::upstream_timeout:
      return "DEADLINE_EXCEEDED";
    case problem_kind::malformed_http:
    case problem_kind::bad_request:
    case problem_kind::body_too_large:
    case problem_kind::head_too_large:
    case problem_kind::unsupported_media:
      return "INVALID_ARGUMENT";
    case problem_kind::storage_unavailable:
    case problem_kind::overloaded:
    case problem_kind::credential_refused:
    case problem_kind::upstream_refused:
    case problem_kind::upstream_reset:
    case problem_kind::upstream_garbage:
      return "UNAVAILABLE";
    case problem_kind::internal:
      return "INTERNAL";
  }
  return "INTERNAL";
}

// By these Google's own clients decide whether to come again: not where a quota of the day is spent,
// and after the delay where one is named.
void append_details(const problem& why, std::string& out) {
  out += R"(,"details":[)";
  if (why.kind == problem_kind::budget_exceeded) {
    out += R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"subject":)";
    append_json_string(out, why.refusal ? "cap " + why.refusal->standing.cap : "cap");
    out += R"(,"quotaId":"StintBudgetPerDay"}]})";
  } else if (why.retry_after_s) {
    out += R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" +
           std::to_string(*why.retry_after_s) + "s\"}";
  } else if (!why.param.empty()) {
    out += R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":)";
    append_json_string(out, why.param);
    out += "}]}";
  }
  out += ']';
}

class gemini_error_shape final : public error_shape {
 public:
  // Google's clients take nothing but lines that begin with "data: ".
  std::string error_event(const problem& why, const call_id& id) const override {
    return "data: " + error_body(why, id) + "\n\n";
  }

  std::string error_body(const problem& why, const call_id&) const override {
    std::string body = R"({"error":{"code":)" + std::to_string(why.status) + R"(,"message":)";
    append_json_string(body, told_message(why));
    body.append(R"(,"status":")").append(status_for(why.kind)).append("\"");
    append_details(why, body);
    if (why.refusal) {
      body += R"(,"stint":)";
      append_refusal_figures(body, *why.refusal);
    }
    body += "}}";
    return body;
  }
};

}  // namespace

const error_shape& gemini_errors() noexcept {
  static const gemini_error_shape one;
  return one;
}

}  // namespace stint
