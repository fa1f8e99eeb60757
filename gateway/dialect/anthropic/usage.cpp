// Rules: wire-facts §2, dialects.md §7.3. Tested by tests/gateway/dialect/anthropic_test.cpp and
// anthropic_iterations_test.cpp.
#include "gateway/dialect/anthropic/usage.hpp"

#include <algorithm>
#include <utility>

#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/stated_cost.hpp"

namespace stint {

namespace {

// More of them than a call can have; what comes after is added to the last.
constexpr std::size_t parts_max = 64;

void add(const usage& more, usage& to) {
  for (const usage_kind& kind : usage_kinds)
    to.*kind.count += more.*kind.count;
}

// The totals of a usage object are made up of these; advice and compaction stand beside them.
bool is_in_totals(leg_reason why) noexcept {
  return why == leg_reason::answer || why == leg_reason::fallback;
}

// A kind that is not known here was generated for the answer as far as anybody can tell: it is
// charged as the model that answers.
leg_reason reason_of(std::string_view type) noexcept {
  if (type == "advisor_message") return leg_reason::advisor;
  if (type == "compaction") return leg_reason::compaction;
  if (type == "fallback_message") return leg_reason::fallback;
  return leg_reason::answer;
}

// A refusal before any output is free but for these, whatever its usage says (Anthropic's page
// "refusals and fallback").
bool is_billed_refusal(simdjson::dom::object told) {
  simdjson::dom::object details;
  if (told["stop_details"].get(details) != simdjson::SUCCESS) return false;
  const std::string_view category = text_of(details, "category");
  return category == "bio" || category == "frontier_llm" || category == "reasoning_extraction";
}

std::size_t last_fallback(simdjson::dom::array entries) {
  std::size_t at = 0;
  std::size_t last = 0;
  for (const simdjson::dom::element item : entries) {
    simdjson::dom::object entry;
    ++at;
    if (item.get(entry) == simdjson::SUCCESS && text_of(entry, "type") == "fallback_message")
      last = at;
  }
  return last;
}

std::vector<usage_part> read_iterations(simdjson::dom::object reported) {
  std::vector<usage_part> parts;
  simdjson::dom::array entries;
  if (reported["iterations"].get(entries) != simdjson::SUCCESS) return parts;
  const std::size_t taken_over = last_fallback(entries);
  std::size_t at = 0;
  for (const simdjson::dom::element item : entries) {
    simdjson::dom::object entry;
    ++at;
    if (item.get(entry) != simdjson::SUCCESS) continue;
    bool wrong = false;
    anthropic_counts counts;
    counts.overwrite(entry, wrong);
    const auto used = counts.normalised(wrong);
    if (!used || wrong) continue;  // the totals have it, or nobody knows it
    usage_part part;
    part.why = reason_of(text_of(entry, "type"));
    part.model = std::string(text_of(entry, "model"));
    part.used = *used;
    // It refused before any output, and another model took over.
    const bool is_refused = at < taken_over && used->output_tokens == 0;
    if (is_refused && is_in_totals(part.why) && !is_billed_refusal(entry)) continue;
    if (parts.size() < parts_max) {
      parts.push_back(std::move(part));
    } else {
      add(part.used, parts.back().used);
    }
  }
  return parts;
}

// The lives of a cache's writes may be told in one place and not in the other: what was written is
// compared as one.
void settle_writes(std::int64_t unnamed_writes, usage& rest) {
  std::int64_t beyond = rest.cache_write_5m_tokens + rest.cache_write_1h_tokens -
                        std::max<std::int64_t>(unnamed_writes, 0);
  for (std::int64_t usage::*life : {&usage::cache_write_5m_tokens, &usage::cache_write_1h_tokens}) {
    const std::int64_t less = std::clamp<std::int64_t>(beyond, 0, rest.*life);
    rest.*life -= less;
    beyond -= less;
  }
}

// What the totals have and the iterations do not name.
usage rest_of(const usage& totals, const std::vector<usage_part>& parts) {
  usage rest = totals;
  for (const usage_part& part : parts) {
    if (!is_in_totals(part.why)) continue;
    for (const usage_kind& kind : usage_kinds)
      rest.*kind.count -= part.used.*kind.count;
  }
  const std::int64_t unnamed_writes = rest.cache_write_5m_tokens + rest.cache_write_1h_tokens;
  for (const usage_kind& kind : usage_kinds)
    rest.*kind.count = std::max<std::int64_t>(rest.*kind.count, 0);
  settle_writes(unnamed_writes, rest);
  return rest;
}

// The totals tell of thinking, the iterations need not.
void spread_reasoning(std::int64_t tokens, std::vector<usage_part>& over) {
  for (usage_part& part : over) {
    if (!is_in_totals(part.why)) continue;
    usage& used = part.used;
    const std::int64_t here = std::min(tokens, used.output_tokens - used.reasoning_tokens);
    used.reasoning_tokens += here;
    tokens -= here;
  }
}

// The bill is the sum of the iterations, each at its own model, and never less than the totals.
bool add_iterations(std::vector<usage_part> parts, usage_report& report) {
  usage rest = rest_of(report.used, parts);
  const std::int64_t reasoning = std::exchange(rest.reasoning_tokens, 0);
  const auto answering =
      std::ranges::find_if(parts, [](const usage_part& part) { return is_in_totals(part.why); });
  if (answering != parts.end()) {
    add(rest, answering->used);
  } else if (rest.total() > 0 || rest.web_searches > 0) {
    usage_part answer;
    answer.used = rest;
    parts.insert(parts.begin(), std::move(answer));
  }
  spread_reasoning(reasoning, parts);
  report.used = {};
  for (const usage_part& part : parts) {
    if (!plausible(part.used)) return false;
    if (part.why == leg_reason::fallback && !part.model.empty()) report.model = part.model;
    add(part.used, report.used);
  }
  // A model that stood in for all of it is a part, or its spend would stay with the one that refused.
  const bool is_one = parts.size() == 1 && parts[0].why != leg_reason::fallback &&
                      (parts[0].model.empty() || parts[0].model == report.model);
  if (!is_one) report.parts = std::move(parts);
  return plausible(report.used);
}

}  // namespace

void anthropic_counts::overwrite(simdjson::dom::object reported, bool& implausible) {
  const auto take = [](std::optional<std::int64_t>& into, simdjson::dom::object from,
                       std::string_view key, bool& wrong) {
    const auto count = read_count(from, key, wrong);
    if (count && (*count != 0 || !into)) into = count;
  };
  take(input, reported, "input_tokens", implausible);
  take(output, reported, "output_tokens", implausible);
  take(created, reported, "cache_creation_input_tokens", implausible);
  take(read, reported, "cache_read_input_tokens", implausible);
  // These only divide or explain the figures above, and are left out where they make no sense.
  bool ignored = false;
  if (const auto split = read_part(reported, "cache_creation", ignored)) {
    take(created_5m, *split, "ephemeral_5m_input_tokens", ignored);
    take(created_1h, *split, "ephemeral_1h_input_tokens", ignored);
  }
  if (const auto details = read_part(reported, "output_tokens_details", ignored))
    take(thinking, *details, "thinking_tokens", ignored);
  if (const auto tools = read_part(reported, "server_tool_use", ignored))
    take(searches, *tools, "web_search_requests", ignored);
}

std::optional<usage> anthropic_counts::normalised(bool& implausible) const {
  if (!input) return std::nullopt;
  usage used;
  used.input_tokens = *input;
  used.cached_input_tokens = read.value_or(0);
  used.cache_write_1h_tokens = created_1h.value_or(0);
  // What the split does not name was written at the default life.
  used.cache_write_5m_tokens =
      std::max(created_5m.value_or(0), created.value_or(0) - used.cache_write_1h_tokens);
  used.output_tokens = output.value_or(0);
  used.reasoning_tokens = std::min(thinking.value_or(0), used.output_tokens);
  used.web_searches = searches.value_or(0);
  if (plausible(used)) return used;
  implausible = true;
  return std::nullopt;
}

void anthropic_terms::overwrite(simdjson::dom::object reported, bool& implausible) {
  counts_.overwrite(reported, implausible);
  if (const auto word = text_of(reported, "service_tier"); !word.empty()) {
    constexpr std::size_t word_bytes_max = 64;
    tier_word_ = word.substr(0, word_bytes_max);
    if (const auto tier = parse_service_tier(word)) tier_ = tier;
  }
  if (text_of(reported, "speed") == "fast") {
    tier_word_.clear();
    tier_ = service_tier::fast;
  }
  if (const auto geo = text_of(reported, "inference_geo"); !geo.empty())
    region_ = geo == "us" ? inference_region::us : inference_region::any;
  if (auto parts = read_iterations(reported); !parts.empty()) iterations_ = std::move(parts);
  if (const auto cost = stated_cost_in(reported)) stated_cost_ = cost;
}

void anthropic_terms::note_refusal(simdjson::dom::object told) {
  is_free_ = text_of(told, "stop_reason") == "refusal" && !is_billed_refusal(told);
}

std::optional<std::int64_t> anthropic_terms::take_output() {
  return std::exchange(counts_.output, std::nullopt);
}

std::optional<usage_report> anthropic_terms::report(bool& implausible) const {
  const auto used = counts_.normalised(implausible);
  if (!used) return std::nullopt;
  usage_report made;
  made.used = *used;
  made.model = model;
  made.tier = tier_;
  made.tier_word = tier_word_;
  made.region = region_;
  made.stated_cost = stated_cost_;
  made.tells_searches = true;
  made.is_free = is_free_;
  if (iterations_.empty() || add_iterations(iterations_, made)) return made;
  implausible = true;
  return std::nullopt;
}

}  // namespace stint
