// How much a provider may have generated of an answer whose end nobody saw. What it bills of that is
// not known, and must not be found missing: it is charged, up to what the call held. Pure.
#pragma once

#include <chrono>
#include <cstdint>

namespace stint {

struct unseen_output {
  std::int64_t held_tokens = 0;  // of output; nothing above was ever promised to a cap
  std::int64_t seen_tokens = 0;  // as they are billed
  // Beyond those, on its way or generated before the provider notices that we hung up.
  std::int64_t ahead_tokens = 0;
  // False: it goes on to its end whoever listens. A call that does not stream always does.
  bool stops_at_hang_up = false;
  // What is generated need not be seen in the stream: then only time bounds it, whatever comes at
  // once when it is seen.
  bool hides_output = false;
  std::chrono::steady_clock::duration since_forwarded{};
  std::int64_t tokens_per_second = 0;  // the fastest that was seen of the model
};

[[nodiscard]] std::int64_t most_generated(const unseen_output& of) noexcept;

}  // namespace stint
