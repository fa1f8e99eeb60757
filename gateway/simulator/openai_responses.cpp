// OpenAI Responses as the simulated provider writes them; fields and the order of events as in openai/openai-openapi
// (Response, ResponseStreamEvent) and as recorded. Tested by tests/gateway/simulator/simulated_responses_test.cpp.
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/openai_api.hpp"
#include "gateway/simulator/text.hpp"

namespace stint {

namespace {

std::string json_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string responses_usage(const simulated_call& call) {
  const std::int64_t output = call.completion_tokens();
  std::string out = "{\"input_tokens\":" + usage_figure(call, call.prompt_tokens);
  out += ",\"input_tokens_details\":{\"cached_tokens\":" + std::to_string(call.cached);
  out += ",\"cache_write_tokens\":" + std::to_string(call.cache_write);
  out += "},\"output_tokens\":" + usage_figure(call, output);
  out += ",\"output_tokens_details\":{\"reasoning_tokens\":" + std::to_string(call.reasoning);
  out += "},\"total_tokens\":" + usage_figure(call, call.prompt_tokens + output) + "}";
  return out;
}

// With tool_usage as the provider counts it: nothing before the end.
std::string response_object(const simulated_call& call, std::string_view status,
                            std::string_view output, bool is_last) {
  const bool reports = is_last && call.how.usage != simulated_usage::missing;
  const bool is_cut = status == "incomplete";
  std::string tier = is_last ? call.how.tier : "auto";
  if (tier.empty()) tier = "default";
  std::string out = R"({"id":")" + call.id + R"(","object":"response","created_at":)";
  out += std::to_string(call.created_s) + R"(,"status":")" + std::string(status);
  out += R"(","background":false,"error":null,"incomplete_details":)";
  out += is_cut ? R"({"reason":"max_output_tokens"})" : "null";
  out += R"(,"instructions":null,"max_output_tokens":null,"model":)" + json_of(call.model);
  out += ",\"output\":[" + std::string(output);
  out += R"(],"parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,)"
         R"("summary":null},"service_tier":)" +
         json_of(tier);
  out +=
      R"(,"store":true,"temperature":1.0,"text":{"format":{"type":"text"}},"tool_choice":"auto",)"
      R"("tool_usage":{"image_gen":{"input_tokens":0,"output_tokens":0,"total_tokens":0},)"
      R"("web_search":{"num_requests":)";
  out += std::to_string(is_last ? call.how.searches : 0);
  out += R"(}},"tools":[],"top_p":1.0,"truncation":"disabled","usage":)";
  out += reports ? responses_usage(call) : "null";
  out += R"(,"user":null,"metadata":{}})";
  return out;
}

std::string_view last_status(const simulated_call& call) {
  return call.hit_bound && !call.tool ? "incomplete" : "completed";
}

std::string reasoning_item(const simulated_call& call) {
  return R"({"id":"rs_)" + call.id + R"(","type":"reasoning","summary":[]})";
}

std::string search_item(const simulated_call& call, std::int64_t n, std::string_view status) {
  return R"({"id":"ws_)" + call.id + "_" + std::to_string(n) +
         R"(","type":"web_search_call","status":")" + std::string(status) +
         R"(","action":{"type":"search","query":"time"}})";
}

std::string text_part(std::string_view text) {
  return R"({"type":"output_text","annotations":[],"logprobs":[],"text":)" + json_of(text) + "}";
}

std::string message_item(const simulated_call& call, std::string_view status,
                         std::string_view content) {
  return R"({"id":"msg_)" + call.id + R"(","type":"message","status":")" + std::string(status) +
         R"(","content":[)" + std::string(content) + R"(],"role":"assistant"})";
}

std::string call_item(const simulated_call& call, std::string_view status,
                      std::string_view arguments) {
  return R"({"id":"fc_)" + call.id + R"(","type":"function_call","status":")" +
         std::string(status) + "\",\"arguments\":" + json_of(arguments) + R"(,"call_id":"call_)" +
         call.id + "\",\"name\":" + json_of(call.tool->name) + "}";
}

