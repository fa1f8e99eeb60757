// Rules: wire-facts §2, one test for each row. Tested by tests/gateway/dialect/openai_usage_test.cpp.
#include "gateway/dialect/openai_chat/usage.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/stated_cost.hpp"

namespace stint {

namespace {

struct counts {
  std::optional<std::int64_t> prompt, completion, total;
  std::int64_t cached = 0, written = 0, written_1h = 0, written_12h = 0, audio_in = 0;
  std::int64_t reasoning = 0, audio_out = 0;
  std::optional<std::int64_t> searches, hit, miss, cached_of_prompt;
  std::optional<nanodollars> stated_cost;
  std::string_view tier;
  bool hears = false;  // Mistral tells of seconds that it listened
};

// What is read here only divides or explains the counts that bill, so that it is left alone where it
// cannot be understood.
std::int64_t detail_in(simdjson::dom::element value) {
  bool ignored = false;
  return count_in(value, ignored).value_or(0);
}

template <typename Visit>
void each_member(simdjson::dom::element of, Visit&& visit) {
  simdjson::dom::object object;
  if (of.get(object) != simdjson::SUCCESS) return;
  for (const auto [key, value] : object)
    visit(key, value);
}

void keep_larger(std::int64_t& into, std::int64_t count) {
  into = std::max(into, count);
}

void read_prompt_details(simdjson::dom::element details, counts& into) {
  each_member(details, [&](std::string_view key, simdjson::dom::element value) {
    if (key == "cached_tokens") {
      keep_larger(into.cached, detail_in(value));
    } else if (key == "cache_write_tokens" || key == "cache_creation_input_tokens") {
      keep_larger(into.written, detail_in(value));  // the second name is DashScope's
    } else if (key == "cache_write_tokens_details") {
      each_member(value, [&](std::string_view life, simdjson::dom::element count) {
        if (life == "ttl_12h_tokens") keep_larger(into.written_12h, detail_in(count));
      });
    } else if (key == "audio_tokens") {
      keep_larger(into.audio_in, detail_in(value));
    }
  });
}

void read_completion_details(simdjson::dom::element details, counts& into) {
  each_member(details, [&](std::string_view key, simdjson::dom::element value) {
    if (key == "reasoning_tokens") {
      keep_larger(into.reasoning, detail_in(value));
    } else if (key == "audio_tokens") {
      keep_larger(into.audio_out, detail_in(value));
    }
  });
}

void read_searches(simdjson::dom::element tools, counts& into) {
  each_member(tools, [&](std::string_view key, simdjson::dom::element value) {
    if (key == "web_search_requests") into.searches = detail_in(value);
  });
}

// Names of Anthropic's, which servers of its models keep in an answer of this shape.
void read_other_names(std::string_view key, simdjson::dom::element value, counts& into) {
  if (key == "cache_read_input_tokens") {
    keep_larger(into.cached, detail_in(value));
  } else if (key == "cache_creation_input_tokens") {
    keep_larger(into.written, detail_in(value));
  } else if (key == "cache_creation") {
    each_member(value, [&](std::string_view life, simdjson::dom::element count) {
      if (life == "ephemeral_1h_input_tokens") keep_larger(into.written_1h, detail_in(count));
    });
  } else if (key == "server_tool_use" || key == "server_tool_use_details") {
    read_searches(value, into);
  }
}

void read_one(std::string_view key, simdjson::dom::element value, counts& into, bool& implausible) {
  if (key == "prompt_tokens") {
    into.prompt = count_in(value, implausible);
  } else if (key == "completion_tokens") {
    into.completion = count_in(value, implausible);
  } else if (key == "total_tokens") {
    bool ignored = false;
    into.total = count_in(value, ignored);
  } else if (key == "prompt_tokens_details" || key == "prompt_token_details") {  // Mistral's, once
    read_prompt_details(value, into);
  } else if (key == "completion_tokens_details") {
    read_completion_details(value, into);
  } else if (key == "prompt_cache_hit_tokens") {  // DeepSeek's own names
    into.hit = detail_in(value);
  } else if (key == "prompt_cache_miss_tokens") {
    into.miss = detail_in(value);
  } else if (key == "num_cached_tokens") {  // Mistral
    into.cached_of_prompt = detail_in(value);
  } else if (key == "cached_tokens") {  // Moonshot, Together
    keep_larger(into.cached, detail_in(value));
  } else if (key == "reasoning_tokens") {  // Together
    keep_larger(into.reasoning, detail_in(value));
  } else if (key == "prompt_audio_seconds") {
    into.hears = !value.is_null();
  } else if (key == "service_tier") {  // Mistral
    if (std::string_view word; value.get(word) == simdjson::SUCCESS) into.tier = word;
  } else if (key == "cost_in_usd_ticks") {
    if (!into.stated_cost) into.stated_cost = ticks_in(value);
  } else {
    read_other_names(key, value, into);
  }
}

// What follows from several of them.
void take_sums(simdjson::dom::object reported, counts& read) {
  if (const auto stated = stated_cost_in(reported)) read.stated_cost = stated;
  if (read.hit) keep_larger(read.cached, *read.hit);
  if (!read.prompt && read.hit && read.miss) read.prompt = *read.hit + *read.miss;
  // It was seen beside a prompt of fewer tokens: no discount is taken from what cannot be.
  if (read.cached_of_prompt && read.cached_of_prompt <= read.prompt)
    keep_larger(read.cached, *read.cached_of_prompt);
}

// The input kinds, as parts of the prompt or beside it, and what of the total they do not explain.
// `reported` has a prompt.
struct divided_input {
  usage used;
  std::int64_t unexplained = 0;  // negative: the total is below its parts, or not told
};

divided_input divide_input(const counts& read) {
  divided_input made;
  usage& used = made.used;
  const std::int64_t prompt = *read.prompt;
  made.unexplained = read.total ? *read.total - prompt - read.completion.value_or(0) : 0;
  used.cached_input_tokens = read.cached;
  // More than the prompt cannot be in it (xAI's models on Azure).
  const std::int64_t cached = read.cached > prompt ? 0 : read.cached;
  const std::int64_t written = read.written > prompt ? 0 : read.written;
  if (cached == 0 && read.cached > 0 && made.unexplained == read.cached) made.unexplained = 0;
  // What is written may begin with what was read.
  const bool overlap = cached + written > prompt;
  std::int64_t fresh = prompt - (overlap ? std::max(cached, written) : cached + written);
  used.cache_write_1h_tokens = std::min(read.written_1h, read.written);
  used.cache_write_12h_tokens =
      std::min(read.written_12h, read.written - used.cache_write_1h_tokens);
  used.cache_write_5m_tokens =
      read.written - used.cache_write_1h_tokens - used.cache_write_12h_tokens;
  // Voxtral's audio stands beside the prompt, and may be named in the total alone.
  std::int64_t audio = read.audio_in;
  if (audio == 0 && read.hears && read.completion)
    audio = std::max<std::int64_t>(made.unexplained, 0);
  if (audio > 0 && (audio > prompt || audio == made.unexplained)) {
    if (made.unexplained >= audio) made.unexplained -= audio;
  } else {
    audio = std::min(audio, fresh);  // it may have been cached, too
    fresh -= audio;
  }
  used.audio_input_tokens = audio;
  used.input_tokens = fresh;
  return made;
}

// xAI's completion_tokens leave the reasoning out, which shows in the total. Whatever a total has
// beyond prompt and completion was generated, and is billed as output. More reasoning than
// completion proves nothing beside a total that knows of none (OpenRouter, Together: another
// tokenizer counted it).
std::int64_t output_of(const counts& read, std::int64_t unexplained) {
  std::int64_t output = read.completion.value_or(0) + std::max<std::int64_t>(unexplained, 0);
  if (!read.total && read.reasoning > output) output += read.reasoning;
  return output;
}

usage_report report_of(const counts& read) {
  usage_report report;
  const divided_input divided = divide_input(read);
  report.used = divided.used;
  const std::int64_t output = output_of(read, divided.unexplained);
  usage& used = report.used;
  used.audio_output_tokens = std::min(read.audio_out, output);
  used.output_tokens = output - used.audio_output_tokens;
  used.reasoning_tokens = std::min(read.reasoning, used.output_tokens);
  used.web_searches = read.searches.value_or(0);
  report.tells_searches = read.searches.has_value();
  report.stated_cost = read.stated_cost;
  if (read.total && divided.unexplained <= 0) report.reasoning_beside_tokens = read.reasoning;
  take_served_tier(read.tier, report);
  return report;
}

std::string_view chat_name_of(std::string_view key) noexcept {
  if (key == "input_tokens") return "prompt_tokens";
  if (key == "input_tokens_details") return "prompt_tokens_details";
  if (key == "output_tokens") return "completion_tokens";
  if (key == "output_tokens_details") return "completion_tokens_details";
  return key;
}

std::optional<usage_report> report_from(const counts& read, bool wrong, bool& implausible) {
  const bool is_complete = read.prompt && (read.completion || read.total);
  if (!wrong && is_complete) {
    usage_report report = report_of(read);
    if (plausible(report.used)) return report;
    wrong = true;
  }
  implausible = implausible || wrong;
  return std::nullopt;
}

}  // namespace

void take_served_tier(std::string_view word, usage_report& report) {
  constexpr std::size_t word_bytes_max = 64;
  if (word.empty()) return;
  report.tier_word = word.substr(0, word_bytes_max);
  if (const auto tier = parse_service_tier(word)) report.tier = tier;
}

std::optional<usage_report> read_openai_usage(simdjson::dom::object reported, bool& implausible) {
  bool wrong = false;
  counts read;
  for (const auto [key, value] : reported)
    read_one(key, value, read, wrong);
  take_sums(reported, read);
  return report_from(read, wrong, implausible);
}

std::optional<usage_report> read_responses_usage(simdjson::dom::object reported,
                                                 bool& implausible) {
  bool wrong = false;
  counts read;
  for (const auto [key, value] : reported)
    read_one(chat_name_of(key), value, read, wrong);
  take_sums(reported, read);
  return report_from(read, wrong, implausible);
}

std::optional<simdjson::dom::object> find_openai_usage(simdjson::dom::object answer,
                                                       bool& implausible) {
  bool is_no_object = false;
  if (const auto reported = read_part(answer, "usage", is_no_object)) return reported;
  // Moonshot has it in the choice, Groq in a part of its own.
  simdjson::dom::array choices;
  simdjson::dom::object part;
  bool ignored = false;
  if (answer["choices"].get(choices) == simdjson::SUCCESS && choices.size() > 0 &&
      choices.at(0).get(part) == simdjson::SUCCESS) {
    if (const auto reported = read_part(part, "usage", ignored)) return reported;
  }
  if (answer["x_groq"].get(part) == simdjson::SUCCESS) {
    if (const auto reported = read_part(part, "usage", ignored)) return reported;
  }
  implausible = implausible || is_no_object;
  return std::nullopt;
}

namespace {
// Groq's compound models have others work for them, and name what each used. These are parts where they
// add up to the whole; where they do not, the whole is charged as the model that was asked.
void divide_by_model(simdjson::dom::object answer, usage_report& report) {
  simdjson::dom::array models;
  if (answer["usage_breakdown"]["models"].get(models) != simdjson::SUCCESS &&
      answer["x_groq"]["usage_breakdown"]["models"].get(models) != simdjson::SUCCESS)
    return;
  constexpr std::size_t parts_max = 64;
  if (models.size() < 2 || models.size() > parts_max) return;
  std::vector<usage_part> parts;
  usage sum;
  // What the whole does not tell of is not told of its parts, or they would not add up.
  const bool tells_of_cache = report.used.input_total() != report.used.input_tokens;
  for (const simdjson::dom::element item : models) {
    simdjson::dom::object one;
    bool wrong = false;
    if (item.get(one) != simdjson::SUCCESS) return;
    const auto reported = read_part(one, "usage", wrong);
    const auto used = reported ? read_openai_usage(*reported, wrong) : std::nullopt;
    if (!used) return;
    usage_part part;
    part.model = std::string(text_of(one, "model"));
    part.used = used->used;
    if (!tells_of_cache) {
      const std::int64_t input = part.used.input_total();
      const std::int64_t output = part.used.output_total();
      part.used = {};
      part.used.input_tokens = input;
      part.used.output_tokens = output;
    }
    if (report.used.reasoning_tokens == 0) part.used.reasoning_tokens = 0;
    for (const usage_kind& kind : usage_kinds)
      sum.*kind.count += part.used.*kind.count;
    parts.push_back(std::move(part));
  }
  if (sum == report.used) report.parts = std::move(parts);
}
}  // namespace

std::optional<usage_report> read_openai_report(simdjson::dom::object answer, bool& implausible) {
  const auto reported = find_openai_usage(answer, implausible);
  if (!reported) return std::nullopt;
  auto report = read_openai_usage(*reported, implausible);
  if (!report) return std::nullopt;
  report->model = std::string(text_of(answer, "model"));
  take_served_tier(text_of(answer, "service_tier"), *report);
  divide_by_model(answer, *report);
  return report;
}

namespace {
// Feeds the texts of a choice's message or delta.
void count_openai_message(std::int64_t choice, simdjson::dom::object message, text_sink& into) {
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
}  // namespace

void count_openai_choices(simdjson::dom::object answer, std::string_view member, text_sink& into) {
  simdjson::dom::array choices;
  if (answer["choices"].get(choices) != simdjson::SUCCESS) return;
  std::int64_t position = 0;
  for (const simdjson::dom::element item : choices) {
    simdjson::dom::object choice;
    simdjson::dom::object message;
    const std::int64_t place = position++;
    if (item.get(choice) != simdjson::SUCCESS) continue;
    std::int64_t index = place;
    if (choice["index"].get(index) != simdjson::SUCCESS) index = place;
    if (choice[member].get(message) == simdjson::SUCCESS)
      count_openai_message(index, message, into);
    into.feed(text_key{index, text_kind::content, 0}, text_of(choice, "text"));
  }
}

}  // namespace stint
