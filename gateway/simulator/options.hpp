// What can be set of the simulated provider, and by which names it goes. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace stint {

// As a provider of the gateway that it is built into, and what the names of its models begin with.
inline constexpr std::string_view simulated_provider_name = "sim";
inline constexpr std::string_view simulated_model_prefix = "sim/";
// The same where a path holds the model, in which a slash has a meaning of its own.
inline constexpr std::string_view simulated_path_prefix = "sim-";
// The APIs that it speaks, by the names of the gateway's dialects.
inline constexpr std::array<std::string_view, 4> simulated_dialects = {"openai", "anthropic",
                                                                       "responses", "gemini"};
// Of its models, those that lists name: what can be tried without any provider's key.
inline constexpr std::array<std::string_view, 4> simulated_models = {
    "sim/claude-sonnet-4-5", "sim/gpt-4o", "sim/gpt-4o-mini", "sim/text-embedding-3-small"};
// In a model's name: what follows steers the call, see steering.hpp. In a path '?' begins the query, and '&'
// is not sent as it is by every client: '~' stands for both there.
inline constexpr char simulated_steering_mark = '?';
inline constexpr char simulated_path_mark = '~';
inline constexpr std::string_view simulated_steering_marks = "?~";

enum class output_length : std::uint8_t { fixed, bound, log_normal };

struct simulation {
  bool enabled = true;
  // Its calls have counters, caps and sums of their own, instead of standing in those of the others.
  bool apart = false;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  output_length length = output_length::fixed;
  std::int64_t fixed_tokens = 32;  // also the median of log_normal
  double log_normal_sigma = 0.8;
  std::uint64_t seed = 1;
  std::int64_t first_token_delay_ms = 0;
  std::int64_t token_delay_ms = 0;
};

}  // namespace stint