std::string last_item(const simulated_call& call) {
  if (call.tool) return call_item(call, "completed", call.tool->arguments);
  return message_item(call, last_status(call), text_part(simulated_text(call.seed, call.words)));
}

// All items of the output, joined.
std::string whole_output(const simulated_call& call) {
  std::string items;
  if (call.reasoning > 0) items += reasoning_item(call) + ",";
  for (std::int64_t n = 0; n < call.how.searches; ++n)
    items += search_item(call, n, "completed") + ",";
  return items + last_item(call);
}

class responses_script final : public simulated_script {
 public:
  explicit responses_script(const simulated_call& call) : simulated_script(call) {}

 private:
  enum class stage {
    created,
    in_progress,
    reasoning,
    reasoning_done,
    search,
    item,
    part,
    deltas,
    text_done,
    part_done,
    item_done,
    last,
    end
  };

  bool give_next(simulated_event& event) override {
    switch (stage_) {
      case stage::created:
        give_response(event, "response.created", "in_progress", "", false);
        stage_ = stage::in_progress;
        return true;
      case stage::in_progress:
        give_response(event, "response.in_progress", "in_progress", "", false);
        stage_ = call_.reasoning > 0 ? stage::reasoning : after_reasoning();
        return true;
      case stage::reasoning:
        give_item(event, "response.output_item.added", reasoning_item(call_));
        event.tokens = event.reasoning = call_.reasoning;
        stage_ = stage::reasoning_done;
        return true;
      case stage::reasoning_done:
        give_item(event, "response.output_item.done", reasoning_item(call_));
        ++index_;
        stage_ = after_reasoning();
        return true;
      case stage::search:
        give_search(event);
        return true;
      case stage::item:
        give_item(event, "response.output_item.added",
                  call_.tool ? call_item(call_, "in_progress", "")
                             : message_item(call_, "in_progress", ""));
        if (call_.tool) event.tokens = call_.tool->name_tokens;
        stage_ = call_.tool ? stage::deltas : stage::part;
        return true;
      case stage::part:
        give(event, "response.content_part.added", in_part() + ",\"part\":" + text_part(""));
        stage_ = stage::deltas;
        return true;
      case stage::deltas:
        return give_delta(event);
      case stage::text_done:
        give(event, "response.output_text.done",
             in_part() + ",\"logprobs\":[],\"text\":" + json_of(text()));
        stage_ = stage::part_done;
        return true;
      case stage::part_done:
        give(event, "response.content_part.done", in_part() + ",\"part\":" + text_part(text()));
        stage_ = stage::item_done;
        return true;
      case stage::item_done:
        give_item(event, "response.output_item.done", last_item(call_));
        stage_ = stage::last;
        return true;
      case stage::last:
        give_response(event, "response." + std::string(last_status(call_)), last_status(call_),
                      whole_output(call_), true);
        if (!reports_again()) stage_ = stage::end;
        return true;
      case stage::end:
        return false;
    }
    return false;
  }

