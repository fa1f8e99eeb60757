// Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/parts/request_keys.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {

// OpenAI's chat request has about 40 fields; the rest is room for servers that add their own.
constexpr std::size_t top_level_fields_max = 256;

// Fields that are read or counted here. Sorted.
constexpr std::array<std::string_view, 62> known_fields = {"arguments",
                                                           "audio",
                                                           "background",
                                                           "background_options",
                                                           "best_of",
                                                           "budget_tokens",
                                                           "cache_control",
                                                           "compact_threshold",
                                                           "content",
                                                           "context_management",
                                                           "conversation",
                                                           "detail",
                                                           "encrypted_content",
                                                           "environment",
                                                           "fallbacks",
                                                           "functions",
                                                           "image_url",
                                                           "include_usage",
                                                           "inference_geo",
                                                           "input",
                                                           "input_schema",
                                                           "instructions",
                                                           "max_completion_tokens",
                                                           "max_output_tokens",
                                                           "max_tokens",
                                                           "max_tool_calls",
                                                           "max_uses",
                                                           "messages",
                                                           "metadata",
                                                           "modalities",
                                                           "model",
                                                           "models",
                                                           "multi_agent",
                                                           "n",
                                                           "n_predict",
                                                           "name",
                                                           "output",
                                                           "parameters",
                                                           "prediction",
                                                           "previous_message_id",
                                                           "previous_response_id",
                                                           "prompt",
                                                           "prompt_cache_options",
                                                           "reasoning",
                                                           "response_format",
                                                           "role",
                                                           "safety_identifier",
                                                           "service_tier",
                                                           "source",
                                                           "speed",
                                                           "stream",
                                                           "stream_options",
                                                           "suffix",
                                                           "system",
                                                           "text",
                                                           "thinking",
                                                           "thread",
                                                           "tool_choice",
                                                           "tools",
                                                           "ttl",
                                                           "type",
                                                           "user"};
static_assert(std::is_sorted(known_fields.begin(), known_fields.end()));

// Below these stand fields that are read or counted here. Below all others (schemas, arguments and inputs of
// tools, metadata, what servers add) keys are the user's own: they may be spelled as a field is, and
// differ in case alone. Sorted.
constexpr std::array<std::string_view, 41> structure = {"audio",
                                                        "cache_control",
                                                        "citations",
                                                        "content",
                                                        "context_management",
                                                        "conversation",
                                                        "custom",
                                                        "document_url",
                                                        "environment",
                                                        "fallbacks",
                                                        "file",
                                                        "function",
                                                        "function_call",
                                                        "functions",
                                                        "image_url",
                                                        "input_audio",
                                                        "json_schema",
                                                        "mcp_servers",
                                                        "messages",
                                                        "output",
                                                        "output_config",
                                                        "output_format",
                                                        "plugins",
                                                        "prediction",
                                                        "prompt_cache_options",
                                                        "reasoning",
                                                        "reasoning_details",
                                                        "response_format",
                                                        "search_parameters",
                                                        "source",
                                                        "stream_options",
                                                        "summary",
                                                        "system",
                                                        "thinking",
                                                        "thread",
                                                        "tool_calls",
                                                        "tool_choice",
                                                        "tools",
                                                        "venice_parameters",
                                                        "video_url",
                                                        "web_search_options"};
static_assert(std::is_sorted(structure.begin(), structure.end()));

bool is_odd(std::string_view key) noexcept {
  return std::any_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; });
}

// Lower case as Go's decoder folds it: ASCII, and the two letters outside ASCII whose simple
// folding is ASCII.
std::string folded(std::string_view key) {
  std::string lower;
  lower.reserve(key.size());
  while (!key.empty()) {
    if (key.starts_with("\u017F")) {
      lower += 's';
      key.remove_prefix(2);
    } else if (key.starts_with("\u212A")) {
      lower += 'k';
      key.remove_prefix(3);
    } else {
      const char c = key.front();
      lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      key.remove_prefix(1);
    }
  }
  return lower;
}

