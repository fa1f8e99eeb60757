// OpenAI's legacy completions as the simulated provider writes them; fields as in openai/openai-openapi,
// CreateCompletionResponse. Tested by tests/gateway/simulator/plain_calls_test.cpp.
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/openai_api.hpp"
#include "gateway/simulator/text.hpp"

namespace stint {

namespace {

std::string completion_usage(const simulated_call& call) {
  const std::int64_t completion = call.completion_tokens();
  return "{\"prompt_tokens\":" + usage_figure(call, call.prompt_tokens) +
         ",\"completion_tokens\":" + usage_figure(call, completion) +
         ",\"total_tokens\":" + usage_figure(call, call.prompt_tokens + completion) + "}";
}

std::string completion_choice(std::string_view text, std::int64_t index, std::string_view reason) {
  std::string out = "{\"text\":";
  append_json_string(out, text);
  out += ",\"index\":" + std::to_string(index) + ",\"logprobs\":null,\"finish_reason\":";
  out += reason.empty() ? "null" : "\"" + std::string(reason) + "\"";
  return out + "}";
}

std::string_view completion_reason(const simulated_call& call) {
  return call.hit_bound ? "length" : "stop";
}

std::uint64_t seed_of(const simulated_call& call, std::int64_t choice) {
  return call.seed + static_cast<std::uint64_t>(choice);
}

class completions_script final : public simulated_script {
 public:
  explicit completions_script(const simulated_call& call) : simulated_script(call) {
    begin_ = R"(data: {"id":")" + call.id + R"(","object":"text_completion","created":)" +
             std::to_string(call.created_s) + ",\"choices\":[";
    end_ = "],\"model\":";
    append_json_string(end_, call.model);
    if (call.include_usage) end_ += ",\"usage\":null";
    end_ += "}\n\n";
    if (call.words == 0) stage_ = stage::finishes;
  }

 private:
  enum class stage { words, finishes, usage, done, end };

  // True when every choice had its turn.
  bool turn() {
    if (++choice_ < call_.choices) return false;
    choice_ = 0;
    return true;
  }

  bool give_next(simulated_event& event) override {
    if (stage_ == stage::end) return false;
    event.bytes = bytes_of_next(event.tokens);
    return true;
  }

  std::string bytes_of_next(std::int64_t& tokens) {
    if (stage_ == stage::words) return next_word(tokens);
    if (stage_ == stage::finishes) return next_finish();
    if (stage_ == stage::usage) return told_usage();
    stage_ = stage::end;
    return "data: [DONE]\n\n";
  }

  std::string next_word(std::int64_t& tokens) {
    tokens = 1;
    std::string bytes =
        begin_ +
        completion_choice(simulated_word(seed_of(call_, choice_), position_), choice_, "") + end_;
    if (turn() && ++position_ >= call_.words) stage_ = stage::finishes;
    return bytes;
  }

  std::string next_finish() {
    std::string bytes = begin_ + completion_choice("", choice_, completion_reason(call_)) + end_;
    const bool reports = call_.include_usage && call_.how.usage != simulated_usage::missing;
    if (turn()) stage_ = reports ? stage::usage : stage::done;
    return bytes;
  }

  std::string told_usage() {
    std::string bytes = begin_ + "],\"model\":";
    append_json_string(bytes, call_.model);
    if (!reports_again()) stage_ = stage::done;
    return bytes + ",\"usage\":" + completion_usage(call_) + "}\n\n";
  }

  std::string begin_;
  std::string end_;
  stage stage_ = stage::words;
  std::int64_t choice_ = 0;
  std::int64_t position_ = 0;
};

constexpr simulated_api_facts completions_facts = {
    .path = "/v1/completions",
    .plain_field = "prompt",
    .usual_bound = 16,
    .id_prefix = "cmpl-sim",
    .head_fields = simulated_openai_head,
    .has_choices = true,
};

class completions_api final : public simulated_openai_api {
 public:
  completions_api() noexcept : simulated_openai_api(completions_facts) {}

  std::unique_ptr<simulated_script> script(const simulated_call& call) const override {
    return std::make_unique<completions_script>(call);
  }

  std::string answer(const simulated_call& call) const override {
    std::string out = R"({"id":")" + call.id + R"(","object":"text_completion","created":)" +
                      std::to_string(call.created_s) + ",\"model\":";
    append_json_string(out, call.model);
    out += ",\"choices\":[";
    for (std::int64_t choice = 0; choice < call.choices; ++choice) {
      if (choice > 0) out += ',';
      out += completion_choice(simulated_text(seed_of(call, choice), call.words), choice,
                               completion_reason(call));
    }
    out += ']';
    if (call.how.usage != simulated_usage::missing) out += ",\"usage\":" + completion_usage(call);
    return out + "}";
  }
};

}  // namespace

const simulated_api& simulated_openai_completions() noexcept {
  static const completions_api api;
  return api;
}

}  // namespace stint