  [[nodiscard]] stage after_reasoning() const {
    return call_.how.searches > 0 ? stage::search : stage::item;
  }
  [[nodiscard]] std::string text() const { return simulated_text(call_.seed, call_.words); }
  [[nodiscard]] std::string at_index() const {
    return "\"output_index\":" + std::to_string(index_);
  }
  [[nodiscard]] std::string in_part() const {
    return R"("item_id":"msg_)" + call_.id + "\"," + at_index() + ",\"content_index\":0";
  }

  void give(simulated_event& event, std::string_view type, std::string_view fields) {
    event.bytes.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type);
    event.bytes.append("\",\"sequence_number\":").append(std::to_string(number_++));
    event.bytes.append(",").append(fields).append("}\n\n");
  }
  void give_response(simulated_event& event, std::string_view type, std::string_view status,
                     std::string_view output, bool is_last) {
    give(event, type, "\"response\":" + response_object(call_, status, output, is_last));
  }
  void give_item(simulated_event& event, std::string_view type, std::string_view item) {
    give(event, type, at_index() + ",\"item\":" + std::string(item));
  }

  // Five events a search.
  void give_search(simulated_event& event) {
    const std::string of =
        R"("item_id":"ws_)" + call_.id + "_" + std::to_string(searched_) + "\"," + at_index();
    switch (step_++) {
      case 0:
        return give_item(event, "response.output_item.added",
                         search_item(call_, searched_, "in_progress"));
      case 1:
        return give(event, "response.web_search_call.in_progress", of);
      case 2:
        return give(event, "response.web_search_call.searching", of);
      case 3:
        return give(event, "response.web_search_call.completed", of);
      default:
        break;
    }
    give_item(event, "response.output_item.done", search_item(call_, searched_, "completed"));
    event.searches = 1;
    step_ = 0;
    ++index_;
    if (++searched_ == call_.how.searches) stage_ = stage::item;
  }

  bool give_delta(simulated_event& event) {
    if (call_.tool) {
      argument_piece piece;
      const std::string of = R"("item_id":"fc_)" + call_.id + "\"," + at_index();
      if (pieces_.next(piece)) {
        give(event, "response.function_call_arguments.delta",
             of + ",\"delta\":" + json_of(piece.text));
        event.tokens = piece.tokens;
        return true;
      }
      give(event, "response.function_call_arguments.done",
           of + ",\"arguments\":" + json_of(call_.tool->arguments));
      stage_ = stage::item_done;
      return true;
    }
    if (position_ >= call_.words) {
      stage_ = stage::text_done;
      return give_next(event);
    }
    give(event, "response.output_text.delta",
         in_part() + ",\"delta\":" + json_of(simulated_word(call_.seed, position_++)) +
             ",\"logprobs\":[]");
    event.tokens = 1;
    return true;
  }

  stage stage_ = stage::created;
  std::int64_t number_ = 0;
  std::int64_t index_ = 0;  // of the item
  std::int64_t position_ = 0;
  std::int64_t searched_ = 0;
  int step_ = 0;  // of a search
};

constexpr simulated_api_facts openai_responses_facts = {
    .path = "/v1/responses",
    .counts_as = tokenizer::chat_api::openai_responses,
    .id_prefix = "resp_sim",
    .head_fields = simulated_openai_head,
    .requires_bound = false,
    .has_choices = false,
    .conversation = "input",
    .bound = "max_output_tokens",
    .keeps_answers = true,
};

class openai_responses_api : public simulated_openai_api {
 public:
  explicit openai_responses_api(const simulated_api_facts& facts) noexcept
      : simulated_openai_api(facts) {}

  std::unique_ptr<simulated_script> script(const simulated_call& call) const override {
    return std::make_unique<responses_script>(call);
  }

  std::string answer(const simulated_call& call) const override {
    return response_object(call, last_status(call), whole_output(call), true);
  }
};

constexpr simulated_api_facts compact_facts = [] {
  simulated_api_facts facts = openai_responses_facts;
  facts.path = "/v1/responses/compact";
  facts.id_prefix = "resp_simcompact";
  facts.order_tokens = 93;  // as five recorded calls had it
  return facts;
}();

class compact_api final : public openai_responses_api {
 public:
  compact_api() noexcept : openai_responses_api(compact_facts) {}

  std::string answer(const simulated_call& call) const override {
    std::string out = R"({"id":")" + call.id + R"(","object":"response.compaction","created_at":)";
    out += std::to_string(call.created_s) + R"(,"output":[{"id":"cmp_)" + call.id;
    out += R"(","type":"compaction","encrypted_content":"Z0FBQUFB"}])";
    if (call.how.usage != simulated_usage::missing) out += ",\"usage\":" + responses_usage(call);
    return out + "}";
  }
};

}  // namespace

const simulated_api& simulated_openai_responses() noexcept {
  static const openai_responses_api api(openai_responses_facts);
  return api;
}

const simulated_api& simulated_compact() noexcept {
  static const compact_api api;
  return api;
}

}  // namespace stint
