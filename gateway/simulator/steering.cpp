// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/steering.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/simulator/options.hpp"

namespace stint {

namespace {

bool read_number(std::string_view text, std::int64_t max, std::int64_t& into) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > max)
    return false;
  into = value;
  return true;
}

constexpr std::pair<std::string_view, simulated_fault> fault_words[] = {
    {"none", simulated_fault::none},       {"stall", simulated_fault::stall},
    {"reset", simulated_fault::reset},     {"truncate", simulated_fault::truncate},
    {"garbage", simulated_fault::garbage}, {"bad_chunk", simulated_fault::bad_chunk}};

constexpr std::pair<std::string_view, simulated_usage> usage_words[] = {
    {"reported", simulated_usage::reported},
    {"missing", simulated_usage::missing},
    {"negative", simulated_usage::negative},
    {"huge", simulated_usage::huge},
    {"repeated", simulated_usage::repeated}};

template <typename Choice, std::size_t count>
bool read_choice(const std::pair<std::string_view, Choice> (&words)[count], std::string_view word,
                 Choice& into) {
  for (const auto& [name, choice] : words) {
    if (name == word) {
      into = choice;
      return true;
    }
  }
  return false;
}

bool apply_tokenizer(steering& how, std::string_view key, std::int64_t number) {
  private_tokenizer by = how.counts_by.value_or(private_tokenizer{});
  bool known = false;
  for (std::size_t i = 0; i < by.permille.size(); ++i) {
    if (key != to_string(static_cast<tokenizer::content_class>(i))) continue;
    by.permille[i] = number;
    known = true;
  }
  if (key == "base") by.base = number;
  if (key == "per_tool") by.per_tool = number;
  known = known || key == "base" || key == "per_tool";
  if (known) how.counts_by = by;
  return known;
}

bool apply(steering& how, std::string_view key, std::string_view value) {
  constexpr std::int64_t tokens_max = 10'000'000;
  constexpr std::int64_t delay_max_ms = 3'600'000;
  std::int64_t number = 0;
  if (key == "fault") return read_choice(fault_words, value, how.fault);
  if (key == "usage") return read_choice(usage_words, value, how.usage);
  if (key == "tier") {
    constexpr std::size_t tier_bytes_max = 32;
    how.tier = value.substr(0, tier_bytes_max);
    return value.size() <= tier_bytes_max;
  }
  if (key == "status") {
    if (!read_number(value, 599, number) || number < 200) return false;
    how.status = static_cast<int>(number);
    return true;
  }
  if (key == "delay_first_ms" || key == "delay_ms") {
    if (!read_number(value, delay_max_ms, number)) return false;
    (key == "delay_ms" ? how.delay_ms : how.delay_first_ms) = number;
    return true;
  }
  if (!read_number(value, tokens_max, number)) return false;
  if (key == "tokens") {
    how.tokens = number;
  } else if (key == "after_bytes") {
    how.after_bytes = number;
  } else if (key == "cached") {
    how.cached = number;
  } else if (key == "cache_write") {
    how.cache_write = number;
  } else if (key == "reasoning") {
    how.reasoning = number;
  } else if (key == "searches") {
    how.searches = std::min<std::int64_t>(number, 100);
  } else if (key == "piece_bytes") {
    how.piece_bytes = number;
  } else if (key == "tool") {
    how.tool = number != 0;
  } else {
    return apply_tokenizer(how, key, number);
  }
  return true;
}

}  // namespace

std::string_view simulated_base_model(std::string_view model) noexcept {
  if (model.starts_with(simulated_model_prefix))
    return model.substr(0, model.find(simulated_steering_mark));
  if (model.starts_with(simulated_path_prefix))
    return model.substr(0, model.find(simulated_path_mark));
  return model;
}

steering_result read_steering(std::string_view model, const boost::beast::http::fields& head) {
  steering_result read;
  const auto take = [&read](std::string_view key, std::string_view value) {
    if (apply(read.how, key, value) || !read.mistake.empty()) return;
    read.mistake.append("cannot be steered by ").append(key).append("=").append(value);
  };
  std::string_view words = model.substr(simulated_base_model(model).size());
  if (!words.empty()) words.remove_prefix(1);
  while (!words.empty()) {
    const char between = model.starts_with(simulated_path_prefix) ? simulated_path_mark : '&';
    const std::string_view word = words.substr(0, words.find(between));
    words.remove_prefix(word.size() == words.size() ? word.size() : word.size() + 1);
    const std::size_t equals = word.find('=');
    take(word.substr(0, equals),
         equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1));
  }
  constexpr std::string_view header_prefix = "x-sim-";
  for (const auto& field : head) {
    const std::string_view name(field.name_string().data(), field.name_string().size());
    if (name.size() <= header_prefix.size()) continue;
    std::string key;
    for (const char c : name)
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : (c == '-' ? '_' : c);
    if (!key.starts_with("x_sim_")) continue;
    take(std::string_view(key).substr(header_prefix.size()),
         std::string_view(field.value().data(), field.value().size()));
  }
  return read;
}

}  // namespace stint
