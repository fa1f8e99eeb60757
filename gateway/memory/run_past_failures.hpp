// Runs an event loop to its end, past what could not be had in the middle of starting to read, write or
// accept: memory, or a thread. What wanted it has ended with it, and nothing else does. On the loop's own
// thread.
#pragma once

#include <boost/asio/io_context.hpp>

#include "gateway/memory/memory_reserve.hpp"

namespace stint {

// Any exception but a `Failure` comes through. After each one mend() is called before the loop goes on;
// it may fail in the same way, and is called again then.
template <typename Failure, typename Mend>
void run_past_failures(boost::asio::io_context& loop, Mend mend) {
  for (bool is_whole = true;;) {
    try {
      if (!is_whole) mend();
      is_whole = true;
      loop.run();
      return;
    } catch (const Failure&) {
      is_whole = false;
      restore_memory_reserve();
    }
  }
}

}  // namespace stint
