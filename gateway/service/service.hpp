// What every request needs, and who owns it: one `service` for the process, one `thread_context`
// for each io thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "budgets/writer/ledger_thread.hpp"
#include "gateway/answers/kept_answers.hpp"
#include "gateway/config/config.hpp"
#include "gateway/http/deadline_watch.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/learning/output_learner.hpp"
#include "gateway/learning/prompt_learner.hpp"
#include "gateway/memory/memory_budget.hpp"
#include "gateway/metrics/metrics.hpp"
#include "gateway/upstream/pool.hpp"
#include "gateway/upstream/usage_refusals.hpp"
#include "pricing/current_prices.hpp"
#include "pricing/price_book.hpp"
#include "pricing/wall_time.hpp"
#include "tokenizer/prompt/segment_memo.hpp"

namespace stint {

// Immutable or thread-safe, shared by all io threads; outlives them.
struct service {
  const config& settings;
  const current_prices& prices;  // a call takes them once, and keeps them
  std::optional<price> ceiling;  // what an unknown model is charged, with unknown_model: ceiling
  const key_ring& keys;
  ledger_thread& ledger;
  stint::metrics& metrics;
  prompt_learner& learned;      // how models whose tokenizer is not public count
  output_learner& outputs;      // how much is generated
  asio::thread_pool& counting;  // large prompts are counted here, so that they hold up nobody else
  std::atomic<bool> draining{false};  // no new calls; those that are here may finish
  std::atomic<bool> closing{false};   // all are cut: what is not forwarded yet never will be
  std::atomic<std::size_t> connections{0};
  memory_budget memory{};                         // of bodies and answers in flight
  tokenizer::segment_memo* remembered = nullptr;  // counts of earlier texts; null: none are kept
  kept_answers* kept = nullptr;                   // that providers keep; null: none are known
  usage_refusals usage_refused{};  // where the usage of streams is not to be asked for
};

// Everything one io thread owns. A connection never leaves its thread, so nothing here is locked.
class thread_context {
 public:
  thread_context(service& shared, asio::io_context& context);

  [[nodiscard]] service& shared() noexcept { return shared_; }
  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] deadline_watch& watch() noexcept { return watch_; }
  // The last that is done here: no call is left.
  void stop() noexcept;
  [[nodiscard]] upstream_pool& pool_of(const provider_config& provider) noexcept;
  [[nodiscard]] call_id next_id(wall_time now) noexcept;

 private:
  service& shared_;
  asio::io_context& context_;
  deadline_watch watch_;
  std::vector<std::unique_ptr<asio::ssl::context>> tls_;  // parallel to settings.providers
  std::vector<std::unique_ptr<upstream_pool>> pools_;
  std::mt19937_64 random_;
};

}  // namespace stint
