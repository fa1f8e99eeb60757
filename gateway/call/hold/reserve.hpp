// Asks the ledger to hold what a call may cost, before anything of it leaves for a provider. Knows
// nothing of sockets. Belongs to the call's io thread.
#pragma once

#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "budgets/writer/ledger_thread.hpp"
#include "gateway/call/hold/worst_case.hpp"
#include "gateway/config/config.hpp"
#include "gateway/http/client_presence.hpp"
#include "gateway/metrics/metrics.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Whom is asked, who asks, and where the answer is awaited. All outlives the call.
struct asking_call {
  ledger_thread& ledger;
  const config& settings;
  metrics& counts;
  boost::asio::thread_pool& counting;
  boost::asio::io_context& home;
  client_presence& client;
};

// A hold that was asked for and that no held_call resolves yet. Where there is never to be one, because
// memory ran out in between, the hold is given back: nothing of the call was forwarded.
class unowned_hold {
 public:
  unowned_hold(ledger_thread& ledger, metrics& counts, const call_id& id) noexcept
      : ledger_(ledger), counts_(counts), id_(id) {}
  ~unowned_hold();
  unowned_hold(const unowned_hold&) = delete;
  unowned_hold& operator=(const unowned_hold&) = delete;

  // Somebody resolves it, or it was refused.
  void is_cared_for() noexcept { is_cared_for_ = true; }

 private:
  ledger_thread& ledger_;
  metrics& counts_;
  const call_id id_;
  bool is_cared_for_ = false;
};

// Waits until the hold is on the log, or a problem that says which cap refused it. While only
// others' holds stand in the way it waits in line, as long as the client is there. `asked` is the
// whole hold: what a call that is not metered takes.
[[nodiscard]] boost::asio::awaitable<result<admission>> reserve(asking_call who,
                                                                hold_request asked);

// The same for a metered call. Cheap admission: a prompt that is not counted yet is held at its byte
// bound, if that leaves ample room (admission.uncounted_room_share). Otherwise it is counted first,
// and `worst` is the exact hold then. A client that has left by then is not admitted.
[[nodiscard]] boost::asio::awaitable<result<admission>> reserve_metered(asking_call who,
                                                                        examined_call& call,
                                                                        hold_request& worst);

// Where the bound on the output had to be lowered to fit, the body to forward tells the provider.
// Copies that body, so only when the hold has an owner. `body` is the client's.
void obey_bound(const dialect& speaks, std::string_view body, examined_call& call,
                const admission& admitted);

// Leaves a flagged row of a call that was refused for want of a price, so that finance can find it.
// Does not wait.
void record_refused(ledger_thread& ledger, const hold_request& asked, int status);

}  // namespace stint
