// OpenAI's error shape: all four keys, always. Types and codes as in wire-facts §4 and §5; the
// official SDKs choose the exception by status and show `code` and `type`. Tested by
// tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/dialect/parts/refusal_text.hpp"

namespace stint {

namespace {

struct error_words {
  std::string_view type;
  std::string_view code;
};

error_words words_for(const problem& why) noexcept {
  constexpr std::string_view invalid = "invalid_request_error";
  switch (why.kind) {
    case problem_kind::unauthenticated:
      return {invalid, "invalid_api_key"};
    case problem_kind::forbidden:
      return {"permission_error", "permission_denied"};
    case problem_kind::not_found:
      return {invalid, why.param == "model" ? "model_not_found" : "not_found"};
    case problem_kind::bad_request:
      return {invalid, "invalid_value"};
    case problem_kind::method_not_allowed:
      return {invalid, "method_not_supported"};
    case problem_kind::body_too_large:
      return {invalid, "request_too_large"};
    case problem_kind::budget_exceeded:
      return {"insufficient_quota", "budget_exceeded"};
    case problem_kind::budget_busy:
      return {"rate_limit_error", "budget_busy"};
    case problem_kind::malformed_http:
    case problem_kind::request_timeout:
    case problem_kind::head_too_large:
    case problem_kind::unsupported_media:
    case problem_kind::unpriced_model:
      return {invalid, to_string(why.kind)};
    case problem_kind::storage_unavailable:
    case problem_kind::overloaded:
    case problem_kind::credential_refused:
    case problem_kind::upstream_refused:
    case problem_kind::upstream_reset:
    case problem_kind::upstream_garbage:
    case problem_kind::upstream_timeout:
      return {"server_error", to_string(why.kind)};
    case problem_kind::internal:
      return {"server_error", "internal_error"};
  }
  return {"server_error", "internal_error"};
}

class openai_error_shape final : public error_shape {
 public:
  std::string error_body(const problem& why, const call_id&) const override {
    const error_words words = words_for(why);
    std::string body = R"({"error":{"message":)";
    append_json_string(body, told_message(why));
    body.append(R"(,"type":")").append(words.type).append(R"(","param":)");
    if (why.param.empty()) {
      body += "null";
    } else {
      append_json_string(body, why.param);
    }
    body.append(R"(,"code":")").append(words.code).append("\"");
    if (why.refusal) {
      body += R"(,"stint":)";
      append_refusal_figures(body, *why.refusal);
    }
    body += "}}";
    return body;
  }

  // The SDKs raise on a chunk that has an `error`; no [DONE] follows, because nothing was done.
  std::string error_event(const problem& why, const call_id& id) const override {
    return "data: " + error_body(why, id) + "\n\n";
  }
};

}  // namespace

const error_shape& openai_errors() noexcept {
  static const openai_error_shape one;
  return one;
}

}  // namespace stint