// One of two equal keys; nothing when all differ. Sorts `keys` when there are many.
std::optional<std::string_view> find_duplicate(std::vector<std::string_view>& keys) {
  constexpr std::size_t pairwise_max = 12;  // below, comparing all pairs is cheaper than sorting
  if (keys.size() > pairwise_max) {
    std::sort(keys.begin(), keys.end());
    const auto twin = std::adjacent_find(keys.begin(), keys.end());
    return twin == keys.end() ? std::nullopt : std::optional(*twin);
  }
  for (std::size_t i = 1; i < keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (keys[i] == keys[j]) return keys[i];
    }
  }
  return std::nullopt;
}

problem duplicate_problem(std::string_view key) {
  const std::string quoted = shortened(key, 64);
  return make_problem(problem_kind::bad_request,
                      "The field \"" + quoted +
                          "\" appears twice in one object of the request body (escapes and " +
                          "letter case do not tell fields apart). Send it once.",
                      quoted);
}

struct key_walk {
  struct step {
    simdjson::dom::element value;
    bool is_free_form;
  };
  std::vector<step> pending;
  std::vector<std::string_view> keys;
  std::vector<std::string> folds;
  body_facts facts;

  void see_cache_control(simdjson::dom::element value) {
    simdjson::dom::object control;
    if (value.get(control) != simdjson::SUCCESS) return;
    std::string_view life;
    if (control["ttl"].get(life) == simdjson::SUCCESS && life == "1h") {
      facts.cache_write_1h = true;
    } else {
      facts.cache_write_5m = true;
    }
  }

  std::optional<problem> check_folded() {
    folds.clear();
    for (const std::string_view key : keys) {
      folds.push_back(folded(key));
      const std::string& fold = folds.back();
      if (fold != key && std::binary_search(known_fields.begin(), known_fields.end(), fold)) {
        const std::string quoted = shortened(key, 64);
        return make_problem(problem_kind::bad_request,
                            "The field \"" + quoted + "\" must be spelled \"" + fold + "\".",
                            quoted);
      }
    }
    keys.assign(folds.begin(), folds.end());
    if (const auto twin = find_duplicate(keys)) return duplicate_problem(*twin);
    return std::nullopt;
  }

  std::optional<problem> enter(simdjson::dom::object object, bool is_free_form) {
    keys.clear();
    bool any_odd = false;
    for (const auto [key, value] : object) {
      keys.push_back(key);
      any_odd = any_odd || is_odd(key);
      if (key == "cache_control") see_cache_control(value);
      if (value.is_object() || value.is_array()) {
        const bool below =
            is_free_form || !std::binary_search(structure.begin(), structure.end(), key);
        pending.push_back(step{value, below});
      }
    }
    if (any_odd && !is_free_form) return check_folded();
    if (const auto twin = find_duplicate(keys)) return duplicate_problem(*twin);
    return std::nullopt;
  }
};

}  // namespace

result<body_facts> check_keys(simdjson::dom::object body, std::string_view conversation) {
  key_walk walk;
  if (auto wrong = walk.enter(body, false)) return std::move(*wrong);
  if (walk.keys.size() > top_level_fields_max) {
    return make_problem(
        problem_kind::bad_request,
        "The request body has more than " + std::to_string(top_level_fields_max) + " fields.");
  }
  simdjson::dom::element list;
  if (!conversation.empty() && body[conversation].get(list) == simdjson::SUCCESS &&
      (list.is_object() || list.is_array()))
    walk.pending.push_back(key_walk::step{list, false});
  while (!walk.pending.empty()) {
    const key_walk::step next = walk.pending.back();
    walk.pending.pop_back();
    simdjson::dom::object object;
    simdjson::dom::array array;
    if (next.value.get(object) == simdjson::SUCCESS) {
      if (auto wrong = walk.enter(object, next.is_free_form)) return std::move(*wrong);
    } else if (next.value.get(array) == simdjson::SUCCESS) {
      for (const simdjson::dom::element item : array) {
        if (item.is_object() || item.is_array())
          walk.pending.push_back(key_walk::step{item, next.is_free_form});
      }
    }
  }
  return walk.facts;
}

}  // namespace stint
