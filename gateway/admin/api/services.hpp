// What the admin API works on. All of it outlives the admin server and may be used from any thread,
// save that keys are changed by one request at a time.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

#include "budgets/writer/ledger_thread.hpp"
#include "gateway/admin/api/request.hpp"
#include "gateway/config/config.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/metrics/metrics.hpp"
#include "pricing/current_prices.hpp"

namespace stint {

// Work over the whole ledger: one at a time of each kind, watched from outside.
struct long_work {
  std::mutex alone;
  work_progress progress;
};

struct admin_services {
  const config& settings;
  const current_prices& prices;
  ledger_thread& ledger;
  stint::metrics& metrics;
  key_ring& keys;
  std::function<bool()> ready;  // false while draining
  std::mutex keys_change;       // held from reading a key to having stored it
  long_work verification;
  long_work backup;
};

using admin_handler = admin_answer (*)(const admin_request& request, admin_services& services);

// Waits for the ledger thread from a worker thread; nothing when it does not answer in time.
// enqueue(completion) must call one of ledger_thread's operations with that completion.
template <typename Answer, typename Enqueue>
[[nodiscard]] std::optional<Answer> wait_for_answer(Enqueue enqueue) {
  constexpr std::chrono::seconds longest{10};
  const auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  enqueue([promise](Answer value) { promise->set_value(std::move(value)); });
  if (answer.wait_for(longest) != std::future_status::ready) return std::nullopt;
  return answer.get();
}

}  // namespace stint
