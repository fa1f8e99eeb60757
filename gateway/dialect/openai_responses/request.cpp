// What a Responses request is billed by (dialects.md §1.2; openai/openai-openapi, CreateResponse). Tested by
// tests/gateway/dialect/openai_responses_test.cpp.
#include <algorithm>
#include <charconv>

#include "gateway/dialect/openai_chat/hidden_output.hpp"
#include "gateway/dialect/openai_responses/hosted_tools.hpp"
#include "gateway/dialect/openai_responses/responses.hpp"
#include "gateway/dialect/parts/chat_start.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_splice.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "tokenizer/models/model_name.hpp"

namespace stint {

namespace {

constexpr integer_bounds answer_bounds{1, usage_count_max};
constexpr integer_bounds call_bounds{0, 1'000};

// OpenAI takes no bound below it, so that a bound is not lowered below it.
constexpr std::int64_t least_bound = 16;

// Without max_tool_calls nothing limits how often a model searches; as for Anthropic's tool, what goes beyond is
// settled and flagged as over_hold. So are the rounds of tools that the provider runs, each of which reads the prompt
// again: to hold as many as may be made would refuse good calls for ever.
constexpr std::int64_t searches_unbounded = 20;

// A conversation above the threshold is summed up by a call of the model's own. How long the sum may be nobody says.
constexpr std::int64_t compacted_tokens = 8'192;
constexpr std::int64_t compaction_order = 1'000;

// The order to sum up had 93 tokens in five recorded calls of three projects.
constexpr std::int64_t summing_up_order = 256;

// What would be billed and not be seen here.
std::optional<problem> refuse_unmetered(simdjson::dom::object body) {
  const auto background = read_flag(body, field_name{"background", "background"});
  if (!background) return background.error();
  if (*background) {
    return field_problem("background",
                         "is not metered here: what such a response cost is known only after "
                         "its answer. Leave it out, or stream.");
  }
  if (find_field(body, "background_options"))
    return field_problem("background_options", "goes with background, which is not metered here.");
  if (find_field(body, "multi_agent"))
    return field_problem("multi_agent", "lets agents call models without a bound; leave it out.");
  if (find_field(body, "prompt")) {
    return field_problem("prompt",
                         "is a stored prompt, whose tools and bounds are not known here; write "
                         "its text, model and tools in the request.");
  }
  return std::nullopt;
}

std::optional<problem> read_cache(simdjson::dom::object body, chat_request& into) {
  // Caching is automatic; whether a write costs anything is the price's matter.
  into.cache_write_5m = true;
  const auto options =
      read_object(body, field_name{"prompt_cache_options", "prompt_cache_options"});
  if (!options) return options.error();
  if (!*options) return std::nullopt;
  const auto life = read_text(**options, field_name{"ttl", "prompt_cache_options.ttl"});
  if (!life) return life.error();
  into.cache_write_12h = *life == "12h";
  return std::nullopt;
}

// An item of which the provider keeps all but its id: anything that was ever said, by anybody. Its type may be left out.
bool is_reference(simdjson::dom::object item, std::string_view type) {
  if (!type.empty()) return type == "item_reference";
  return text_of(item, "role").empty() && !text_of(item, "id").empty();
}

// Tools may also stand in the conversation: those that are added in its course (additional_tools) or were found.
std::optional<problem> read_input(simdjson::dom::object body, offered_tools& offered,
                                  chat_request& into) {
  constexpr std::size_t items_max = 100'000;
  const auto input = find_field(body, "input");
  if (!input || input->is_string()) return std::nullopt;
  simdjson::dom::array items;
  if (input->get(items) != simdjson::SUCCESS)
    return field_problem("input", "must be a string or an array of items.");
  if (items.size() > items_max) return field_problem("input", "may hold at most 100000 items.");
  for (const simdjson::dom::element each : items) {
    simdjson::dom::object item;
    simdjson::dom::array tools;
    if (each.get(item) != simdjson::SUCCESS)
      return field_problem("input", "must be an array of objects.");
    const std::string_view type = text_of(item, "type");
    into.names_kept = into.names_kept || is_reference(item, type);
    // Tools of a server that it asked are listed as that server wrote them.
    if (type == "mcp_list_tools") continue;
    if (item["tools"].get(tools) != simdjson::SUCCESS) continue;
    if (auto wrong = read_tools(tools, offered)) return wrong;
  }
  return std::nullopt;
}

// $25 for 1,000 in place of $10, which is the price of a search in the price file.
std::optional<problem> refuse_old_search(std::string_view model) {
  const std::string_view name = tokenizer::bare_model(model);
  const bool is_openai = name.starts_with("gpt-") || name.starts_with("chatgpt-");
  if (!is_openai || reasons_hidden(name)) return std::nullopt;
  return field_problem(
      "tools",
      "offers \"web_search_preview\", whose price with this model is not known here; "
      "offer \"web_search\".");
}

std::optional<problem> read_offered(simdjson::dom::object body, chat_request& into) {
  offered_tools offered;
  const auto tools = read_array(body, field_name{"tools", "tools"});
  if (!tools) return tools.error();
  if (*tools) {
    if (auto wrong = read_tools(**tools, offered)) return wrong;
  }
  if (auto wrong = read_input(body, offered, into)) return wrong;
  const auto calls =
      read_integer(body, field_name{"max_tool_calls", "max_tool_calls"}, call_bounds);
  if (!calls) return calls.error();
  into.depends_on_model = offered.old_search;
  if (into.depends_on_model) {
    if (auto wrong = refuse_old_search(text_of(body, "model"))) return wrong;
  }
  into.has_tools = offered.any;
  if (offered.search) into.web_searches_max = calls->value_or(searches_unbounded);
  return std::nullopt;
}

std::optional<problem> read_summing_up(simdjson::dom::object body, chat_request& into) {
  simdjson::dom::array edits;
  const auto managed = find_field(body, "context_management");
  if (!managed || managed->get(edits) != simdjson::SUCCESS) return std::nullopt;
  for (const simdjson::dom::element item : edits) {
    simdjson::dom::object edit;
    if (item.get(edit) != simdjson::SUCCESS || text_of(edit, "type") != "compaction") continue;
    side_work summing;
    summing.times = 1;
    summing.added_tokens = compaction_order + compacted_tokens;
    summing.output_tokens = compacted_tokens;
    std::int64_t threshold = 0;
    if (edit["compact_threshold"].get(threshold) == simdjson::SUCCESS && threshold > 0)
      summing.from_prompt_tokens = std::min(threshold, usage_count_max);
    into.beside.push_back(summing);
    break;
  }
  return std::nullopt;
}

result<std::string_view> read_conversation(simdjson::dom::object body) {
  const auto conversation = find_field(body, "conversation");
  std::string_view id;
  if (!conversation) return id;
  simdjson::dom::object named;
  if (conversation->get(id) == simdjson::SUCCESS) return id;
  if (conversation->get(named) != simdjson::SUCCESS)
    return field_problem("conversation", "must be an id, or an object with one.");
  id = text_of(named, "id");
  if (id.empty()) return field_problem("conversation", "must have an id.");
  return id;
}

// The response or the conversation that this one goes on with: all of it is read, and billed, again.
std::optional<problem> read_earlier(simdjson::dom::object body, chat_request& into) {
  const auto previous = read_text(body, field_name{"previous_response_id", "previous_response_id"});
  if (!previous) return previous.error();
  const auto conversation = read_conversation(body);
  if (!conversation) return conversation.error();
  into.earlier = previous->empty() ? *conversation : *previous;
  into.earlier_is_conversation = previous->empty() && !conversation->empty();
  bool is_kept = true;  // as long as it is not said otherwise
  if (const auto store = find_field(body, "store");
      store && store->get(is_kept) != simdjson::SUCCESS)
    return field_problem("store", "must be true or false.");
  into.is_kept = is_kept;
  return std::nullopt;
}

bool reasons_unseen(simdjson::dom::object body, std::string_view model) {
  simdjson::dom::object reasoning;
  if (body["reasoning"].get(reasoning) != simdjson::SUCCESS) return reasons_hidden(model);
  const std::string_view effort = text_of(reasoning, "effort");
  if (effort == "none") return false;
  return !effort.empty() || reasons_hidden(model);
}

result<std::string_view> read_end_user(simdjson::dom::object body) {
  const auto user = read_text(body, field_name{"safety_identifier", "safety_identifier"});
  if (!user || !user->empty()) return user;
  return read_text(body, field_name{"user", "user"});
}

class openai_responses_request_rules : public request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target&) const override {
    const auto start = read_start(document, "input");
    if (!start) return start.error();
    const simdjson::dom::object body = start->body;
    if (auto wrong = refuse_unmetered(body)) return std::move(*wrong);
    const auto bound =
        read_integer(body, field_name{"max_output_tokens", "max_output_tokens"}, answer_bounds);
    if (!bound) return bound.error();
    chat_request request;
    if (auto wrong = read_cache(body, request)) return std::move(*wrong);
    if (auto wrong = read_offered(body, request)) return std::move(*wrong);
    if (auto wrong = read_summing_up(body, request)) return std::move(*wrong);
    const auto tier = read_named_tier(body);
    if (!tier) return tier.error();
    if (auto wrong = read_earlier(body, request)) return std::move(*wrong);
    const auto user = read_end_user(body);
    if (!user) return user.error();

