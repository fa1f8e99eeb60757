// Tested by tests/pricing/usage_test.cpp.
#include "pricing/usage.hpp"

namespace stint {

bool plausible(const usage& used) noexcept {
  const std::int64_t counts[] = {
      used.input_tokens,          used.cached_input_tokens, used.cache_write_5m_tokens,
      used.cache_write_1h_tokens, used.audio_input_tokens,  used.output_tokens,
      used.reasoning_tokens,      used.audio_output_tokens, used.web_searches};
  for (const std::int64_t count : counts) {
    if (count < 0 || count > usage_count_max) return false;
  }
  return used.reasoning_tokens <= used.output_tokens;
}

}  // namespace stint
