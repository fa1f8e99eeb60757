// What one call used, by the kinds that are billed differently. The input kinds are disjoint: a
// provider that reports cached tokens as a subset of its prompt total (OpenAI) is normalised when
// its report is read, never here. Thread-safe: plain values.
#pragma once

#include <cstdint>

namespace stint {

struct usage {
  // Text and image input that was neither read from nor written to a cache.
  std::int64_t input_tokens = 0;
  std::int64_t cached_input_tokens = 0;  // read from the provider's prompt cache
  // Written to the cache at its default life (Anthropic: 5 minutes).
  std::int64_t cache_write_5m_tokens = 0;
  std::int64_t cache_write_1h_tokens = 0;  // written for one hour (Anthropic)
  std::int64_t audio_input_tokens = 0;
  std::int64_t output_tokens = 0;     // all generated text, reasoning included, audio not
  std::int64_t reasoning_tokens = 0;  // the hidden part of output_tokens: shown, never billed again
  std::int64_t audio_output_tokens = 0;
  std::int64_t web_searches = 0;  // calls of the provider's own search tool, billed per call

  [[nodiscard]] constexpr std::int64_t input_total() const noexcept {
    return input_tokens + cached_input_tokens + cache_write_5m_tokens + cache_write_1h_tokens +
           audio_input_tokens;
  }
  [[nodiscard]] constexpr std::int64_t output_total() const noexcept {
    return output_tokens + audio_output_tokens;
  }
  [[nodiscard]] constexpr std::int64_t total() const noexcept {
    return input_total() + output_total();
  }
  constexpr bool operator==(const usage&) const noexcept = default;
};

// No single count may pass this; a provider's report beyond it is taken as garbage. It keeps every
// sum and product of a call far inside 64 and 128 bits.
inline constexpr std::int64_t usage_count_max = 1'000'000'000;

// True when no count is negative or above usage_count_max and reasoning fits in output.
[[nodiscard]] bool plausible(const usage& used) noexcept;

}  // namespace stint
