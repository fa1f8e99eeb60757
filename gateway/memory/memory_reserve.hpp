// A megabyte that is kept for when memory runs out: the first allocation that fails gives it up and is
// tried again, so that what must not fail in the middle, the settling of calls, finds the little that it
// needs, while the large one that was too much fails and is refused. Any thread.
#pragma once

namespace stint {

// From now on, for the whole process.
void keep_memory_reserve();
// After an allocation has failed: kept again, if there is room by now.
void restore_memory_reserve() noexcept;

}  // namespace stint
