// What a request for legacy completions is billed by: openai/openai-openapi, CreateCompletionRequest. Tested by
// tests/gateway/dialect/openai_completions_test.cpp.
#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_completions/completions.hpp"
#include "gateway/dialect/parts/chat_start.hpp"
#include "gateway/dialect/parts/json_splice.hpp"
#include "gateway/dialect/parts/plain_texts.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "tokenizer/models/model_name.hpp"

namespace stint {

namespace {

constexpr integer_bounds bound_range{0, usage_count_max};  // 0: the prompt alone is echoed
constexpr integer_bounds raised_range{-1, usage_count_max};
constexpr integer_bounds answers_range{1, 128};

// OpenAI's bound where none is set. Others generate to the end (Together: 349 tokens were seen), so of theirs no
// bound is known.
std::optional<std::int64_t> usual_bound(std::string_view model) {
  constexpr std::int64_t openai_tokens = 16;
  constexpr std::array<std::string_view, 5> openai_models = {
      "gpt-3.5-turbo-instruct", "davinci-002", "babbage-002", "ft:davinci-002", "ft:babbage-002"};
  const std::string_view name = tokenizer::bare_model(model);
  const bool is_openais = std::any_of(openai_models.begin(), openai_models.end(),
                                      [&](std::string_view one) { return name.starts_with(one); });
  return is_openais ? std::optional(openai_tokens) : std::nullopt;
}

// As of a chat: llama.cpp's n_predict overrides max_tokens, so it can only raise.
result<std::optional<std::int64_t>> read_bound(simdjson::dom::object body, std::string_view model) {
  const auto bound = read_integer(body, field_name{"max_tokens", "max_tokens"}, bound_range);
  if (!bound) return bound.error();
  const auto raised = read_integer(body, field_name{"n_predict", "n_predict"}, raised_range);
  if (!raised) return raised.error();
  std::optional<std::int64_t> most = *bound ? *bound : usual_bound(model);
  if (!most || !*raised) return most;
  if (**raised < 0) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>(std::max(*most, **raised));
}

result<std::int64_t> read_answers(simdjson::dom::object body, std::string_view name) {
  const auto value = read_integer(body, field_name{name, name}, answers_range);
  if (!value) return value.error();
  return value->value_or(1);
}

class completions_request_rules final : public request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target&) const override {
    const auto start = read_start(document, {});
    if (!start) return start.error();
    const simdjson::dom::object body = start->body;
    constexpr plain_texts_limits limits{.texts_max = 2'048, .may_be_absent = true};
    const auto prompts = count_plain_texts(body, "prompt", limits);
    if (!prompts) return prompts.error();
    const auto wants_usage = asks_for_stream_usage(body);
    if (!wants_usage) return wants_usage.error();
    const auto bound = read_bound(body, start->model);
    if (!bound) return bound.error();
    const auto answers = read_answers(body, "n");
    if (!answers) return answers.error();
    const auto best_of = read_answers(body, "best_of");
    if (!best_of) return best_of.error();
    const auto user = read_text(body, field_name{"user", "user"});
    if (!user) return user.error();
    const auto suffix = read_text(body, field_name{"suffix", "suffix"});
    if (!suffix) return suffix.error();
    chat_request request;
    const std::int64_t texts = std::max<std::int64_t>(*prompts, 1);
    request.model = start->model;
    request.stream = start->stream;
    request.client_wants_usage = start->stream && *wants_usage;
    request.output_bound_tokens = *bound;
    // Of each prompt so many, and all are billed.
    request.choices = texts * std::max(*answers, *best_of);
    request.answers = texts * *answers;
    request.user = *user;
    return request;
  }

  std::optional<std::string> edit_body(std::string_view body,
                                       const chat_request& request) const override {
    return openai_chat_requests().edit_body(body, request);
  }
  std::optional<std::string> without_usage_request(std::string_view body) const override {
    return openai_chat_requests().without_usage_request(body);
  }

  std::string lower_output_bound(std::string_view body, std::string_view,
                                 std::int64_t tokens) const override {
    const std::string most = std::to_string(tokens);
    std::string lowered(body);
    bool is_bound = false;
    for (const std::string_view name : {"max_tokens", "n_predict"}) {
      const auto at = find_member(lowered, 0, name);
      if (!at || lowered[at->begin] == 'n') continue;  // null is as good as absent
      is_bound = is_bound || name == "max_tokens";
      std::int64_t value = -1;
      std::from_chars(lowered.data() + at->begin, lowered.data() + at->end, value);
      if (value < 0 || value > tokens) lowered = replace_range(lowered, *at, most);
    }
    if (is_bound) return lowered;
    if (const auto absent = find_member(lowered, 0, "max_tokens"))
      return replace_range(lowered, *absent, most);
    return insert_member(lowered, 0, "max_tokens", most);
  }
};

}  // namespace

const request_rules& openai_completions_requests() noexcept {
  static const completions_request_rules one;
  return one;
}

}  // namespace stint
