// Anthropic Messages as the simulated provider writes them; fields and the order of events as in
// anthropic-sdk-python and -typescript. Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/api.hpp"
#include "gateway/simulator/text.hpp"

namespace stint {

namespace {

std::string input_fields(const simulated_call& call) {
  std::string out =
      "\"input_tokens\":" + usage_figure(call, call.prompt_tokens - call.cached - call.cache_write);
  out += ",\"cache_creation_input_tokens\":" + std::to_string(call.cache_write);
  out += ",\"cache_read_input_tokens\":" + std::to_string(call.cached);
  out += ",\"cache_creation\":{\"ephemeral_5m_input_tokens\":" + std::to_string(call.cache_write);
  out += ",\"ephemeral_1h_input_tokens\":0}";
  return out;
}

std::string usage_object(const simulated_call& call, std::int64_t output_tokens) {
  return "{" + input_fields(call) + ",\"output_tokens\":" + usage_figure(call, output_tokens) +
         R"(,"server_tool_use":null,"service_tier":"standard"})";
}

std::string_view stop_reason(const simulated_call& call) {
  if (call.tool) return "tool_use";
  return call.hit_bound ? "max_tokens" : "end_turn";
}

std::string message_begin(const simulated_call& call) {
  std::string out = R"({"id":")" + call.id + R"(","type":"message","role":"assistant","model":)";
  append_json_string(out, call.model);
  return out;
}

class anthropic_script final : public simulated_script {
 public:
  explicit anthropic_script(const simulated_call& call) : simulated_script(call) {}

 private:
  enum class stage { start, thinking_start, thinking, block_start, ping, block, delta, stop, end };

  bool give_next(simulated_event& event) override {
    switch (stage_) {
      case stage::start:
        give_start(event);
        return true;
      case stage::thinking_start:
        give(event, "content_block_start",
             index() + R"("content_block":{"type":"thinking","thinking":"","signature":""})");
        stage_ = stage::thinking;
        return true;
      case stage::thinking:
        give_thinking(event);
        return true;
      case stage::block_start:
        give_block_start(event);
        return true;
      case stage::ping:
        give(event, "ping", "");
        stage_ = stage::block;
        return true;
      case stage::block:
        return give_block(event);
      case stage::delta:
        give_delta(event);
        return true;
      case stage::stop:
        give(event, "message_stop", "");
        stage_ = stage::end;
        return true;
      case stage::end:
        return false;
    }
    return false;
  }

  static void give(simulated_event& event, std::string_view type, const std::string& fields) {
    event.bytes.append("event: ")
        .append(type)
        .append("\ndata: {\"type\":\"")
        .append(type)
        .append("\"");
    if (!fields.empty()) event.bytes.append(",").append(fields);
    event.bytes += "}\n\n";
  }
  [[nodiscard]] std::string index() const { return "\"index\":" + std::to_string(block_) + ","; }
  void give_text(simulated_event& event, std::string_view type, std::string_view member,
                 std::string_view text) {
    std::string fields = index() + "\"delta\":{\"type\":\"";
    fields.append(type).append("\",\"").append(member).append("\":");
    append_json_string(fields, text);
    give(event, "content_block_delta", fields + "}");
  }

  void give_start(simulated_event& event) {
    std::string message = "\"message\":" + message_begin(call_) +
                          R"(,"content":[],"stop_reason":null,"stop_sequence":null)";
    if (call_.how.usage != simulated_usage::missing)
      message += ",\"usage\":" + usage_object(call_, 1);
    give(event, "message_start", message + "}");
    stage_ = call_.reasoning > 0 ? stage::thinking_start : stage::block_start;
  }

  void give_thinking(simulated_event& event) {
    if (position_ >= call_.reasoning) {
      give(event, "content_block_stop", "\"index\":" + std::to_string(block_++));
      position_ = 0;
      stage_ = stage::block_start;
      return;
    }
    give_text(event, "thinking_delta", "thinking", simulated_word(call_.seed, position_++));
    event.tokens = event.reasoning = 1;
  }

