// OpenAI Chat Completions as the simulated provider writes them; fields as in
// openai/openai-openapi, CreateChatCompletionResponse and CreateChatCompletionStreamResponse.
// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/openai_api.hpp"
#include "gateway/simulator/text.hpp"

namespace stint {

namespace {

std::string usage_object(const simulated_call& call) {
  const std::int64_t completion = call.completion_tokens();
  std::string out = "{\"prompt_tokens\":" + usage_figure(call, call.prompt_tokens);
  out += ",\"completion_tokens\":" + usage_figure(call, completion);
  out += ",\"total_tokens\":" + usage_figure(call, call.prompt_tokens + completion);
  out += ",\"prompt_tokens_details\":{\"cached_tokens\":" + std::to_string(call.cached);
  if (call.cache_write > 0) out += ",\"cache_write_tokens\":" + std::to_string(call.cache_write);
  out += ",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":";
  out += std::to_string(call.reasoning * call.choices);
  out += ",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
  return out;
}

std::string_view finish_reason(const simulated_call& call) {
  if (call.tool) return "tool_calls";
  return call.hit_bound ? "length" : "stop";
}

std::string tool_id(const simulated_call& call, std::int64_t choice) {
  return "call_" + call.id + "_" + std::to_string(choice);
}

void append_message(std::string& out, const simulated_call& call, std::int64_t choice) {
  out += R"({"role":"assistant","content":)";
  if (!call.tool) {
    append_json_string(out,
                       simulated_text(call.seed + static_cast<std::uint64_t>(choice), call.words));
    out += R"(,"refusal":null,"annotations":[]})";
    return;
  }
  out += R"(null,"refusal":null,"annotations":[],"tool_calls":[{"id":")" + tool_id(call, choice);
  out += R"(","type":"function","function":{"name":)";
  append_json_string(out, call.tool->name);
  out += ",\"arguments\":";
  append_json_string(out, call.tool->arguments);
  out += "}}]}";
}

class openai_script final : public simulated_script {
 public:
  explicit openai_script(const simulated_call& call) : simulated_script(call) {
    begin_ = R"(data: {"id":")" + call.id + R"(","object":"chat.completion.chunk","created":)" +
             std::to_string(call.created_s) + ",\"model\":";
    append_json_string(begin_, call.model);
    begin_ += R"(,"service_tier":"default","system_fingerprint":"fp_sim","choices":[)";
    // With include_usage every chunk but the extra one says null.
    end_ = call.include_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
  }

 private:
  enum class stage { roles, words, finishes, usage, done, end };

  bool give_next(simulated_event& event) override {
    switch (stage_) {
      case stage::roles:
        give_role(event);
        return true;
      case stage::words:
        give_words(event);
        return true;
      case stage::finishes:
        give_finish(event);
        return true;
      case stage::usage:
        give_usage(event);
        return true;
      case stage::done:
        event.bytes = "data: [DONE]\n\n";
        stage_ = stage::end;
        return true;
      case stage::end:
        return false;
    }
    return false;
  }

  void open_choice(std::string& out) const {
    out += begin_ + "{\"index\":" + std::to_string(choice_) + ",\"delta\":";
  }
  void close_choice(std::string& out, std::string_view reason) const {
    out += ",\"logprobs\":null,\"finish_reason\":";
    out += reason.empty() ? "null" : "\"" + std::string(reason) + "\"";
    out += "}" + end_;
  }
  // True when every choice had its turn.
  bool turn() {
    if (++choice_ < call_.choices) return false;
    choice_ = 0;
    return true;
  }

  void give_role(simulated_event& event) {
    open_choice(event.bytes);
    event.bytes += R"({"role":"assistant","content":)";
    event.bytes += call_.tool ? "null" : "\"\"";
    event.bytes += R"(,"refusal":null})";
    close_choice(event.bytes, "");
    event.tokens = event.reasoning = call_.reasoning;
    if (turn()) stage_ = call_.tool || call_.words > 0 ? stage::words : stage::finishes;
  }

