// What a Gemini request is billed by. Model and stream stand in the path. Sources: the API's reference as
// typed in google-genai 3.6 and @google/genai 3.3, and dialects.md §4.2. Google's servers take one object
// in place of a list of one, so that it is taken here too. Tested by
// tests/gateway/dialect/gemini_test.cpp.
#include <algorithm>
#include <array>
#include <string>

#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/gemini/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_splice.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "gateway/dialect/parts/request_keys.hpp"
#include "gateway/http/query.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/percent.hpp"

namespace stint {

// A server may obey that one.
std::optional<problem> check_body_model(simdjson::dom::object body, std::string_view model) {
  const auto named = read_text(body, field_name{"model", "model"});
  if (!named) return named.error();
  constexpr std::string_view collection = "models/";
  std::string_view bare = *named;
  if (bare.starts_with(collection)) bare.remove_prefix(collection.size());
  if (named->empty() || bare == model) return std::nullopt;
  return field_problem("model", "must be the one in the path, or absent.");
}

namespace {
// A tuned model goes by its collection, so that none is taken for another one of the same name: and by one
// name alone, whatever slashes its path has. "": it is written in another way.
std::string_view model_of(const call_target& target) noexcept {
  constexpr std::string_view collection = "/tunedModels/";
  const std::size_t at = target.path.find(collection);
  if (at == std::string_view::npos) return target.model;
  std::string_view named = target.path.substr(at + 1);
  named = named.substr(0, named.find(':'));
  return named.substr(collection.size() - 1) == target.model ? named : std::string_view();
}
}  // namespace

result<gemini_start> read_gemini_start(simdjson::dom::element document, const call_target& target) {
  gemini_start start;
  if (document.get(start.body) != simdjson::SUCCESS)
    return make_problem(problem_kind::bad_request, "The request body must be a JSON object.");
  const auto keys = check_keys(start.body);
  if (!keys) return keys.error();
  start.model = model_of(target);
  if (auto wrong = check_path_model(target.model)) return std::move(*wrong);
  if (start.model.empty()) return *check_path_model({});
  if (auto wrong = check_body_model(start.body, start.model)) return std::move(*wrong);
  return start;
}

namespace {

// A field whose servers take its name in two spellings. Which of them they obey when both are there nobody knows, so
// that both at once are refused where they bill.
struct spelled_name {
  std::string_view camel;
  std::string_view snake;
};

// As the client spelled it, for read_integer() and its kind; the first spelling where it is not there.
result<field_name> spelling_in(simdjson::dom::object in, spelled_name name) {
  simdjson::dom::element ignored;
  const bool has_camel = in[name.camel].get(ignored) == simdjson::SUCCESS;
  const bool has_snake = in[name.snake].get(ignored) == simdjson::SUCCESS;
  if (has_camel && has_snake && name.camel != name.snake) {
    return field_problem(name.camel, "is there twice, as \"" + std::string(name.snake) +
                                         "\" too. Send one of the two.");
  }
  const std::string_view used = has_snake ? name.snake : name.camel;
  return field_name{used, used};
}

constexpr spelled_name config_name{"generationConfig", "generation_config"};
constexpr spelled_name bound_name{"maxOutputTokens", "max_output_tokens"};
constexpr integer_bounds output_bounds{1, usage_count_max};
constexpr integer_bounds candidate_bounds{1, 128};

// A prompt that is grounded from Gemini 3 on is billed for each search, whose number nothing bounds. No
// recorded call made more than three; what goes beyond the hold is settled and flagged as over_hold.
constexpr std::int64_t searches_held = 6;

// Calls use(item) for each element of a list, or for the value itself.
template <typename Use>
void for_each_item(simdjson::dom::element value, Use&& use) {
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS) return use(value);
  for (const simdjson::dom::element item : items)
    use(item);
}

result<std::optional<simdjson::dom::element>> read_either(simdjson::dom::object in,
                                                          spelled_name name) {
  const auto spelled = spelling_in(in, name);
  if (!spelled) return spelled.error();
  return find_field(in, spelled->key);
}

// What else "alt" can ask for is no JSON, and could not be metered.
result<bool> asks_for_events(std::string_view query) {
  bool events = false;
  while (!query.empty()) {
    const query_pair pair = take_pair(query);
    const std::string key = without_escapes(pair.key);
    if (key != "alt" && key != "$alt") continue;
    const std::string value = without_escapes(pair.value);
    const std::string_view form = std::string_view(value).substr(0, value.find(';'));
    if (form == "sse") {
      events = true;
    } else if (form != "json" && !form.empty()) {
      return make_problem(
          problem_kind::bad_request,
          "alt=" + shortened(form, 32) + " is not served here; use alt=sse or alt=json.", "alt");
    }
  }
  return events;
}

std::optional<problem> check_contents(simdjson::dom::object body) {
  constexpr std::size_t contents_max = 100'000;
  const auto contents = find_field(body, "contents");
  simdjson::dom::array list;
  if (!contents) return field_problem("contents", "is required: what the model is asked.");
  const bool is_list = contents->get(list) == simdjson::SUCCESS;
  if (is_list && list.size() > contents_max)
    return field_problem("contents", "may hold at most 100000 entries.");
  if (!is_list && !contents->is_object())
    return field_problem("contents", "must be a list of objects.");
  return std::nullopt;
}

bool is_search(std::string_view key) noexcept {
  constexpr std::array<std::string_view, 6> known = {
      "googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval",
      "googleMaps",   "google_maps"};
  return std::find(known.begin(), known.end(), key) != known.end();
}

std::optional<problem> read_tools(simdjson::dom::object body, chat_request& into) {
  const auto cached = read_either(body, {"cachedContent", "cached_content"});
  if (!cached) return cached.error();
  // Which may have been made with tools that nobody sees here.
  bool searches = cached->has_value();
  into.has_tools = searches;
  const auto tools = find_field(body, "tools");
  if (!tools && !searches) return std::nullopt;
  bool is_wrong = false;
  if (tools) {
    for_each_item(*tools, [&](simdjson::dom::element item) {
      simdjson::dom::object tool;
      if (item.get(tool) != simdjson::SUCCESS) {
        is_wrong = true;
        return;
      }
      into.has_tools = true;
      for (const auto [key, value] : tool)
        searches = searches || is_search(key);
    });
  }
  if (is_wrong) return field_problem("tools", "must be a list of objects.");
  if (!searches) return std::nullopt;
  into.web_searches_max = gemini_grounds_by_prompt(into.model) ? 1 : searches_held * into.choices;
  return std::nullopt;
}

// Of Gemma only the generations that are known not to: a later one may.
bool never_thinks(std::string_view model) noexcept {
  constexpr std::array<std::string_view, 6> known = {"gemini-1.", "gemini-2.0", "gemma-2-",
                                                     "gemma-3-",  "gemma-3n-",  "learnlm"};
  if (model.find("thinking") != std::string_view::npos) return false;
  return std::any_of(known.begin(), known.end(), [model](std::string_view old) {
    return model.find(old) != std::string_view::npos;
  });
}

// By a budget of 0. Of all others that think, 2.5 Pro refuses it, and Gemini 3 thinks a little all the same.
bool can_stop_thinking(std::string_view model) noexcept {
  // A provider's own prefix may stand before it; what a tuned model is called says nothing of it.
  return model.find("gemini-2.5-flash") != std::string_view::npos &&
         !model.starts_with("tunedModels/");
}

// Thoughts are output, and bounded with it. What is shown of them is a summary, or nothing.
std::optional<problem> read_thinking(simdjson::dom::object config, chat_request& into) {
  const auto spelled = spelling_in(config, {"thinkingConfig", "thinking_config"});
  if (!spelled) return spelled.error();
  const auto thinking = read_object(config, *spelled);
  if (!thinking) return thinking.error();
  if (!*thinking) return std::nullopt;
  const auto name = spelling_in(**thinking, {"thinkingBudget", "thinking_budget"});
  if (!name) return name.error();
  const auto budget = read_integer(**thinking, *name, integer_bounds{-1, usage_count_max});
  if (!budget) return budget.error();
  if (budget->has_value() && **budget != 0) into.hides_output = true;
  if (*budget == 0 && can_stop_thinking(into.model)) into.hides_output = false;
  return std::nullopt;
}

std::optional<problem> read_modalities(simdjson::dom::object config, chat_request& into) {
  const auto modalities = read_either(config, {"responseModalities", "response_modalities"});
  if (!modalities) return modalities.error();
  if (!*modalities) return std::nullopt;
  bool is_wrong = false;
  for_each_item(**modalities, [&](simdjson::dom::element item) {
    std::string_view word;
    if (item.get(word) != simdjson::SUCCESS) {
      is_wrong = true;
      return;
    }
    into.output_may_be_audio = into.output_may_be_audio || equals_ignoring_case(word, "audio");
    into.hides_output = into.hides_output || !equals_ignoring_case(word, "text");
  });
  if (is_wrong) return field_problem("responseModalities", "must be a list of strings.");
  return std::nullopt;
}

// Which lets the provider choose another model.
std::optional<problem> refuse_routing(simdjson::dom::object config) {
  for (const spelled_name name : {spelled_name{"routingConfig", "routing_config"},
                                  spelled_name{"modelSelectionConfig", "model_selection_config"}}) {
    const auto value = read_either(config, name);
    if (!value) return value.error();
    if (*value)
      return field_problem(name.camel, "lets another model answer, and is not served here.");
  }
  return std::nullopt;
}

std::optional<problem> read_config(simdjson::dom::object body, chat_request& into) {
  const auto spelled = spelling_in(body, config_name);
  if (!spelled) return spelled.error();
  const auto config = read_object(body, *spelled);
  if (!config) return config.error();
  if (!*config) return std::nullopt;
  const auto bound_spelled = spelling_in(**config, bound_name);
  if (!bound_spelled) return bound_spelled.error();
  const auto bound = read_integer(**config, *bound_spelled, output_bounds);
  if (!bound) return bound.error();
  const auto count_spelled = spelling_in(**config, {"candidateCount", "candidate_count"});
  if (!count_spelled) return count_spelled.error();
  const auto candidates = read_integer(**config, *count_spelled, candidate_bounds);
  if (!candidates) return candidates.error();
  into.output_bound_tokens = *bound;
  into.choices = into.answers = candidates->value_or(1);
  if (auto wrong = refuse_routing(**config)) return wrong;
  if (auto wrong = read_thinking(**config, into)) return wrong;
  return read_modalities(**config, into);
}

// Enums are written in upper case too.
std::optional<problem> read_tier(simdjson::dom::object body, chat_request& into) {
  const auto spelled = spelling_in(body, {"serviceTier", "service_tier"});
  if (!spelled) return spelled.error();
  const auto word = read_text(body, *spelled);
  if (!word) return word.error();
  if (equals_ignoring_case(*word, "unspecified") || *word == "SERVICE_TIER_UNSPECIFIED")
    return std::nullopt;
  std::string lower(word->substr(0, 64));
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower_case);
  const auto tier = requested_tier(lower);
  if (!tier) return tier.error();
  into.tier = *tier;
  return std::nullopt;
}

