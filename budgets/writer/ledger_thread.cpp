// Tested by tests/budgets/writer/ledger_thread_test.cpp.
#include "budgets/writer/ledger_thread.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <pthread.h>
#include <rocksdb/perf_level.h>

#include "budgets/books/query.hpp"
#include "budgets/writer/ledger_writer.hpp"
#include "budgets/writer/operation_queue.hpp"

namespace stint {

class ledger_thread::implementation {
 public:
  explicit implementation(ledger_options options)
      : caps_(std::make_shared<const std::vector<cap>>(options.caps)),
        queue_(options.queue_max),
        writer_(std::move(options)) {
    thread_ = std::thread([this] { run(); });
    // Shown by top and perf; at most 15 characters.
    (void)::pthread_setname_np(thread_.native_handle(), "stint-ledger");
  }
  ~implementation() {
    queue_.close();
    thread_.join();
  }
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

  [[nodiscard]] operation_queue& queue() noexcept { return queue_; }
  [[nodiscard]] cap_list caps() const noexcept { return caps_.load(); }
  void set_caps(std::vector<cap> caps) {
    caps_.store(std::make_shared<const std::vector<cap>>(std::move(caps)));
  }
  [[nodiscard]] std::mutex& one_reconfiguration() noexcept { return reconfiguring_; }
  [[nodiscard]] ledger_store::moment moment() const {
    return ledger_store::moment(writer_.store());
  }
  [[nodiscard]] const ledger_store& store() const noexcept { return writer_.store(); }
  // One group has been under way for longer than any disk takes that works.
  [[nodiscard]] bool hangs() const noexcept {
    const auto since = busy_since_.load(std::memory_order_relaxed);
    return since != idle && std::chrono::steady_clock::now() - since > hanging_after;
  }
  [[nodiscard]] ledger_health health() const {
    ledger_health result = writer_.health();
    result.queue_depth = queue_.depth();
    if (hangs()) {
      result.writable = false;
      result.hangs = true;
      result.last_error =
          "the disk has not answered for " + std::to_string(hanging_after.count()) + " s";
    }
    return result;
  }

 private:
  using steady_time = std::chrono::steady_clock::time_point;
  static constexpr steady_time idle = steady_time::min();
  static constexpr std::chrono::seconds hanging_after{10};

  // An allocation that fails here, where the gateway's reserve has been given up already, ends the
  // process, and is meant to: a group that was applied by half leaves figures in memory that are not
  // those on the log, and a cap that goes on from them is not hard. The next start reads what is on the
  // log, which is whole.
  void run() noexcept {
    // Waking must not take the core away from an io thread in the middle of its round: on a busy
    // core that would make a group, and two context switches, of every single operation. A
    // scheduler that refuses only costs speed.
    const sched_param unchanged{};
    (void)::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &unchanged);
    // RocksDB counts each comparison of keys for a statistic that nobody asks for.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    std::vector<operation> taken;
    while (queue_.take(taken, writer_.next_upkeep())) {
      busy_since_.store(std::chrono::steady_clock::now(), std::memory_order_relaxed);
      writer_.process(taken);
      taken.clear();
      const auto now = std::chrono::steady_clock::now();
      if (now >= writer_.next_upkeep()) writer_.upkeep(now);
      busy_since_.store(idle, std::memory_order_relaxed);
    }
    writer_.end_waiting();
    // What still waits for the storage gets one more chance; otherwise its holds are orphans of the
    // next start.
    if (!writer_.health().writable) writer_.upkeep(writer_.next_upkeep());
  }

  std::atomic<steady_time> busy_since_{idle};
  std::mutex reconfiguring_;
  std::atomic<cap_list> caps_;
  operation_queue queue_;
  ledger_writer writer_;
  std::thread thread_;
};

ledger_thread::ledger_thread(ledger_options options)
    : implementation_(std::make_unique<implementation>(std::move(options))) {}
ledger_thread::~ledger_thread() = default;

