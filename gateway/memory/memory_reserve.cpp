// Tested by tests/gateway/memory/memory_budget_test.cpp.
#include "gateway/memory/memory_reserve.hpp"

#include <atomic>
#include <new>

#include <sys/mman.h>

namespace stint {

namespace {
constexpr std::size_t reserved_bytes = 1024 * 1024;
std::atomic<void*> reserved{nullptr};

// Straight from the system and back to it, so that any thread's next allocation finds it.
void* take_from_system() noexcept {
  void* const block =
      ::mmap(nullptr, reserved_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return block == MAP_FAILED ? nullptr : block;
}

void give_up_reserve() {
  void* const block = reserved.exchange(nullptr);
  if (block == nullptr) throw std::bad_alloc();
  (void)::munmap(block, reserved_bytes);
}
}  // namespace

void restore_memory_reserve() noexcept {
  if (reserved.load() != nullptr) return;
  void* const block = take_from_system();
  void* nothing = nullptr;
  if (block != nullptr && !reserved.compare_exchange_strong(nothing, block))
    (void)::munmap(block, reserved_bytes);
}

void keep_memory_reserve() {
  restore_memory_reserve();
  std::set_new_handler(give_up_reserve);
}

}  // namespace stint