// The fields that are counted, or change what is: each in one spelling.
std::optional<problem> check_spellings(simdjson::dom::object body) {
  for (const spelled_name name : {spelled_name{"systemInstruction", "system_instruction"},
                                  spelled_name{"toolConfig", "tool_config"}}) {
    const auto spelled = spelling_in(body, name);
    if (!spelled) return spelled.error();
  }
  return std::nullopt;
}

class gemini_request_rules final : public request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target& target) const override {
    const auto start = read_gemini_start(document, target);
    if (!start) return start.error();
    const simdjson::dom::object body = start->body;
    chat_request request;
    request.model = start->model;
    request.stream = target.at != nullptr && target.at->streams;
    request.client_wants_usage = true;  // every stream reports it
    request.hides_output = !never_thinks(target.model);
    const auto events = asks_for_events(target.query);
    if (!events) return events.error();
    if (request.stream && !*events) request.form = gemini_array_form;
    if (!request.stream && *events)
      return make_problem(problem_kind::bad_request,
                          "alt=sse is for streamGenerateContent; generateContent answers whole.",
                          "alt");
    if (auto wrong = check_contents(body)) return std::move(*wrong);
    if (auto wrong = check_spellings(body)) return std::move(*wrong);
    if (auto wrong = read_config(body, request)) return std::move(*wrong);
    if (auto wrong = read_tools(body, request)) return std::move(*wrong);
    if (auto wrong = read_tier(body, request)) return std::move(*wrong);
    return request;
  }

  // In the spelling that the client used.
  std::string lower_output_bound(std::string_view body, std::string_view,
                                 std::int64_t tokens) const override {
    const std::string most = std::to_string(tokens);
    std::optional<json_range> config;
    for (const std::string_view name : {config_name.camel, config_name.snake}) {
      if (!config) config = find_member(body, 0, name);
    }
    const std::string whole = "{\"maxOutputTokens\":" + most + "}";
    if (!config) return insert_member(body, 0, config_name.camel, whole);
    if (body[config->begin] != '{') return replace_range(body, *config, whole);  // null
    for (const std::string_view name : {bound_name.camel, bound_name.snake}) {
      if (const auto bound = find_member(body, config->begin, name))
        return replace_range(body, *bound, most);
    }
    return insert_member(body, config->begin, bound_name.camel, most);
  }
};

}  // namespace

const request_rules& gemini_requests() noexcept {
  static const gemini_request_rules one;
  return one;
}

}  // namespace stint
