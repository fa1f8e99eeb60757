// The process's descriptors, shared by whoever opens any: clients, providers, the store's files, the admin listener. The
// kernel gives out the lowest number that is free, so a number tells how many are in use; connections that would get one of
// the last are closed instead, and the store can always open its next file. Reserved once at start, before any thread;
// may_keep() is for any thread.
#pragma once

#include <cstddef>

namespace stint {

struct descriptor_shares {
  std::size_t limit = 0;              // of the process
  std::size_t store_files_max = 0;    // tables that the store keeps open
  std::size_t connections_below = 0;  // no connection, whoever it is to, has a number above
  std::size_t clients_max = 0;        // each may need one to a provider
};

// How a limit is divided.
[[nodiscard]] descriptor_shares share_descriptors(std::size_t limit) noexcept;

// Raises the process's limit to what it may raise it to, and reserves the last ones.
[[nodiscard]] descriptor_shares reserve_descriptors() noexcept;
// False: a connection with this number must be closed.
[[nodiscard]] bool may_keep(int descriptor) noexcept;

}  // namespace stint
