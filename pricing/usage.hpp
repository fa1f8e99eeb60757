// What one call used, by the kinds that are billed differently. The input kinds are disjoint: a
// provider that reports cached tokens as a subset of its prompt total (OpenAI) is normalised when
// its report is read, never here. Thread-safe: plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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
  // Written to the cache for twelve hours (OpenAI Responses).
  std::int64_t cache_write_12h_tokens = 0;
  std::int64_t images = 0;              // generated, where each is billed
  std::int64_t media_milliseconds = 0;  // of audio or video, where its length is billed
  std::int64_t characters = 0;          // of text, where they are billed (speech)
  std::int64_t requests = 0;            // billed per request, whatever it used
  std::int64_t pages = 0;               // of documents, where each is billed

  [[nodiscard]] constexpr std::int64_t input_total() const noexcept {
    return input_tokens + cached_input_tokens + cache_write_5m_tokens + cache_write_1h_tokens +
           cache_write_12h_tokens + audio_input_tokens;
  }
  [[nodiscard]] constexpr std::int64_t output_total() const noexcept {
    return output_tokens + audio_output_tokens;
  }
  [[nodiscard]] constexpr std::int64_t total() const noexcept {
    return input_total() + output_total();
  }
  constexpr bool operator==(const usage&) const noexcept = default;
};

struct usage_kind {
  std::string_view name;  // in JSON and exports
  std::int64_t usage::*count;
};

// Every kind once. Its place in this list is its number on disk: new kinds are added at the end.
inline constexpr std::array usage_kinds = {
    usage_kind{"input_tokens", &usage::input_tokens},
    usage_kind{"cached_input_tokens", &usage::cached_input_tokens},
    usage_kind{"cache_write_5m_tokens", &usage::cache_write_5m_tokens},
    usage_kind{"cache_write_1h_tokens", &usage::cache_write_1h_tokens},
    usage_kind{"audio_input_tokens", &usage::audio_input_tokens},
    usage_kind{"output_tokens", &usage::output_tokens},
    usage_kind{"reasoning_tokens", &usage::reasoning_tokens},
    usage_kind{"audio_output_tokens", &usage::audio_output_tokens},
    usage_kind{"web_searches", &usage::web_searches},
    usage_kind{"cache_write_12h_tokens", &usage::cache_write_12h_tokens},
    usage_kind{"images", &usage::images},
    usage_kind{"media_milliseconds", &usage::media_milliseconds},
    usage_kind{"characters", &usage::characters},
    usage_kind{"requests", &usage::requests},
    usage_kind{"pages", &usage::pages},
};
static_assert(sizeof(usage) == usage_kinds.size() * sizeof(std::int64_t));

// What must be added to `from` for it to be `to`.
[[nodiscard]] usage difference(const usage& from, const usage& to) noexcept;

// No single count may pass this; a provider's report beyond it is taken as garbage. It keeps every
// sum and product of a call far inside 64 and 128 bits.
inline constexpr std::int64_t usage_count_max = 1'000'000'000;

// True when no count is negative or above usage_count_max and reasoning fits in output.
[[nodiscard]] bool plausible(const usage& used) noexcept;

}  // namespace stint