void ledger_thread::hold(hold_request request, completion<admission> answer) {
  const auto patience = request.patience;
  operation what = hold_operation{.request = std::make_unique<hold_request>(std::move(request)),
                                  .answer = std::move(answer),
                                  .wait_until = {}};
  auto& entry = std::get<hold_operation>(what);
  if (patience.count() > 0) entry.wait_until = std::chrono::steady_clock::now() + patience;
  // Nobody is to wait for a disk that hangs, and what waits for it already is enough.
  if (!implementation_->hangs() && implementation_->queue().push(std::move(what))) return;
  admission refused;
  refused.refused.emplace().reason = refusal_reason::storage_unavailable;
  std::get<hold_operation>(what).answer(std::move(refused));
}

void ledger_thread::extend(hold_extension what, completion<extension> answer) {
  operation entry = extend_operation{.what = std::move(what), .answer = std::move(answer)};
  if (implementation_->queue().push_unbounded(std::move(entry))) return;
  std::get<extend_operation>(entry).answer(extension{});
}

void ledger_thread::abandon(const call_id& id) {
  (void)implementation_->queue().push_unbounded(abandon_operation{.id = id});
}

void ledger_thread::note_progress(progress_note note) {
  (void)implementation_->queue().push(std::move(note));
}

void ledger_thread::settle(settlement what, completion<settled> answer) {
  operation entry = settle_operation{.what = std::move(what), .answer = std::move(answer)};
  if (implementation_->queue().push_unbounded(std::move(entry))) return;
  std::get<settle_operation>(entry).answer(settled{});
}

void ledger_thread::record(ledger_row row, completion<settled> answer) {
  operation entry = record_operation{.row = std::move(row), .answer = std::move(answer)};
  if (implementation_->queue().push_unbounded(std::move(entry))) return;
  std::get<record_operation>(entry).answer(settled{});
}

void ledger_thread::standings(completion<std::vector<cap_standing>> answer) {
  auto told = [answer = std::move(answer)](listed_standings all) mutable {
    answer(std::move(all.list));
  };
  fullest_standings(standings_walk::all, std::move(told));
}

void ledger_thread::fullest_standings(std::size_t count_max, completion<listed_standings> answer) {
  operation entry = standings_operation{.count_max = count_max, .answer = std::move(answer)};
  if (implementation_->queue().push(std::move(entry))) return;
  std::get<standings_operation>(entry).answer({});
}

namespace {

// Longer than a group takes on any disk that works, and than those before it.
constexpr std::chrono::seconds ask_patience{30};

// Waits for the ledger's thread; `refused` when it takes no more operations, or hangs: then it may still do what it was
// asked, later, and nobody hears of it.
template <class Operation, class Answer>
[[nodiscard]] Answer ask(operation_queue& queue, Operation what, Answer refused) {
  const auto told = std::make_shared<std::promise<Answer>>();
  what.answer = [told](Answer answer) { told->set_value(std::move(answer)); };
  operation entry = std::move(what);
  if (!queue.push_unbounded(std::move(entry))) return refused;
  auto answer = told->get_future();
  if (answer.wait_for(ask_patience) != std::future_status::ready) return refused;
  return answer.get();
}

}  // namespace

