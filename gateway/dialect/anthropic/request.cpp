// What an Anthropic Messages request is billed by. Source: the Messages API reference as typed in
// anthropic-sdk-python and -typescript. Tested by tests/gateway/dialect/anthropic_test.cpp.
#include <algorithm>

#include "gateway/dialect/anthropic/messages.hpp"
#include "gateway/dialect/parts/chat_start.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_splice.hpp"
#include "gateway/dialect/parts/request_fields.hpp"

namespace stint {

namespace {

// 0 is allowed: it only warms the prompt cache.
constexpr integer_bounds output_bounds{0, usage_count_max};

// A search tool without max_uses is not limited by the API. Its server-side loop pauses after ten
// rounds, and a round seldom makes more than one search; what goes beyond the hold is settled and
// flagged as over_hold.
constexpr std::int64_t searches_default = 20;
constexpr integer_bounds search_bounds{0, 1'000};

// A loop of the provider's ends after ten rounds.
constexpr std::int64_t rounds_max = 10;

// An advisor reads all that was said, and is as long as its tool says. Where the tool does not say how
// often it may be asked, twice is held: no recorded call asked more than once. Usual advice has 1,800
// tokens; what was said before it, and its own framing (1,300 to 1,700 recorded), is no more than the rest.
constexpr std::int64_t advice_default = 2;
constexpr std::int64_t advice_tokens = 4'096;
constexpr std::int64_t said_tokens = 6'000;
constexpr integer_bounds use_bounds{0, 1'000};

std::optional<problem> read_advisor(simdjson::dom::object tool, chat_request& into) {
  const auto uses = read_integer(tool, field_name{"max_uses", "tools.max_uses"}, use_bounds);
  if (!uses) return uses.error();
  const auto tokens =
      read_integer(tool, field_name{"max_tokens", "tools.max_tokens"}, output_bounds);
  if (!tokens) return tokens.error();
  side_work advice;
  advice.model = text_of(tool, "model");
  advice.times = std::min(uses->value_or(advice_default), rounds_max);
  advice.added_tokens = said_tokens;
  advice.output_tokens = tokens->value_or(advice_tokens);
  advice.answers_anew = true;
  if (advice.times > 0) into.beside.push_back(advice);
  return std::nullopt;
}

// The tools, and what of them bills by use. For the pages that one fetches hidden input stands, whatever its
// bounds: those are far above what is fetched (ten pages of 100,000 tokens, each read again in every round,
// are millions), and to hold them would refuse good calls for ever.
result<std::int64_t> read_searches(simdjson::dom::object body, chat_request& into) {
  const auto tools = read_array(body, field_name{"tools", "tools"});
  if (!tools) return tools.error();
  std::int64_t searches = 0;
  into.has_tools = find_field(body, "mcp_servers").has_value();
  if (!*tools) return searches;
  into.has_tools = into.has_tools || (*tools)->size() > 0;
  for (const simdjson::dom::element item : **tools) {
    simdjson::dom::object tool;
    if (item.get(tool) != simdjson::SUCCESS)
      return field_problem("tools", "must be an array of objects.");
    const auto type = read_text(tool, field_name{"type", "tools.type"});
    if (!type) return type.error();
    if (type->starts_with("advisor_")) {
      if (auto wrong = read_advisor(tool, into)) return std::move(*wrong);
    }
    if (!type->starts_with("web_search")) continue;
    const auto uses = read_integer(tool, field_name{"max_uses", "tools.max_uses"}, search_bounds);
    if (!uses) return uses.error();
    searches += uses->value_or(searches_default);
    if (searches > search_bounds.max)
      return field_problem("tools.max_uses", "allows more than 1000 searches in all.");
  }
  return searches;
}

// A conversation that has come to the trigger is read whole and summed up, and then answered from the sum,
// the tools and the system's text: what was read for the sum is held for the answer already. Once more is held
// of it what the tools and the system may be, by their bytes, and never less than half: the answers that were
// recorded read 682 tokens of 60,385, with neither. How long the sum may be nobody says; the longest of ten had
// 592 tokens.
constexpr std::int64_t compaction_trigger_default = 150'000;
constexpr std::int64_t compaction_tokens = 4'096;
constexpr std::int64_t compaction_order_tokens = 1'000;
constexpr std::size_t bytes_per_token_least = 3;  // of JSON and of text in most languages

std::int64_t kept_tokens(simdjson::dom::object body) {
  std::size_t bytes = 0;
  for (const char* field : {"tools", "system"}) {
    if (const auto kept = find_field(body, field)) bytes += simdjson::minify(*kept).size();
  }
  return static_cast<std::int64_t>(bytes / bytes_per_token_least);
}

std::optional<problem> read_compaction(simdjson::dom::object body, chat_request& into) {
  const auto managed = read_object(body, field_name{"context_management", "context_management"});
  if (!managed) return managed.error();
  simdjson::dom::array edits;
  if (!*managed || (**managed)["edits"].get(edits) != simdjson::SUCCESS) return std::nullopt;
  for (const simdjson::dom::element item : edits) {
    simdjson::dom::object edit;
    if (item.get(edit) != simdjson::SUCCESS || !text_of(edit, "type").starts_with("compact_"))
      continue;
    side_work summing;
    summing.times = 1;
    summing.prompt_parts = 2;
    summing.prompt_tokens_min = kept_tokens(body);
    summing.added_tokens = compaction_order_tokens + compaction_tokens;
    summing.output_tokens = compaction_tokens;
    summing.from_prompt_tokens = compaction_trigger_default;
    std::int64_t trigger = 0;
    if (edit["trigger"]["value"].get(trigger) == simdjson::SUCCESS && trigger >= 0)
      summing.from_prompt_tokens = std::min(trigger, usage_count_max);
    into.beside.push_back(summing);
    break;
  }
  return std::nullopt;
}

// Thinking is part of max_tokens, so that its budget adds nothing to the bound. What is shown of it
// is a summary, or nothing.
std::optional<problem> read_thinking(simdjson::dom::object body, chat_request& into) {
  const auto thinking = read_object(body, field_name{"thinking", "thinking"});
  if (!thinking) return thinking.error();
  if (!*thinking) return std::nullopt;
  into.hides_output = text_of(**thinking, "type") != "disabled";
  const auto budget = read_integer(
      **thinking, field_name{"budget_tokens", "thinking.budget_tokens"}, output_bounds);
  if (!budget) return budget.error();
  if (into.hides_output) into.thinking_tokens = budget->value_or(0);
  return std::nullopt;
}

// A thread is continued by its new turn alone, and the whole conversation is billed, which nobody here
// has seen. Clients take this code for "send it all" and do (dialects.md §0).
std::optional<problem> refuse_thread(simdjson::dom::object body) {
  const auto thread = read_object(body, field_name{"thread", "thread"});
  if (!thread) return thread.error();
  if (!*thread) return std::nullopt;
  const bool continues = text_of(**thread, "type") == "continue" ||
                         find_field(**thread, "previous_message_id").has_value();
  if (!continues) return std::nullopt;
  problem why = field_problem("thread",
                              "continues a conversation that is not in the request; send "
                              "all of its messages, without thread.");
  why.code = "thread_unsupported_request";
  return why;
}

// Models that answer when the first refuses, each with a bound and a speed of its own: what is held for
// the first must be enough for them. A bound that is lowered stays above theirs.
std::optional<problem> read_fallbacks(simdjson::dom::object body, chat_request& into) {
  simdjson::dom::array fallbacks;
  const auto given = find_field(body, "fallbacks");
  if (!given || given->get(fallbacks) != simdjson::SUCCESS) return std::nullopt;  // or "default"
  for (const simdjson::dom::element item : fallbacks) {
    simdjson::dom::object other;
    if (item.get(other) != simdjson::SUCCESS)
      return field_problem("fallbacks", "must be an array of objects.");
    const auto bound =
        read_integer(other, field_name{"max_tokens", "fallbacks.max_tokens"}, output_bounds);
    if (!bound) return bound.error();
    if (bound->value_or(0) > *into.output_bound_tokens)
      return field_problem("fallbacks.max_tokens", "may not be above max_tokens.");
    into.thinking_tokens = std::max(into.thinking_tokens, bound->value_or(0));
    if (text_of(other, "speed") == "fast") into.tier = service_tier::fast;
    into.other_models.push_back(text_of(other, "model"));
  }
  return std::nullopt;
}

result<inference_region> read_region(simdjson::dom::object body) {
  const auto geo = read_text(body, field_name{"inference_geo", "inference_geo"});
  if (!geo) return geo.error();
  return *geo == "us" ? inference_region::us : inference_region::any;
}

result<service_tier> read_tier(simdjson::dom::object body) {
  const auto word = read_text(body, field_name{"service_tier", "service_tier"});
  if (!word) return word.error();
  const auto speed = read_text(body, field_name{"speed", "speed"});
  if (!speed) return speed.error();
  if (*speed == "fast") return service_tier::fast;
  if (word->empty() || *word == "standard_only") return service_tier::standard;
  return requested_tier(*word);
}

result<std::string_view> read_user(simdjson::dom::object body) {
  const auto metadata = read_object(body, field_name{"metadata", "metadata"});
  if (!metadata) return metadata.error();
  if (!*metadata) return std::string_view{};
  return read_text(**metadata, field_name{"user_id", "metadata.user_id"});
}

class anthropic_request_rules final : public request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target&) const override {
    const auto start = read_chat_start(document);
    if (!start) return start.error();
    const simdjson::dom::object body = start->body;
    const auto bound = read_integer(body, field_name{"max_tokens", "max_tokens"}, output_bounds);
    if (!bound) return bound.error();
    if (!*bound) return field_problem("max_tokens", "is required: the most tokens to generate.");
    chat_request request;
    if (auto wrong = read_thinking(body, request)) return std::move(*wrong);
    if (auto wrong = refuse_thread(body)) return std::move(*wrong);
    if (auto wrong = read_compaction(body, request)) return std::move(*wrong);
    const auto tier = read_tier(body);
    if (!tier) return tier.error();
    const auto region = read_region(body);
    if (!region) return region.error();
    const auto searches = read_searches(body, request);
    if (!searches) return searches.error();
    const auto user = read_user(body);
    if (!user) return user.error();

    request.model = start->model;
    request.stream = start->stream;
    request.client_wants_usage = true;  // every stream reports it
    request.output_bound_tokens = **bound;
    request.tier = *tier;
    request.region = *region;
    request.cache_write_5m = start->seen.cache_write_5m;
    request.cache_write_1h = start->seen.cache_write_1h;
    request.web_searches_max = *searches;
    request.user = *user;
    if (auto wrong = read_fallbacks(body, request)) return std::move(*wrong);
    return request;
  }

  std::string lower_output_bound(std::string_view body, std::string_view,
                                 std::int64_t tokens) const override {
    const auto bound = find_member(body, 0, "max_tokens");  // read_request requires it
    return bound ? replace_range(body, *bound, std::to_string(tokens)) : std::string(body);
  }
};

}  // namespace

const request_rules& anthropic_requests() noexcept {
  static const anthropic_request_rules one;
  return one;
}

}  // namespace stint
