// Tested by tests/gateway/call/request/{examine,kept_input}_test.cpp and
// tests/end_to_end/{bad_json,sdk_python,cheap_admission}_test.py.
#include "gateway/call/request/examine.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/request/json_fault.hpp"
#include "gateway/call/request/parse_room.hpp"
#include "gateway/call/request/permission.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/mended_json.hpp"
#include "gateway/dialect/table.hpp"
#include "pricing/text/utf8.hpp"
#include "tokenizer/prompt/prompt_tally.hpp"

namespace stint {

namespace {
// The end user's name is copied into the hold, the row and a cap's scope.
constexpr std::size_t user_bytes_max = 256;

// Counting so much takes a few microseconds: less than it takes to put it off.
constexpr std::size_t counted_at_once_bytes_max = 2 * 1024;

// Fresh memory for every parser costs more in page faults than the parsing. The thread that drops a
// prompt keeps its parser for the next one, if it is not one of the large ones: a parser keeps some
// fourteen times its capacity.
constexpr std::size_t spare_capacity_max = 64 * 1024;
constexpr std::size_t spares_max = 16;
thread_local std::vector<std::unique_ptr<uncounted_prompt>> spare_prompts;

void give_back(uncounted_prompt* dropped) noexcept {
  std::unique_ptr<uncounted_prompt> owned(dropped);
  owned->memory.release();
  if (owned->parser.capacity() > spare_capacity_max ||
      spare_prompts.size() >= spare_prompts.capacity()) {
    return;  // or no room was made on this thread, and giving back could fail
  }
  owned->learned.reset();  // or a spare would keep alive what was learnt long ago
  spare_prompts.push_back(std::move(owned));
}

std::shared_ptr<uncounted_prompt> new_prompt() {
  std::unique_ptr<uncounted_prompt> made;
  if (spare_prompts.empty()) {
    // Room for all that will ever be there, so that giving back cannot fail.
    spare_prompts.reserve(spares_max);
    made = std::make_unique<uncounted_prompt>();
  } else {
    made = std::move(spare_prompts.back());
    spare_prompts.pop_back();
  }
  return {made.release(), give_back};
}

std::optional<problem> refuse_absurd(const tokenizer::prompt_tokens& prompt) {
  if (prompt.upper_bound <= usage_count_max) return std::nullopt;
  return make_problem(problem_kind::bad_request,
                      "the prompt counts as more than a billion tokens; no model takes that");
}

// As the client wrote it: short, and whole characters.
std::string told_tier(const examined_call& call) {
  const std::string_view word = call.request.tier_word;
  constexpr std::size_t bytes_max = 64;
  if (!word.empty()) return std::string(word.substr(0, boundary_before(word, bytes_max)));
  return std::string(to_string(call.request.tier));
}

// By its provider's own word, where it has one for it.
std::optional<problem> take_tier(examined_call& call) {
  if (!call.request.tier_word.empty()) {
    const auto tier = call.provider->tier_of(call.request.tier_word);
    if (!tier) {
      return make_problem(
          problem_kind::bad_request,
          "The field \"service_tier\" names '" + told_tier(call) +
              "', a tier whose price is not known here; leave it out, or list it under "
              "providers." +
              call.provider->name + ".tiers",
          "service_tier");
    }
    call.request.tier = *tier;
  }
  if (call.rates == nullptr || call.rates->offers(call.request.tier)) return std::nullopt;
  // Anthropic's fast mode is a field of its own.
  const char* field = call.request.tier_word.empty() && call.request.tier == service_tier::fast
                          ? "speed"
                          : "service_tier";
  return make_problem(problem_kind::bad_request,
                      "the price of '" + call.base_model.substr(0, 200) + "' names no tier for " +
                          field + " '" + told_tier(call) + "'; leave " + field +
                          " out, or have its price listed in the price file",
                      field);
}

// A write that lives for twelve hours is dearer than one that lives for minutes; unless the price file says by how
// much, nobody here knows.
std::optional<problem> refuse_unpriced_writes(const examined_call& call) {
  if (!call.request.cache_write_12h || call.rates == nullptr ||
      call.rates->base.cache_write_12h > call.rates->base.cache_write_5m)
    return std::nullopt;
  return make_problem(
      problem_kind::bad_request,
      "the price of '" + call.base_model.substr(0, 200) +
          "' names no cache writes of twelve hours (cache_write_12h in the price file); "
          "leave prompt_cache_options.ttl out",
      "prompt_cache_options.ttl");
}

bool may_ask_for_usage(const examiner& with, const examined_call& call) {
  return call.provider->stream_usage == stream_usage_policy::inject &&
         !(with.usage_refused != nullptr &&
           with.usage_refused->has(call.provider->name, call.model));
}

// Of a model that the call names beside its own. Null: no price is known, and nothing stands for it.
const price* price_of_other(const examiner& with, std::string_view name, wall_time now,
                            examined_call& call) {
  call.other_models.emplace_back(name);
  const auto priced = with.prices.find(call.provider->base_model(name), now);
  if (priced) return *priced;
  call.others_unpriced = true;
  if (with.ceiling) return &*with.ceiling;
  call.other_without_rates = name;
  return nullptr;
}

// Where no price is known, it is held and charged as the model that was asked.
void price_others(const examiner& with, const chat_request& read, wall_time now,
                  examined_call& call) {
  for (const std::string_view other : read.other_models) {
    if (other.empty()) continue;
    const price* rates = price_of_other(with, other, now, call);
    if (rates != nullptr) call.other_rates.push_back(rates);
  }
  for (const side_work& each : read.beside) {
    priced_side_work& one = call.beside.emplace_back();
    one.what = each;
    one.what.model = {};
    if (!each.model.empty()) one.rates = price_of_other(with, each.model, now, call);
  }
}

// All that its model can read.
std::int64_t window_of(const examined_call& call) {
  constexpr std::int64_t window_usual = 1'050'000;
  const bool has_window = call.rates != nullptr && call.rates->context_window_tokens > 0;
  return has_window ? call.rates->context_window_tokens : window_usual;
}

// How much is read again of what this one goes on with: of an answer, as was recorded of it, or all that its model can
// read. To a conversation others add at the same time, and items may be added to it by other ways than this one, so that
// its size is never known. What another tenant's key made is as good as not there.
std::optional<problem> find_earlier(const examiner& with, const chat_request& read,
                                    std::string_view tenant, examined_call& call) {
  const auto known = with.kept != nullptr ? with.kept->find(read.earlier) : std::nullopt;
  if (known && known->tenant != tenant) {
    return unknown_to_tenant(
        read.earlier, read.earlier_is_conversation ? "conversation" : "previous_response_id");
  }
  const bool is_sized = known && !read.earlier_is_conversation;
  call.earlier_tokens = is_sized ? known->tokens : window_of(call);
  if (read.earlier_is_conversation) call.conversation = read.earlier;
  return std::nullopt;
}

// Some clients send the body of one API to the path of another (Cursor's Responses to the chat's). Null: it is
// no such body.
const dialect* spoken_in_place_of(const dialect& asked, simdjson::dom::element document) {
  const dialect_facts& facts = asked.facts();
  simdjson::dom::object body;
  simdjson::dom::element found;
  if (facts.mistaken_for.empty() || document.get(body) != simdjson::SUCCESS ||
      body["messages"].get(found) == simdjson::SUCCESS ||
      body["input"].get(found) != simdjson::SUCCESS)
    return nullptr;
  return find_dialect(facts.mistaken_for);
}

// Which API's, and what its request line says.
struct asked_of {
  const dialect& speaks;
  const call_target& target;
  std::string_view tenant;  // who asks
};

result<examined_call> read_fields(const examiner& with, const asked_of& whom,
                                  simdjson::dom::element document, std::string_view body,
                                  wall_time now) {
  const dialect& asked = whom.speaks;
  examined_call call;
  call.speaks = &asked;
  auto read = asked.read_request(document, whom.target);
  if (!read) {
    if (const dialect* other = spoken_in_place_of(asked, document)) call.speaks = other;
    if (call.speaks != &asked) read = call.speaks->read_request(document, whom.target);
    if (!read) return read.error();
  }
  const dialect& speaks = *call.speaks;
  call.request = *read;
  call.model = read->model;
  call.user = read->user;
  call.provider = with.settings.route(speaks, call.model);
  if (call.provider == nullptr) return not_spoken(speaks, asked, call.model);
  call.base_model = call.provider->base_model(call.model);
  const auto found = with.prices.find(call.base_model, now);
  call.unpriced = !found;
  call.priced_at = now;
  call.rates = found ? *found : (with.ceiling ? &*with.ceiling : nullptr);
  if (read->depends_on_model) {
    if (auto wrong = speaks.refuse_with_model(call.base_model)) return std::move(*wrong);
  }
  if (auto wrong = take_tier(call)) return std::move(*wrong);
  if (auto wrong = refuse_unpriced_writes(call)) return std::move(*wrong);
  if (call.user.size() > user_bytes_max) {
    return make_problem(problem_kind::bad_request, "the end user's name is longer than 256 bytes",
                        "user");
  }
  std::int64_t bound = with.settings.default_output_bound_tokens;
  if (call.rates != nullptr && call.rates->output_tokens_max > 0)
    bound = call.rates->output_tokens_max;
  bound = read->output_bound_tokens.value_or(bound);
  // Both factors were range-checked by the dialect; the product is capped where plausible() ends.
  call.output_bound_tokens = std::min(bound, usage_count_max / read->choices) * read->choices;
  if (may_ask_for_usage(with, call)) call.edited_body = speaks.edit_body(body, *read);
  call.asks_for_usage = call.edited_body.has_value();
  if (call.provider->stream_usage == stream_usage_policy::never)
    call.edited_body = speaks.without_usage_request(body);
  if (!read->other_models.empty() || !read->beside.empty()) price_others(with, *read, now, call);
  call.request.beside.clear();
  if (!read->earlier.empty()) {
    if (auto wrong = find_earlier(with, *read, whom.tenant, call)) return std::move(*wrong);
  }
  // However many items it names, and whatever else is kept: no more than the window is read.
  if (read->names_kept) call.earlier_tokens = std::max(call.earlier_tokens, window_of(call));
  call.request.model = call.request.user = call.request.tier_word = call.request.earlier = {};
  call.request.other_models.clear();
  return call;
}

// The padding is there (read_body reserves it), so nothing is copied; but for a number that the parser
// cannot hold, which stands where nothing is read here, or is refused where it is.
simdjson::error_code parse_body(simdjson::dom::parser& parser, const std::string& body,
                                simdjson::dom::element& document) {
  const simdjson::error_code error = parser.parse(body.data(), body.size(), false).get(document);
  if (error != simdjson::NUMBER_ERROR) return error;
  const auto quoted = with_quoted_giants(body);
  return quoted ? parser.parse(quoted->data(), quoted->size()).get(document) : error;
}

problem not_json(simdjson::error_code error, std::string_view body) {
  return make_problem(
      problem_kind::bad_request,
      "the body is not valid JSON" + where_it_breaks(body) + ": " + simdjson::error_message(error));
}

result<examined_call> with_count(result<examined_call> call, tokenizer::prompt_tokens counted) {
  if (auto absurd = refuse_absurd(counted)) return std::move(*absurd);
  call->take_count(counted);
  return call;
}

result<examined_call> examine_short(const examiner& with, const asked_of& whom,
                                    const std::string& body, wall_time now) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element document;
  const simdjson::error_code error = parse_body(parser, body, document);
  refuse_exhausted(parser, error);
  if (error) return not_json(error, body);
  auto call = read_fields(with, whom, document, body, now);
  if (!call) return call;
  tokenizer::count_options counting;
  counting.learned = with.learned.current();
  const auto counted =
      tokenizer::count_prompt(call->base_model, call->speaks->api(), document, counting);
  return with_count(std::move(call), counted);
}

result<examined_call> examine_long(const examiner& with, const asked_of& whom,
                                   const std::string& body, wall_time now,
                                   std::string_view tenant) {
  auto prompt = new_prompt();
  if (with.memory != nullptr) {
    prompt->memory = memory_claim(*with.memory);
    if (auto full = claim_parsed(*with.memory, with.key, body, prompt->memory))
      return std::move(*full);
  }
  const simdjson::error_code error = parse_body(prompt->parser, body, prompt->document);
  refuse_exhausted(prompt->parser, error);
  if (error) return not_json(error, body);
  keep_written(prompt->parser, body, prompt->memory);
  auto call = read_fields(with, whom, prompt->document, body, now);
  if (!call) return call;
  prompt->model = call->base_model;
  prompt->api = call->speaks->api();
  prompt->learned = with.learned.keep_current();
  prompt->known = {};
  if (with.remembered != nullptr) {
    prompt->known.memo = with.remembered;
    prompt->known.scope = with.remembered->scope_of(tenant);
  }
  tokenizer::count_options counting;
  counting.learned = prompt->learned.get();
  const auto bound =
      tokenizer::bound_prompt(prompt->model, prompt->api, prompt->document, counting);
  call->text_bytes = static_cast<std::size_t>(bound.text_bytes);
  // A body may be long by its images alone.
  if (call->text_bytes <= counted_at_once_bytes_max)
    return with_count(std::move(call), prompt->count());
  call->take_bound(bound.at_most);
  call->uncounted = std::move(prompt);
  return call;
}
}  // namespace