reconfiguration ledger_thread::reconfigure(std::vector<cap> caps, signature by) {
  const std::lock_guard alone(implementation_->one_reconfiguration());
  auto& queue = implementation_->queue();
  auto begun = ask(queue, reconfigure_operation{.caps = caps, .by = std::move(by), .answer = {}},
                   reconfigured{});
  if (begun.in_force) implementation_->set_caps(std::move(caps));
  if (!begun.recorded) {
    return {.in_force = begun.in_force,
            .recorded = false,
            .problem = "the storage takes no data",
            .incomplete = {}};
  }
  reconfiguration result{.in_force = true, .recorded = true, .problem = {}, .incomplete = {}};
  if (begun.unread.empty()) return result;
  try {
    auto histories = read_histories(*begun.as_of, begun.unread);
    begun.as_of.reset();
    for (std::size_t i = 0; i < histories.size(); ++i) {
      if (!histories[i].complete) result.incomplete.push_back(begun.unread[i].definition.name);
    }
    result.recorded =
        ask(queue, history_operation{.histories = std::move(histories), .answer = {}}, false);
    if (!result.recorded) result.problem = "the storage takes no data";
  } catch (const std::runtime_error& unreadable) {
    begun.as_of.reset();
    result.recorded = false;
    result.problem = unreadable.what();
    // Until they are told a history, the caps let nobody in.
    std::vector<cap_history> none;
    for (const unread_cap& each : begun.unread) {
      none.push_back(
          {.number = each.number, .start = each.window.start, .counters = {}, .complete = false});
    }
    (void)ask(queue, history_operation{.histories = std::move(none), .answer = {}}, false);
  }
  return result;
}

ledger_thread::cap_list ledger_thread::caps() const noexcept {
  return implementation_->caps();
}

void ledger_thread::adjust(adjustment_order order, completion<adjusted> answer) {
  operation entry = adjust_operation{.order = std::move(order), .answer = std::move(answer)};
  if (implementation_->queue().push(std::move(entry))) return;
  std::get<adjust_operation>(entry).answer(
      {.refused = adjustment_refusal::storage_unavailable, .made = {}, .limits_before = {}});
}

std::vector<adjustment> ledger_thread::adjustments(std::size_t limit) const {
  return query_adjustments(implementation_->moment(), limit);
}

void ledger_thread::amend(amendment_order order, completion<amended> answer) {
  operation entry = amend_operation{.order = std::move(order), .answer = std::move(answer)};
  if (implementation_->queue().push(std::move(entry))) return;
  std::get<amend_operation>(entry).answer(
      {.refused = amendment_refusal::storage_unavailable, .row = {}});
}

std::vector<audit_record> ledger_thread::audits(std::size_t limit) const {
  return query_audits(implementation_->moment(), limit);
}

std::vector<audit_record> ledger_thread::audits_after(std::uint64_t number,
                                                      std::size_t limit) const {
  return query_audits_after(implementation_->moment(), number, limit);
}

void ledger_thread::put_key(stored_key key, audit_record audit, completion<bool> answer) {
  operation entry =
      key_operation{.key = std::move(key), .audit = std::move(audit), .answer = std::move(answer)};
  if (implementation_->queue().push(std::move(entry))) return;
  std::get<key_operation>(entry).answer(false);
}

std::vector<stored_key> ledger_thread::load_keys() const {
  return query_keys(implementation_->moment());
}

void ledger_thread::note_answer(stored_answer put, std::string forgotten) {
  (void)implementation_->queue().push(
      answer_note{.put = std::move(put), .forgotten = std::move(forgotten)});
}

std::vector<stored_answer> ledger_thread::load_answers() const {
  return query_answers(implementation_->moment());
}

std::vector<rollup_line> ledger_thread::spend(const rollup_query& query) const {
  return query_spend(implementation_->moment(), query);
}

std::vector<ledger_row> ledger_thread::rows(const row_query& query) const {
  return query_rows(implementation_->moment(), query);
}

row_page ledger_thread::page(const row_query& query) const {
  return query_page(implementation_->moment(), query);
}

std::optional<ledger_row> ledger_thread::row(const call_id& id) const {
  return query_row(implementation_->moment(), id);
}

books_proof ledger_thread::prove(work_progress& progress) const {
  const auto caps = implementation_->caps();
  return prove_books(implementation_->moment(), *caps, progress);
}

std::vector<std::string> ledger_thread::verify() const {
  work_progress unwatched;
  return prove(unwatched).findings;
}

backup_summary ledger_thread::backup(const std::string& directory, work_progress& progress) const {
  return implementation_->store().backup(directory, progress);
}

ledger_health ledger_thread::health() const {
  return implementation_->health();
}

}  // namespace stint
