// Tested by tests/gateway/service/memory_budget_test.cpp.
#include "gateway/service/memory_reserve.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace stint {

namespace {
// Large enough that the C library gives it back to the system at once.
constexpr std::size_t reserved_bytes = 1024 * 1024;
std::atomic<void*> reserved{nullptr};

void give_up_reserve() {
  void* const block = reserved.exchange(nullptr);
  if (block == nullptr) throw std::bad_alloc();
  std::free(block);
}
}  // namespace

void restore_memory_reserve() noexcept {
  if (reserved.load() != nullptr) return;
  void* const block = std::malloc(reserved_bytes);
  void* nothing = nullptr;
  if (block != nullptr && !reserved.compare_exchange_strong(nothing, block)) std::free(block);
}

void keep_memory_reserve() {
  restore_memory_reserve();
  std::set_new_handler(give_up_reserve);
}

}  // namespace stint
