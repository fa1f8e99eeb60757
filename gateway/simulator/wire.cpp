// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/wire.hpp"

#include <algorithm>

#include "gateway/dialect/parts/json_text.hpp"
#include "pricing/text/utf8.hpp"
#include "tokenizer/models/model_encoding.hpp"

namespace stint {

std::unique_ptr<simulated_script> make_script(const simulated_call& call) {
  return call.api == simulated_api::openai ? make_openai_script(call) : make_anthropic_script(call);
}

std::string whole_answer(const simulated_call& call) {
  return call.api == simulated_api::openai ? openai_answer(call) : anthropic_answer(call);
}

std::string error_answer(simulated_api api, int status, std::string_view message) {
  std::string body;
  if (api == simulated_api::openai) {
    body = R"({"error":{"message":)";
    append_json_string(body, message);
    const std::string_view type = status == 429   ? "rate_limit_exceeded"
                                  : status >= 500 ? "server_error"
                                                  : "invalid_request_error";
    body.append(R"(,"type":")").append(type).append(R"(","param":null,"code":null}})");
    return body;
  }
  const std::string_view type = status == 400   ? "invalid_request_error"
                                : status == 401 ? "authentication_error"
                                : status == 403 ? "permission_error"
                                : status == 404 ? "not_found_error"
                                : status == 413 ? "request_too_large"
                                : status == 429 ? "rate_limit_error"
                                : status == 529 ? "overloaded_error"
                                                : "api_error";
  body.append(R"({"type":"error","error":{"type":")").append(type).append(R"(","message":)");
  append_json_string(body, message);
  body += R"(},"request_id":"req_sim"})";
  return body;
}

argument_pieces::argument_pieces(const simulated_call& call) : call_(&call) {
  if (call.tool) counted_ = call.tool->name_tokens;
}

bool argument_pieces::next(argument_piece& piece) {
  constexpr std::size_t piece_bytes = 12;
  const std::string_view text = call_->tool->arguments;
  if (position_ >= text.size()) return false;
  const std::size_t end = boundary_after(text, position_ + piece_bytes);
  piece.text = text.substr(position_, end - position_);
  position_ = end;
  const tokenizer::model_encoding how = tokenizer::encoding_for_model(call_->model);
  const std::int64_t so_far = call_->tool->name_tokens + how.text->count(text.substr(0, end));
  // A prefix may be more tokens than the whole: what is charged so far never falls.
  piece.tokens = std::max<std::int64_t>(so_far - counted_, 0);
  if (end == text.size()) piece.tokens = call_->tool->tokens - counted_;
  counted_ += piece.tokens;
  return true;
}

std::string usage_figure(const simulated_call& call, std::int64_t count) {
  switch (call.how.usage) {
    case simulated_usage::negative:
      return std::to_string(-1 - count);
    case simulated_usage::huge:
      return "900000000000000000";
    case simulated_usage::missing:
    case simulated_usage::reported:
    case simulated_usage::repeated:
      break;
  }
  return std::to_string(count);
}

}  // namespace stint