  void give_words(simulated_event& event) {
    if (call_.tool) return give_tool(event);
    open_choice(event.bytes);
    event.bytes += "{\"content\":";
    append_json_string(event.bytes,
                       simulated_word(call_.seed + static_cast<std::uint64_t>(choice_), position_));
    event.bytes += "}";
    close_choice(event.bytes, "");
    event.tokens = 1;
    if (turn() && ++position_ >= call_.words) stage_ = stage::finishes;
  }

  // The call's head, then its arguments in pieces; one choice after the other.
  void give_tool(simulated_event& event) {
    argument_piece piece;
    open_choice(event.bytes);
    event.bytes += R"({"tool_calls":[{"index":0,)";
    if (position_ == 0) {
      event.bytes +=
          "\"id\":\"" + tool_id(call_, choice_) + R"(","type":"function","function":{"name":)";
      append_json_string(event.bytes, call_.tool->name);
      event.bytes += R"(,"arguments":""}}]})";
      event.tokens = call_.tool->name_tokens;
      position_ = 1;
      pieces_ = argument_pieces(call_);
    } else {
      has_piece_ = pieces_.next(piece);
      event.bytes += R"("function":{"arguments":)";
      append_json_string(event.bytes, piece.text);
      event.bytes += "}}]}";
      event.tokens = piece.tokens;
    }
    close_choice(event.bytes, "");
    if (has_piece_) return;
    has_piece_ = true;
    position_ = 0;
    if (turn()) stage_ = stage::finishes;
  }

  void give_finish(simulated_event& event) {
    open_choice(event.bytes);
    event.bytes += "{}";
    close_choice(event.bytes, finish_reason(call_));
    if (!turn()) return;
    const bool reports = call_.include_usage && call_.how.usage != simulated_usage::missing;
    stage_ = reports ? stage::usage : stage::done;
  }

  void give_usage(simulated_event& event) {
    event.bytes = begin_ + "],\"usage\":" + usage_object(call_) + "}\n\n";
    if (!reports_again()) stage_ = stage::done;
  }

  std::string begin_;
  std::string end_;
  stage stage_ = stage::roles;
  std::int64_t choice_ = 0;
  std::int64_t position_ = 0;
  bool has_piece_ = true;
};

constexpr simulated_api_facts openai_chat_facts = {
    .path = "/v1/chat/completions",
    .counts_as = tokenizer::chat_api::openai_chat,
    .id_prefix = "chatcmpl-sim",
    .head_fields = simulated_openai_head,
    .requires_bound = false,
    .has_choices = true,
};

class openai_chat_api final : public simulated_openai_api {
 public:
  openai_chat_api() noexcept : simulated_openai_api(openai_chat_facts) {}

  std::unique_ptr<simulated_script> script(const simulated_call& call) const override {
    return std::make_unique<openai_script>(call);
  }

  std::string answer(const simulated_call& call) const override {
    std::string out = R"({"id":")" + call.id + R"(","object":"chat.completion","created":)" +
                      std::to_string(call.created_s) + ",\"model\":";
    append_json_string(out, call.model);
    out += ",\"choices\":[";
    for (std::int64_t choice = 0; choice < call.choices; ++choice) {
      if (choice > 0) out += ',';
      out += "{\"index\":" + std::to_string(choice) + ",\"message\":";
      append_message(out, call, choice);
      out += R"(,"logprobs":null,"finish_reason":")" + std::string(finish_reason(call)) + "\"}";
    }
    out += ']';
    if (call.how.usage != simulated_usage::missing) out += ",\"usage\":" + usage_object(call);
    out += R"(,"service_tier":"default","system_fingerprint":"fp_sim"})";
    return out;
  }
};

}  // namespace

std::string simulated_openai_api::error(int status, std::string_view message) const {
  std::string body = R"({"error":{"message":)";
  append_json_string(body, message);
  const std::string_view type = status == 429   ? "rate_limit_exceeded"
                                : status >= 500 ? "server_error"
                                                : "invalid_request_error";
  body.append(R"(,"type":")").append(type).append(R"(","param":null,"code":null}})");
  return body;
}

const simulated_api& simulated_openai_chat() noexcept {
  static const openai_chat_api api;
  return api;
}

}  // namespace stint