    request.model = start->model;
    request.stream = start->stream;
    request.client_wants_usage = true;  // every stream reports it
    request.output_bound_tokens = *bound;
    request.thinking_tokens = least_bound - 1;
    request.hides_output = reasons_unseen(body, start->model);
    request.user = *user;
    request.tier_word = tier->word;
    request.tier = tier->tier;
    request.other_models = read_stand_ins(body);
    return request;
  }

  // Without the options that may stand behind the name, and seem to be another.
  std::optional<problem> refuse_with_model(std::string_view model) const override {
    return refuse_old_search(model);
  }

  std::string lower_output_bound(std::string_view body, std::string_view,
                                 std::int64_t tokens) const override {
    constexpr std::string_view name = "max_output_tokens";
    const std::string most = std::to_string(tokens);
    const auto at = find_member(body, 0, name);
    if (!at) return insert_member(body, 0, name, most);
    std::int64_t value = -1;
    std::from_chars(body.data() + at->begin, body.data() + at->end, value);
    if (value >= 0 && value <= tokens) return std::string(body);
    return replace_range(body, *at, most);
  }
};

// A conversation is summed up, whole and at once. How long the sum may be the request cannot say.
class compact_request_rules final : public openai_responses_request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target& target) const override {
    auto request = openai_responses_request_rules::read_request(document, target);
    if (!request) return request;
    if (request->stream) return field_problem("stream", "is not taken here: leave it out.");
    request->output_bound_tokens.reset();
    request->thinking_tokens = usage_count_max;  // no bound can be lowered
    request->order_tokens = summing_up_order;
    return request;
  }

  std::string lower_output_bound(std::string_view body, std::string_view,
                                 std::int64_t) const override {
    return std::string(body);
  }
};

}  // namespace

const request_rules& openai_responses_requests() noexcept {
  static const openai_responses_request_rules one;
  return one;
}

const request_rules& openai_compact_requests() noexcept {
  static const compact_request_rules one;
  return one;
}

}  // namespace stint
