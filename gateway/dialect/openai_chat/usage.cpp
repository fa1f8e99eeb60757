// Rules: wire-facts §2, one test for each row. Tested by tests/gateway/dialect/openai_chat_test.cpp.
#include "gateway/dialect/openai_chat/usage.hpp"

#include <algorithm>

#include "gateway/dialect/parts/document.hpp"

namespace stint {

namespace {

struct counts {
  std::optional<std::int64_t> prompt, completion, total;
  std::int64_t cached = 0, written = 0, audio_in = 0;
  std::int64_t reasoning = 0, audio_out = 0;
};

counts read_counts(simdjson::dom::object reported, bool& implausible) {
  counts read;
  read.prompt = read_count(reported, "prompt_tokens", implausible);
  read.completion = read_count(reported, "completion_tokens", implausible);
  read.total = read_count(reported, "total_tokens", implausible);
  if (const auto details = read_part(reported, "prompt_tokens_details", implausible)) {
    read.cached = read_count(*details, "cached_tokens", implausible).value_or(0);
    read.written = read_count(*details, "cache_write_tokens", implausible).value_or(0);
    read.audio_in = read_count(*details, "audio_tokens", implausible).value_or(0);
  }
  // DeepSeek's own names; the miss count is the rest of the prompt.
  const auto hit = read_count(reported, "prompt_cache_hit_tokens", implausible);
  const auto miss = read_count(reported, "prompt_cache_miss_tokens", implausible);
  if (hit) read.cached = std::max(read.cached, *hit);
  if (!read.prompt && hit && miss) read.prompt = *hit + *miss;
  if (const auto details = read_part(reported, "completion_tokens_details", implausible)) {
    read.reasoning = read_count(*details, "reasoning_tokens", implausible).value_or(0);
    read.audio_out = read_count(*details, "audio_tokens", implausible).value_or(0);
  }
  return read;
}

// xAI's completion_tokens leave the reasoning out, which shows in the total, or in more reasoning
// than completion. Whatever a total has beyond prompt and completion was generated, and is billed
// as output.
std::int64_t output_of(const counts& read) {
  std::int64_t output = read.completion.value_or(0);
  if (read.total) output = std::max(output, *read.total - *read.prompt);
  if (read.reasoning > output) output += read.reasoning;
  return output;
}

}  // namespace

std::optional<usage> read_openai_usage(simdjson::dom::object reported, bool& implausible) {
  bool wrong = false;
  const counts read = read_counts(reported, wrong);
  const bool is_complete = read.prompt && (read.completion || read.total);
  if (!wrong && !is_complete) return std::nullopt;
  usage used;
  if (!wrong) {
    const std::int64_t output = output_of(read);
    used.cached_input_tokens = read.cached;
    used.cache_write_5m_tokens = read.written;
    // Audio may have been cached too: what is left of the prompt bounds it.
    const std::int64_t fresh = *read.prompt - read.cached - read.written;
    used.audio_input_tokens =
        std::clamp<std::int64_t>(read.audio_in, 0, std::max<std::int64_t>(fresh, 0));
    used.input_tokens = fresh - used.audio_input_tokens;
    used.audio_output_tokens = std::min(read.audio_out, output);
    used.output_tokens = output - used.audio_output_tokens;
    used.reasoning_tokens = std::min(read.reasoning, used.output_tokens);
    wrong = fresh < 0 || !plausible(used);
  }
  implausible = implausible || wrong;
  if (wrong) return std::nullopt;
  return used;
}

std::optional<usage_report> read_openai_report(simdjson::dom::object answer, bool& implausible) {
  const auto reported = read_part(answer, "usage", implausible);
  if (!reported) return std::nullopt;
  const auto used = read_openai_usage(*reported, implausible);
  if (!used) return std::nullopt;
  usage_report report;
  report.used = *used;
  report.model = std::string(text_of(answer, "model"));
  report.tier = parse_service_tier(text_of(answer, "service_tier"));
  return report;
}

void count_openai_message(std::int64_t choice, simdjson::dom::object message, text_counter& into) {
  std::int64_t next_tool = 0;
  for (const auto [key, value] : message) {
    simdjson::dom::object part;
    simdjson::dom::array calls;
    if (key == "content") {
      into.feed_element(text_key{choice, text_kind::content, 0}, value);
    } else if (key == "refusal") {
      into.feed_element(text_key{choice, text_kind::refusal, 0}, value);
    } else if (key == "reasoning_content" || key == "reasoning") {
      // vLLM and OpenRouter may send both names with the same text; the longer name wins.
      if (key == "reasoning" && !text_of(message, "reasoning_content").empty()) continue;
      into.feed_element(text_key{choice, text_kind::reasoning, 0}, value);
    } else if (key == "audio" && value.get(part) == simdjson::SUCCESS) {
      into.feed(text_key{choice, text_kind::transcript, 0}, text_of(part, "transcript"));
    } else if (key == "function_call" && value.get(part) == simdjson::SUCCESS) {
      into.feed(text_key{choice, text_kind::tool_name, -1}, text_of(part, "name"));
      into.feed(text_key{choice, text_kind::tool_arguments, -1}, text_of(part, "arguments"));
    } else if (key == "tool_calls" && value.get(calls) == simdjson::SUCCESS) {
      for (const simdjson::dom::element item : calls) {
        simdjson::dom::object call;
        simdjson::dom::object function;
        if (item.get(call) != simdjson::SUCCESS) continue;
        std::int64_t index = next_tool++;
        if (call["index"].get(index) != simdjson::SUCCESS) index = next_tool - 1;
        const bool is_custom = call["custom"].get(function) == simdjson::SUCCESS;
        if (!is_custom && call["function"].get(function) != simdjson::SUCCESS) continue;
        into.feed(text_key{choice, text_kind::tool_name, index}, text_of(function, "name"));
        into.feed(text_key{choice, text_kind::tool_arguments, index},
                  text_of(function, is_custom ? "input" : "arguments"));
      }
    }
  }
}

}  // namespace stint
