// Rules: wire-facts §2, dialects.md §4.3 and §10. Tested by tests/gateway/dialect/gemini_test.cpp.
#include "gateway/dialect/gemini/usage.hpp"

#include <algorithm>
#include <numeric>

#include "gateway/dialect/parts/document.hpp"

namespace stint {

namespace {

// The counts of a usageMetadata; those that are 0 are mostly left out.
struct gemini_counts {
  std::optional<std::int64_t> prompt, candidates, thoughts, tools, cached, total;
  std::int64_t audio_prompt = 0;
  std::int64_t audio_cached = 0;
  std::int64_t audio_tools = 0;
  std::int64_t audio_candidates = 0;

  [[nodiscard]] bool has_any() const noexcept {
    return prompt || candidates || thoughts || tools || total;
  }
};

// With "$alt=json;enum-encoding=int" words are numbers.
bool is_audio(simdjson::dom::object part) {
  constexpr std::int64_t audio_number = 4;
  std::int64_t number = 0;
  if (part["modality"].get(number) == simdjson::SUCCESS) return number == audio_number;
  return text_of(part, "modality") == "AUDIO";
}

std::int64_t audio_in(simdjson::dom::object told, std::string_view key) {
  simdjson::dom::array parts;
  std::int64_t tokens = 0;
  if (told[key].get(parts) != simdjson::SUCCESS) return tokens;
  for (const simdjson::dom::element item : parts) {
    simdjson::dom::object part;
    bool ignored = false;
    if (item.get(part) != simdjson::SUCCESS || !is_audio(part)) continue;
    tokens =
        std::min(tokens + read_count(part, "tokenCount", ignored).value_or(0), usage_count_max);
  }
  return tokens;
}

gemini_counts counts_of(simdjson::dom::object told, bool& implausible) {
  gemini_counts counts;
  counts.prompt = read_count(told, "promptTokenCount", implausible);
  counts.candidates = read_count(told, "candidatesTokenCount", implausible);
  counts.thoughts = read_count(told, "thoughtsTokenCount", implausible);
  counts.tools = read_count(told, "toolUsePromptTokenCount", implausible);
  counts.cached = read_count(told, "cachedContentTokenCount", implausible);
  counts.total = read_count(told, "totalTokenCount", implausible);
  counts.audio_prompt = audio_in(told, "promptTokensDetails");
  counts.audio_cached = audio_in(told, "cacheTokensDetails");
  counts.audio_tools = audio_in(told, "toolUsePromptTokensDetails");
  counts.audio_candidates = audio_in(told, "candidatesTokensDetails");
  return counts;
}

// Candidates and thoughts are disjoint, and what tools found stands beside the prompt. Where the total
// says otherwise it is right: some servers counted thoughts into the candidates as well, and a prompt
// that the provider fetched from an address has no count of its own.
// Nothing tells a prompt that is told neither by itself nor by a total; none is empty.
usage normalised(const gemini_counts& counts, bool& tells_input) {
  const std::int64_t candidates = counts.candidates.value_or(0);
  const std::int64_t thoughts = counts.thoughts.value_or(0);
  const std::int64_t tools = counts.tools.value_or(0);
  const std::int64_t total = counts.total.value_or(0);
  std::int64_t output = candidates + thoughts;
  std::int64_t prompt = counts.prompt.value_or(0);
  if (!counts.prompt) {
    prompt = std::max<std::int64_t>(total - output - tools, 0);
  } else if (total > prompt + tools) {
    output = std::max(total - prompt - tools, candidates);
  }
  tells_input = counts.prompt || prompt > 0;
  usage used;
  used.cached_input_tokens = std::min(counts.cached.value_or(0), prompt);
  const std::int64_t uncached = prompt - used.cached_input_tokens;
  const std::int64_t audio =
      std::clamp<std::int64_t>(counts.audio_prompt - counts.audio_cached, 0, uncached);
  used.audio_input_tokens = audio + std::min(counts.audio_tools, tools);
  used.input_tokens = uncached + tools - used.audio_input_tokens;
  used.audio_output_tokens = std::min(counts.audio_candidates, candidates);
  used.output_tokens = output - used.audio_output_tokens;
  used.reasoning_tokens = std::min(thoughts, used.output_tokens);
  return used;
}

void keep_input(const usage& told, usage& into) {
  into.input_tokens = told.input_tokens;
  into.cached_input_tokens = told.cached_input_tokens;
  into.audio_input_tokens = told.audio_input_tokens;
}

std::int64_t length_of(simdjson::dom::object in, std::string_view key) {
  simdjson::dom::array items;
  return in[key].get(items) == simdjson::SUCCESS ? static_cast<std::int64_t>(items.size()) : 0;
}

bool cites_maps(simdjson::dom::object grounding) {
  simdjson::dom::array chunks;
  if (grounding["groundingChunks"].get(chunks) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::element chunk : chunks) {
    if (chunk["maps"].error() == simdjson::SUCCESS) return true;
  }
  return false;
}

// Pages that are only cited, and files that were searched, have no fee.
std::int64_t searches_of(simdjson::dom::object grounding) {
  const std::int64_t queries =
      length_of(grounding, "webSearchQueries") + length_of(grounding, "imageSearchQueries");
  return queries == 0 && cites_maps(grounding) ? 1 : queries;
}

bool is_provisioned(simdjson::dom::object told) {
  constexpr std::int64_t provisioned_number = 2;
  std::int64_t number = 0;
  if (told["trafficType"].get(number) == simdjson::SUCCESS) return number == provisioned_number;
  return text_of(told, "trafficType") == "PROVISIONED_THROUGHPUT";
}

std::optional<service_tier> tier_of_traffic(std::string_view traffic) noexcept {
  if (traffic == "ON_DEMAND_PRIORITY") return service_tier::priority;
  if (traffic == "ON_DEMAND_FLEX") return service_tier::flex;
  if (traffic == "ON_DEMAND") return service_tier::standard;
  return std::nullopt;
}

void count_member(simdjson::dom::object in, std::string_view key, const text_key& as,
                  text_sink& into) {
  simdjson::dom::element value;
  std::string_view text;
  if (in[key].get(value) != simdjson::SUCCESS || value.is_null()) return;
  if (value.get(text) == simdjson::SUCCESS) {
    into.feed(as, text);
  } else {
    into.feed(as, simdjson::minify(value));
  }
}

void count_part(std::int64_t candidate, std::int64_t place, simdjson::dom::object part,
                text_sink& into) {
  bool is_thought = false;
  if (part["thought"].get(is_thought) != simdjson::SUCCESS) is_thought = false;
  const text_kind kind = is_thought ? text_kind::reasoning : text_kind::content;
  // A text goes on from chunk to chunk, whatever its place in each.
  into.feed(text_key{candidate, kind, 0}, text_of(part, "text"));
  for (const std::string_view called : {"functionCall", "toolCall"}) {
    simdjson::dom::object call;
    if (part[called].get(call) != simdjson::SUCCESS) continue;
    count_member(call, "name", text_key{candidate, text_kind::tool_name, place}, into);
    count_member(call, "args", text_key{candidate, text_kind::tool_arguments, place}, into);
    count_member(call, "partialArgs", text_key{candidate, text_kind::tool_arguments, place}, into);
  }
  simdjson::dom::object code;
  if (part["executableCode"].get(code) == simdjson::SUCCESS)
    count_member(code, "code", text_key{candidate, text_kind::other, place}, into);
}

}  // namespace

bool gemini_grounds_by_prompt(std::string_view model) noexcept {
  return model.find("gemini-1.") != std::string_view::npos ||
         model.find("gemini-2.") != std::string_view::npos;
}

bool has_finish_reason(simdjson::dom::object candidate) noexcept {
  std::int64_t number = 0;
  if (candidate["finishReason"].get(number) == simdjson::SUCCESS) return number != 0;
  const std::string_view word = text_of(candidate, "finishReason");
  return !word.empty() && word != "FINISH_REASON_UNSPECIFIED";
}

bool is_blocked_prompt(simdjson::dom::object chunk) noexcept {
  simdjson::dom::array candidates;
  if (chunk["candidates"].get(candidates) == simdjson::SUCCESS && candidates.size() > 0)
    return false;
  simdjson::dom::object feedback;
  std::int64_t number = 0;
  if (chunk["promptFeedback"].get(feedback) != simdjson::SUCCESS) return false;
  if (feedback["blockReason"].get(number) == simdjson::SUCCESS) return number != 0;
  const std::string_view word = text_of(feedback, "blockReason");
  return !word.empty() && word != "BLOCK_REASON_UNSPECIFIED";
}

void count_gemini(simdjson::dom::object chunk, text_sink& into) {
  for_each_candidate(chunk, [&into](simdjson::dom::object candidate, std::int64_t index) {
    simdjson::dom::object content;
    simdjson::dom::array parts;
    if (candidate["content"].get(content) != simdjson::SUCCESS ||
        content["parts"].get(parts) != simdjson::SUCCESS)
      return;
    std::int64_t place = 0;
    for (const simdjson::dom::element item : parts) {
      simdjson::dom::object part;
      if (item.get(part) == simdjson::SUCCESS) count_part(index, place, part, into);
      ++place;
    }
  });
}

gemini_terms::gemini_terms(std::string_view model) : asked_(model.substr(0, model_bytes_max)) {}

void gemini_terms::read_terms(simdjson::dom::object told) {
  if (const auto word = text_of(told, "serviceTier"); !word.empty()) {
    constexpr std::size_t word_bytes_max = 64;
    tier_word_ = word.substr(0, word_bytes_max);
    if (const auto tier = parse_service_tier(word)) tier_ = tier;
  }
  if (const auto tier = tier_of_traffic(text_of(told, "trafficType"))) tier_ = tier;
  is_free_ = is_free_ || is_provisioned(told);
}

// What a candidate searched for may be told again in a later chunk, and in another one than the others'.
void gemini_terms::note_searches(std::int64_t candidate, std::int64_t searches) {
  constexpr std::int64_t candidates_max = 128;
  const auto at =
      static_cast<std::size_t>(std::clamp<std::int64_t>(candidate, 0, candidates_max - 1));
  if (searches_.size() <= at) searches_.resize(at + 1);
  searches_[at] = std::max(searches_[at], std::min(searches, usage_count_max));
}

std::int64_t gemini_terms::searches() const noexcept {
  return std::min(std::accumulate(searches_.begin(), searches_.end(), std::int64_t{0}),
                  usage_count_max);
}

void gemini_terms::read_candidates(simdjson::dom::object chunk) {
  has_finished_ = has_finished_ || is_blocked_prompt(chunk);
  for_each_candidate(chunk, [this](simdjson::dom::object candidate, std::int64_t index) {
    has_finished_ = has_finished_ || has_finish_reason(candidate);
    simdjson::dom::object grounding;
    if (candidate["groundingMetadata"].get(grounding) != simdjson::SUCCESS) return;
    is_grounded_ = true;
    note_searches(index, searches_of(grounding));
  });
}

bool gemini_terms::read(simdjson::dom::object chunk, bool& implausible) {
  if (const std::string_view model = text_of(chunk, "modelVersion"); !model.empty())
    served_ = model.substr(0, model_bytes_max);
  read_candidates(chunk);
  any_text delivered;
  count_gemini(chunk, delivered);
  has_text_ = has_text_ || delivered.found();
  is_full_ = is_full_ && !delivered.found();
  const auto told = read_part(chunk, "usageMetadata", implausible);
  if (!told) return false;
  read_terms(*told);
  // Vertex' first chunks tell the kind of traffic and nothing else.
  const gemini_counts counts = counts_of(*told, implausible);
  if (!counts.has_any() || implausible) return false;
  bool tells_input = false;
  usage used = normalised(counts, tells_input);
  if (!plausible(used)) {
    implausible = true;
    return false;
  }
  const bool tells_output = counts.candidates || counts.thoughts || used.output_total() > 0;
  if (!tells_output && used_) {
    used.output_tokens = used_->output_tokens;
    used.reasoning_tokens = used_->reasoning_tokens;
    used.audio_output_tokens = used_->audio_output_tokens;
  }
  if (!tells_input && tells_input_) keep_input(*used_, used);
  tells_input_ = tells_input_ || tells_input;
  used_ = used;
  is_full_ = tells_output || !has_text_;
  return is_full_;
}

std::optional<usage> gemini_terms::input() const {
  if (!tells_input_) return std::nullopt;
  auto used = used_;
  if (used) used->output_tokens = used->reasoning_tokens = used->audio_output_tokens = 0;
  return used;
}

bool gemini_terms::is_searched_by_prompt() const noexcept {
  return gemini_grounds_by_prompt(served_.empty() ? asked_ : served_);
}

std::optional<usage_report> gemini_terms::report() const {
  if (!used_) return std::nullopt;
  usage_report made;
  made.used = *used_;
  made.used.web_searches =
      is_searched_by_prompt() ? std::min<std::int64_t>(searches(), 1) : searches();
  made.model = served_;
  made.tier = tier_;
  made.tier_word = tier_word_;
  made.tells_input = tells_input_;
  // What it was grounded on comes with the end.
  made.tells_searches = has_finished_ || is_grounded_;
  made.is_free = is_free_;
  return made;
}

}  // namespace stint