void examined_call::take_bound(const tokenizer::prompt_tokens& counted) noexcept {
  prompt = counted;
  prompt.upper_bound = tokenizer::saturating_add(prompt.upper_bound, request.order_tokens);
  if (earlier_tokens == 0) return;
  prompt.expected = tokenizer::saturating_add(prompt.expected, earlier_tokens);
  prompt.upper_bound = tokenizer::saturating_add(prompt.upper_bound, earlier_tokens);
}

void examined_call::take_count(const tokenizer::prompt_tokens& counted) noexcept {
  take_bound(counted);
  uncounted.reset();
}

// A model that runs tools, or reads what is not in the request, is asked again and again with what it
// found; each time the prompt fits its window. Windows grow, and not each is known.
std::int64_t examined_call::input_believed_max() const noexcept {
  constexpr std::int64_t window_known_max = 2'000'000;
  constexpr std::int64_t rounds_max = 8;
  const std::int64_t window =
      std::max({window_known_max, prompt.upper_bound,
                rates != nullptr ? rates->context_window_tokens : std::int64_t{0}});
  return window * (request.has_tools || prompt.hidden_input ? rounds_max : 1);
}

chat_request examined_call::billing() const noexcept {
  chat_request with_views = request;
  with_views.model = model;
  with_views.user = user;
  with_views.input_believed_max = input_believed_max();
  return with_views;
}