  void give_block_start(simulated_event& event) {
    std::string block = R"({"type":"text","text":""})";
    if (call_.tool) {
      block = R"({"type":"tool_use","id":"toolu_)" + call_.id + "\",\"name\":";
      append_json_string(block, call_.tool->name);
      block += ",\"input\":{}}";
      event.tokens = call_.tool->name_tokens;
    }
    give(event, "content_block_start", index() + "\"content_block\":" + block);
    stage_ = stage::ping;
  }

  bool give_block(simulated_event& event) {
    argument_piece piece;
    if (call_.tool && pieces_.next(piece)) {
      give_text(event, "input_json_delta", "partial_json", piece.text);
      event.tokens = piece.tokens;
      return true;
    }
    if (!call_.tool && position_ < call_.words) {
      give_text(event, "text_delta", "text", simulated_word(call_.seed, position_++));
      event.tokens = 1;
      return true;
    }
    give(event, "content_block_stop", "\"index\":" + std::to_string(block_));
    stage_ = stage::delta;
    return true;
  }

  void give_delta(simulated_event& event) {
    std::string fields = R"("delta":{"stop_reason":")" + std::string(stop_reason(call_)) +
                         R"(","stop_sequence":null})";
    if (call_.how.usage != simulated_usage::missing) {
      fields +=
          ",\"usage\":{\"output_tokens\":" + usage_figure(call_, call_.completion_tokens()) + "}";
    }
    give(event, "message_delta", fields);
    if (!reports_again()) stage_ = stage::stop;
  }

  stage stage_ = stage::start;
  std::int64_t block_ = 0;
  std::int64_t position_ = 0;
};

constexpr simulated_api_facts anthropic_facts = {
    .path = "/v1/messages",
    .counts_as = tokenizer::chat_api::anthropic_messages,
    .id_prefix = "msg_sim",
    .head_fields = "anthropic-organization-id: org-simulated\r\nrequest-id: req_",
    .requires_bound = true,
    .has_choices = false,
};

class anthropic_api final : public simulated_api {
 public:
  anthropic_api() noexcept : simulated_api(anthropic_facts) {}

  std::unique_ptr<simulated_script> script(const simulated_call& call) const override {
    return std::make_unique<anthropic_script>(call);
  }

  std::string answer(const simulated_call& call) const override {
    std::string out = message_begin(call) + ",\"content\":[";
    if (call.reasoning > 0) {
      out += R"({"type":"thinking","signature":"c2lt","thinking":)";
      append_json_string(out, simulated_text(call.seed, call.reasoning));
      out += "},";
    }
    if (call.tool) {
      out += R"({"type":"tool_use","id":"toolu_)" + call.id + "\",\"name\":";
      append_json_string(out, call.tool->name);
      out += ",\"input\":" + call.tool->arguments + "}";
    } else {
      out += R"({"type":"text","text":)";
      append_json_string(out, simulated_text(call.seed, call.words));
      out += "}";
    }
    out += R"(],"stop_reason":")" + std::string(stop_reason(call)) + R"(","stop_sequence":null)";
    if (call.how.usage != simulated_usage::missing)
      out += ",\"usage\":" + usage_object(call, call.completion_tokens());
    out += '}';
    return out;
  }

  std::string error(int status, std::string_view message) const override {
    const std::string_view type = status == 400   ? "invalid_request_error"
                                  : status == 401 ? "authentication_error"
                                  : status == 403 ? "permission_error"
                                  : status == 404 ? "not_found_error"
                                  : status == 413 ? "request_too_large"
                                  : status == 429 ? "rate_limit_error"
                                  : status == 529 ? "overloaded_error"
                                                  : "api_error";
    std::string body = R"({"type":"error","error":{"type":")";
    body.append(type).append(R"(","message":)");
    append_json_string(body, message);
    body += R"(},"request_id":"req_sim"})";
    return body;
  }
};

}  // namespace

const simulated_api& simulated_anthropic() noexcept {
  static const anthropic_api api;
  return api;
}

}  // namespace stint
