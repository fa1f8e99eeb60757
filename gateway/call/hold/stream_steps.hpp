// How far ahead of a stream its hold runs, and in which steps: what stream_hold keeps while it
// runs, and what worst_case plans for at its start.
#pragma once

#include <cstdint>

namespace stint::stream_steps {

// A smaller step asks the ledger more often than it saves.
inline constexpr std::int64_t usual_tokens_min = 32;
inline constexpr std::int64_t share = 4;  // of what is held
// So many bursts are wanted ahead; when one is left, the stream is cut.
inline constexpr std::int64_t wanted_bursts = 2;

}  // namespace stint::stream_steps
