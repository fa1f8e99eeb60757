// Whether the client of a call is still there, for steps that must know and have no business with
// its socket. `watched` (deadline_watch.hpp) is the real one; tests bring their own. Belongs to the
// connection's io thread.
#pragma once

#include <chrono>
#include <functional>

namespace stint {

// Deadlines and durations; wall time is for windows and records only.
using monotonic = std::chrono::steady_clock;

class client_presence {
 public:
  client_presence() = default;
  virtual ~client_presence() = default;
  client_presence(const client_presence&) = delete;
  client_presence& operator=(const client_presence&) = delete;

  [[nodiscard]] virtual bool client_gone() const noexcept = 0;
  // Closed by us at shutdown, whatever it was doing.
  [[nodiscard]] virtual bool cut() const noexcept = 0;
  // Notices now, not at the next sweep, that the client has gone.
  virtual void look_for_client() noexcept = 0;

  // From now on the client's going, or the end of the gateway, runs `when_gone` once. It must not
  // end this connection. A half-close counts as going, as Envoy has it.
  virtual void watch_client(std::function<void()> when_gone) noexcept = 0;
  // While the client does not take what is written to it, `while_slow` is told at every sweep for
  // how long that has been. It must not end this connection.
  virtual void watch_writes(std::function<void(monotonic::duration)> while_slow) noexcept = 0;
  virtual void unwatch_client() noexcept = 0;
};

}  // namespace stint