boost::asio::awaitable<result<examined_call>> examine(examiner with, const dialect& speaks,
                                                      const call_target& target,
                                                      const std::string& body, wall_time now,
                                                      std::string_view tenant) {
  const asked_of whom{speaks, target, tenant};
  if (body.size() > parsed_here_bytes_max) {
    // Counted on the way: a parsed request of this size, many times its body's, is not to lie about
    // while the provider is thinking.
    auto elsewhere = [&with, &whom, &body, now, tenant] {
      auto call = examine_long(with, whom, body, now, tenant);
      if (!call || !call->uncounted) return call;
      const tokenizer::prompt_tokens counted = call->uncounted->count();
      return with_count(std::move(call), counted);
    };
    co_return co_await on_counting_pool(with.counting, elsewhere);
  }
  if (body.size() <= counted_at_once_bytes_max) co_return examine_short(with, whom, body, now);
  auto call = examine_long(with, whom, body, now, tenant);
  // A bound that no usage can have only a count can refute.
  if (call && call->uncounted && refuse_absurd(call->prompt)) {
    const std::optional<problem> absurd =
        co_await count_now(with.settings.limits, with.counting, *call);
    if (absurd) co_return *absurd;
  }
  co_return call;
}

boost::asio::awaitable<std::optional<problem>> count_now(const limits_config& limits,
                                                         boost::asio::thread_pool& pool,
                                                         examined_call& call) {
  tokenizer::prompt_tokens counted;
  if (call.text_bytes <= limits.count_inline_bytes_max) {
    counted = call.uncounted->count();
  } else {
    auto elsewhere = [&call] { return call.uncounted->count(); };
    counted = co_await on_counting_pool(pool, elsewhere);
  }
  call.take_count(counted);
  co_return refuse_absurd(counted);
}

}  // namespace stint
