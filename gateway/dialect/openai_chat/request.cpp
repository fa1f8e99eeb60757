// What an OpenAI chat request is billed by. Sources: the OpenAPI description
// (openai/openai-openapi, CreateChatCompletionRequest) and the pages of the compatible servers as
// named below. Tested by tests/gateway/dialect/openai_chat_test.cpp.
#include <algorithm>
#include <charconv>

#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_chat/hidden_output.hpp"
#include "gateway/dialect/parts/chat_start.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_splice.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "tokenizer/models/model_name.hpp"

namespace stint {

namespace {

constexpr integer_bounds output_bounds{-1, usage_count_max};
constexpr integer_bounds choice_bounds{1, 128};  // OpenAI's own limit of n

// max_tokens is the older name of max_completion_tokens; servers differ in which they obey when
// both are there, so the larger one bounds. llama.cpp's n_predict overrides both, −1 meaning no
// bound; other servers ignore it, so it can only raise. Of the first two −1 is LM Studio's and
// llama.cpp's word for none.
result<std::optional<std::int64_t>> read_output_bound(simdjson::dom::object body) {
  std::optional<std::int64_t> bound;
  bool is_open = false;
  for (const std::string_view name : {"max_tokens", "max_completion_tokens"}) {
    const auto value = read_integer(body, field_name{name, name}, output_bounds);
    if (!value) return value.error();
    if (!*value) continue;
    if (**value == 0) return field_problem(name, "must be above 0, or -1 for no bound.");
    is_open = is_open || **value < 0;
    bound = std::max(bound.value_or(0), **value);
  }
  if (is_open) bound.reset();
  const auto raised =
      read_integer(body, field_name{"n_predict", "n_predict"}, integer_bounds{-1, usage_count_max});
  if (!raised) return raised.error();
  if (!bound || !*raised) return bound;
  if (**raised < 0) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>(std::max(*bound, **raised));
}

// Some servers (vLLM before 0.8) also take best_of, and then generate that many.
result<std::int64_t> read_choices(simdjson::dom::object body, std::string_view name) {
  const auto value = read_integer(body, field_name{name, name}, choice_bounds);
  if (!value) return value.error();
  return value->value_or(1);
}

result<bool> asks_for_audio(simdjson::dom::object body) {
  const auto modalities = read_array(body, field_name{"modalities", "modalities"});
  if (!modalities) return modalities.error();
  if (!*modalities) return false;
  bool audio = false;
  for (const simdjson::dom::element item : **modalities) {
    std::string_view modality;
    if (item.get(modality) != simdjson::SUCCESS)
      return field_problem("modalities", "must be an array of strings.");
    audio = audio || modality == "audio";
  }
  return audio;
}

// Reasoning is billed as output. Servers that show it as text would do without this; whether one
// does is not known from the request.
bool may_reason_hidden(simdjson::dom::object body, std::string_view model) {
  const std::string_view effort = text_of(body, "reasoning_effort");
  if (effort == "none") return false;
  return !effort.empty() || find_field(body, "reasoning").has_value() || reasons_hidden(model);
}

// OpenAI's own models refuse the older name where they reason, and take the newer one everywhere;
// other servers may know only the older one.
std::string_view bound_field_of(std::string_view model) {
  const std::string_view name = tokenizer::bare_model(model);
  const bool is_openai = name.starts_with("gpt-") || name.starts_with("chatgpt-") ||
                         (reasons_hidden(name) && name.starts_with("o"));
  return is_openai ? "max_completion_tokens" : "max_tokens";
}

bool is_at_most(std::string_view number, std::int64_t most) {
  std::int64_t value = -1;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value >= 0 && value <= most;
}

// Models that search whether they are asked to or not: gpt-4o-search-preview, gpt-5-search-api.
bool always_searches(std::string_view model) noexcept {
  const std::string_view name = tokenizer::bare_model(model);
  return name.find("-search-preview") != std::string_view::npos ||
         name.find("-search-api") != std::string_view::npos;
}

class openai_chat_request_rules final : public request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target&) const override {
    const auto start = read_chat_start(document);
    if (!start) return start.error();
    const simdjson::dom::object body = start->body;
    const auto usage = asks_for_stream_usage(body);
    if (!usage) return usage.error();
    const auto bound = read_output_bound(body);
    if (!bound) return bound.error();
    const auto answers = read_choices(body, "n");
    if (!answers) return answers.error();
    const auto best_of = read_choices(body, "best_of");
    if (!best_of) return best_of.error();
    const std::int64_t choices = std::max(*answers, *best_of);
    chat_request request;
    const auto tier = read_named_tier(body);
    if (!tier) return tier.error();
    request.tier_word = tier->word;
    request.tier = tier->tier;
    const auto audio = asks_for_audio(body);
    if (!audio) return audio.error();
    const auto search = read_object(body, field_name{"web_search_options", "web_search_options"});
    if (!search) return search.error();
    const auto user = read_text(body, field_name{"user", "user"});
    if (!user) return user.error();

