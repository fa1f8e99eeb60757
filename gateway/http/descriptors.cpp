// Tested by tests/gateway/http/descriptors_test.cpp and tests/end_to_end/descriptors_test.py.
#include "gateway/http/descriptors.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

#include <sys/resource.h>

namespace stint {
namespace {

// More would only spare a large ledger that its tables are opened again.
constexpr std::size_t store_files_most = 512;
constexpr std::size_t store_files_least = 32;
// What the store opens beside its tables (logs, what a compaction writes, a backup), 64 connections to the admin
// listener, the event loops, the files that are read at a reload.
constexpr std::size_t other_files = 192;
// A raised limit beyond this is of no use, and what walks all descriptors (fork, old libraries) is slow with it.
constexpr rlim_t raised_most = rlim_t{1} << 20;

std::atomic<int> kept_below{std::numeric_limits<int>::max()};

}  // namespace

descriptor_shares share_descriptors(std::size_t limit) noexcept {
  descriptor_shares shares;
  shares.limit = limit;
  shares.store_files_max = std::clamp(limit / 8, store_files_least, store_files_most);
  const std::size_t reserved = shares.store_files_max + other_files;
  // Where there are too few for everything, a quarter is for connections all the same.
  shares.connections_below = limit - std::min(reserved, limit - limit / 4);
  shares.clients_max = std::max<std::size_t>(1, shares.connections_below / 2);
  return shares;
}

descriptor_shares reserve_descriptors() noexcept {
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0) now.rlim_cur = now.rlim_max = 1'024;
  const rlim_t wanted = std::min(now.rlim_max, std::max(now.rlim_cur, raised_most));
  if (wanted > now.rlim_cur) {
    const rlimit raised{.rlim_cur = wanted, .rlim_max = now.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) now.rlim_cur = wanted;
  }
  const auto limit = static_cast<std::size_t>(
      std::min<rlim_t>(now.rlim_cur, static_cast<rlim_t>(std::numeric_limits<int>::max())));
  const descriptor_shares shares = share_descriptors(limit);
  kept_below.store(static_cast<int>(shares.connections_below), std::memory_order_relaxed);
  return shares;
}

bool may_keep(int descriptor) noexcept {
  return descriptor < kept_below.load(std::memory_order_relaxed);
}

}  // namespace stint