    request.model = start->model;
    request.stream = start->stream;
    request.client_wants_usage = start->stream && *usage;
    request.output_bound_tokens = *bound;
    request.choices = choices;
    request.answers = *answers;
    // Caching is automatic; whether a write costs anything is the price's matter.
    request.cache_write_5m = true;
    request.output_may_be_audio = *audio;
    // A search model searches once for each answer.
    request.web_searches_max = *search || always_searches(start->model) ? choices : 0;
    request.has_tools = *search || find_field(body, "tools").has_value();
    request.hides_output = *audio || may_reason_hidden(body, start->model);
    request.user = *user;
    request.other_models = read_stand_ins(body);
    return request;
  }

  // Without include_usage a stream ends without a word about what it cost (wire-facts §3).
  std::optional<std::string> edit_body(std::string_view body,
                                       const chat_request& request) const override {
    if (!request.stream || request.client_wants_usage) return std::nullopt;
    constexpr std::string_view asked = R"({"include_usage":true})";
    const auto options = find_member(body, 0, "stream_options");
    if (!options) return insert_member(body, 0, "stream_options", asked);
    if (body[options->begin] != '{') return replace_range(body, *options, asked);  // null
    const auto flag = find_member(body, options->begin, "include_usage");
    if (flag) return replace_range(body, *flag, "true");
    return insert_member(body, options->begin, "include_usage", "true");
  }

  std::optional<std::string> without_usage_request(std::string_view body) const override {
    return without_member(body, 0, "stream_options");
  }

  std::string lower_output_bound(std::string_view body, std::string_view model,
                                 std::int64_t tokens) const override {
    const std::string most = std::to_string(tokens);
    std::string lowered(body);
    bool is_bound = false;
    for (const std::string_view name : {"max_completion_tokens", "max_tokens", "n_predict"}) {
      const auto at = find_member(lowered, 0, name);
      if (!at || lowered[at->begin] == 'n') continue;  // null is as good as absent
      is_bound = is_bound || name != "n_predict";
      const auto value = std::string_view(lowered).substr(at->begin, at->end - at->begin);
      if (!is_at_most(value, tokens)) lowered = replace_range(lowered, *at, most);
    }
    if (is_bound) return lowered;
    const std::string_view name = bound_field_of(model);
    if (const auto absent = find_member(lowered, 0, name))
      return replace_range(lowered, *absent, most);
    return insert_member(lowered, 0, name, most);
  }
};

}  // namespace

result<bool> asks_for_stream_usage(simdjson::dom::object body) {
  const auto options = read_object(body, field_name{"stream_options", "stream_options"});
  if (!options) return options.error();
  if (!*options) return false;
  return read_flag(**options, field_name{"include_usage", "stream_options.include_usage"});
}

const request_rules& openai_chat_requests() noexcept {
  static const openai_chat_request_rules one;
  return one;
}

}  // namespace stint
