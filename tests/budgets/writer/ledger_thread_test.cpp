// The ledger as the gateway uses it: many threads, one writer.
#include "budgets/writer/ledger_thread.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/alert.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/store/failing_file_system.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_thread_suite)

namespace {

struct fixture {
  scratch_directory scratch;
  failing_environment failing;
  std::vector<cap> caps{usd_cap("ever", 1'000, window_kind::forever)};

  [[nodiscard]] ledger_options options() {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    result.environment = failing.get();
    return result;
  }
};

template <class Answer, class Ask>
[[nodiscard]] Answer answer_of(Ask&& ask) {
  std::promise<Answer> promise;
  auto future = promise.get_future();
  ask(completion<Answer>([&promise](Answer answer) { promise.set_value(std::move(answer)); }));
  return future.get();
}

[[nodiscard]] admission hold(ledger_thread& books, hold_request request) {
  return answer_of<admission>(
      [&](completion<admission> answer) { books.hold(std::move(request), std::move(answer)); });
}

[[nodiscard]] settled settle(ledger_thread& books, settlement what) {
  return answer_of<settled>(
      [&](completion<settled> answer) { books.settle(std::move(what), std::move(answer)); });
}

[[nodiscard]] std::vector<cap_standing> standings(ledger_thread& books) {
  return answer_of<std::vector<cap_standing>>(
      [&](completion<std::vector<cap_standing>> answer) { books.standings(std::move(answer)); });
}

// Waits for what another thread brings about; the deadline only ends a test that has failed.
template <class Condition>
[[nodiscard]] bool eventually(Condition&& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_call_is_held_settled_and_found_again, fixture) {
  ledger_thread books(options());
  BOOST_TEST(!hold(books, hold_of(1, 100)).refused);
  BOOST_TEST(books.health().holds_active == 1U);
  BOOST_TEST(settle(books, settle_of(numbered_id(1), 40)).recorded);
  BOOST_TEST(books.rows({}).size() == 1U);
  BOOST_TEST(books.spend({}).front().sums.cost.count() == 40);
  BOOST_TEST(find_standing(standings(books), "ever")->used == 40);
  BOOST_TEST(books.verify().empty());
  BOOST_TEST(books.health().holds_active == 0U);
  BOOST_TEST(books.health().groups >= 2U);
}

// 32 threads fight for one cap. Whoever adds up the answers, in the order in which they are given,
// must never see more than the limit; and in the end the books agree with what every thread was
// told.
BOOST_FIXTURE_TEST_CASE(no_interleaving_takes_a_cap_over_its_limit, fixture) {
  constexpr int threads = 32;
  constexpr std::uint64_t calls_each = 200;
  constexpr std::int64_t limit = 20'000;
  caps = {usd_cap("ever", limit, window_kind::forever)};
  ledger_thread books(options());
  // Only touched in answers, that is on the ledger thread.
  std::int64_t occupied = 0;
  std::int64_t occupied_max = 0;
  std::atomic<std::int64_t> posted = 0;
  std::atomic<int> refused = 0;
  const auto run = [&](std::uint64_t first) {
    for (std::uint64_t i = first; i < first + calls_each; ++i) {
      const auto amount = static_cast<std::int64_t>(i % 13 + 1);
      std::promise<bool> admitted;
      books.hold(hold_of(i, amount), [&](admission answer) {
        if (!answer.refused) occupied += amount;
        occupied_max = std::max(occupied_max, occupied);
        admitted.set_value(!answer.refused);
      });
      if (!admitted.get_future().get()) {
        ++refused;
        continue;
      }
      const std::int64_t used = amount / 2;
      std::promise<void> done;
      books.settle(settle_of(numbered_id(i), used), [&](settled answer) {
        if (answer.recorded) occupied -= amount - used;
        done.set_value();
      });
      done.get_future().get();
      posted += used;
    }
  };
  {
    std::vector<std::jthread> pool;
    for (int t = 0; t < threads; ++t)
      pool.emplace_back(run, static_cast<std::uint64_t>(t) * calls_each + 1);
  }
  BOOST_TEST(occupied_max <= limit);
  const auto all = standings(books);
  BOOST_TEST(find_standing(all, "ever")->used == posted.load());
  BOOST_TEST(find_standing(all, "ever")->held == 0);
  BOOST_TEST(occupied == posted.load());
  BOOST_TEST(refused.load() > 0);
  BOOST_TEST(books.verify().empty());
}

BOOST_FIXTURE_TEST_CASE(a_full_queue_refuses_holds_and_never_a_settlement, fixture) {
  auto none = options();
  none.queue_max = 0;
  ledger_thread books(none);
  const auto answer = hold(books, hold_of(1, 1));
  BOOST_REQUIRE(answer.refused);
  BOOST_TEST((answer.refused->reason == refusal_reason::storage_unavailable));
  BOOST_TEST(!settle(books, settle_of(numbered_id(1), 1))
                  .recorded);  // answered, by the ledger: there is no such hold
}

BOOST_FIXTURE_TEST_CASE(destruction_answers_everything_that_was_asked, fixture) {
  std::atomic<int> answered = 0;
  {
    ledger_thread books(options());
    for (std::uint64_t i = 0; i < 500; ++i)
      books.hold(hold_of(i, 1), [&](admission) { ++answered; });
  }
  BOOST_TEST(answered.load() == 500);
}

BOOST_FIXTURE_TEST_CASE(failed_storage_is_taken_up_again_without_anybody_asking, fixture) {
  std::atomic<int> committed = 0;
  auto watched = options();
  watched.on_committed = [&](std::span<const ledger_row> rows, std::span<const alert_crossing>) {
    committed += static_cast<int>(rows.size());
  };
  ledger_thread books(watched);
  BOOST_TEST(!hold(books, hold_of(1, 100)).refused);
  failing.control().fail_after(0, failure_mode::refused);
  BOOST_TEST(!settle(books, settle_of(numbered_id(1), 60)).recorded);
  BOOST_TEST(hold(books, hold_of(2, 1)).refused.has_value());
  BOOST_TEST(!books.health().writable);
  BOOST_TEST(books.rows({}).empty());  // what is committed can still be read
  failing.control().repair();
  BOOST_TEST(eventually([&] { return books.health().writable; }));
  BOOST_TEST(eventually([&] { return committed.load() == 1; }));
  BOOST_TEST(!hold(books, hold_of(3, 1)).refused);
  BOOST_TEST(find_standing(standings(books), "ever")->used == 60);
  BOOST_TEST(books.verify().empty());
}

// Otherwise the gateway would tell of caps that hold nobody back.
BOOST_FIXTURE_TEST_CASE(a_list_of_caps_that_comes_in_an_outage_is_not_in_force, fixture) {
  ledger_thread books(options());
  failing.control().fail_after(0, failure_mode::refused);
  BOOST_TEST(hold(books, hold_of(1, 1)).refused.has_value());
  const auto done = books.reconfigure({usd_cap("other", 5)}, {});
  BOOST_TEST(!done.in_force);
  BOOST_TEST(!done.recorded);
  BOOST_TEST(books.caps()->front().name == "ever");
  BOOST_TEST(standings(books).front().cap == "ever");
  failing.control().repair();
  BOOST_TEST(eventually([&] { return books.health().writable; }));
  BOOST_TEST(books.reconfigure({usd_cap("other", 5)}, {}).in_force);
  BOOST_TEST(books.caps()->front().name == "other");
  BOOST_TEST(standings(books).front().cap == "other");
}

// Whoever waits no longer for a hold sends both behind it, whatever has become of it by then.
BOOST_FIXTURE_TEST_CASE(a_hold_that_comes_too_late_is_given_back_by_what_was_queued_behind_it,
                        fixture) {
  std::promise<void> hangs;
  std::promise<void> go_on;
  auto slow = options();
  std::atomic<bool> first = true;
  slow.on_committed = [&](std::span<const ledger_row>, std::span<const alert_crossing>) {
    if (!first.exchange(false)) return;
    hangs.set_value();
    go_on.get_future().wait();
  };
  ledger_thread books(slow);
  ledger_row any;
  any.id = numbered_id(9);
  any.admitted = any.ended = monday_ten;
  books.record(any, nullptr);
  hangs.get_future().wait();
  std::promise<admission> late;
  books.hold(hold_of(1, 600), [&](admission answer) { late.set_value(std::move(answer)); });
  auto waits = hold_of(2, 600);
  waits.patience = std::chrono::hours(1);
  std::promise<admission> in_line;
  books.hold(waits, [&](admission answer) { in_line.set_value(std::move(answer)); });
  for (const std::uint64_t number : {1, 2}) {
    books.abandon(numbered_id(number));
    settlement nothing;
    nothing.id = numbered_id(number);
    nothing.outcome = call_outcome::rejected;
    books.settle(std::move(nothing), nullptr);
  }
  go_on.set_value();
  BOOST_TEST(!late.get_future().get().refused);
  BOOST_TEST(in_line.get_future().get().refused.has_value());
  BOOST_TEST(find_standing(standings(books), "ever")->held == 0);
  BOOST_TEST(find_standing(standings(books), "ever")->used == 0);
  BOOST_TEST(books.health().holds_active == 0U);
  BOOST_TEST(books.verify().empty());
}

BOOST_FIXTURE_TEST_CASE(readers_do_not_disturb_the_writer_nor_storage_that_comes_and_goes,
                        fixture) {
  ledger_thread books(options());
  std::atomic<bool> stop = false;
  std::jthread reader([&] {
    while (!stop) {
      (void)books.rows({});
      (void)books.spend({});
      (void)books.verify();
      (void)books.health();
    }
  });
  std::uint64_t number = 0;
  for (int outage = 0; outage < 3; ++outage) {
    for (int i = 0; i < 50; ++i) {
      ++number;
      BOOST_REQUIRE(!hold(books, hold_of(number, 1)).refused);
      (void)settle(books, settle_of(numbered_id(number), 1));
    }
    failing.control().fail_after(0, failure_mode::cut);
    (void)hold(books, hold_of(1'000'000 + number, 1));
    failing.control().repair();
    BOOST_REQUIRE(eventually([&] { return books.health().writable; }));
  }
  stop = true;
  reader.join();
  BOOST_TEST(find_standing(standings(books), "ever")->used == 150);
  BOOST_TEST(books.verify().empty());
}

BOOST_FIXTURE_TEST_CASE(keys_are_stored_and_loaded, fixture) {
  ledger_thread books(options());
  audit_record audit;
  audit.act = audited_act::key_created;
  audit.subject = "key_1";
  BOOST_TEST(answer_of<bool>([&](completion<bool> answer) {
    books.put_key({.id = "key_1", .encoded = "hash"}, audit, std::move(answer));
  }));
  BOOST_REQUIRE(books.audits(10).size() == 1U);
  BOOST_TEST(books.audits(10).front().subject == "key_1");
  BOOST_TEST((books.audits(10).front().made != wall_time{}));
  BOOST_REQUIRE(books.load_keys().size() == 1U);
  BOOST_TEST(books.load_keys().front().encoded == "hash");
}

// Nobody waits for what is noted of an answer; destruction drains the queue.
BOOST_FIXTURE_TEST_CASE(the_last_that_was_noted_of_an_answer_is_loaded, fixture) {
  {
    ledger_thread books(options());
    for (const char* id : {"resp_1", "resp_2", "resp_3"})
      books.note_answer({.id = id, .encoded = "first"}, "");
    books.note_answer({.id = "resp_1", .encoded = "second"}, "resp_2");
  }
  {
    ledger_thread books(options());
    const std::vector<stored_answer> kept = books.load_answers();
    BOOST_REQUIRE(kept.size() == 2U);
    BOOST_TEST(kept[0].id == "resp_1");
    BOOST_TEST(kept[0].encoded == "second");
    BOOST_TEST(kept[1].id == "resp_3");
    // In one group or in two: forgotten and noted again, noted and forgotten.
    books.note_answer({}, "resp_1");
    books.note_answer({.id = "resp_1", .encoded = "third"}, "");
    books.note_answer({.id = "resp_4", .encoded = "first"}, "");
    books.note_answer({}, "resp_4");
    BOOST_TEST(books.verify().empty());
  }
  const ledger_thread books(options());
  const std::vector<stored_answer> kept = books.load_answers();
  BOOST_REQUIRE(kept.size() == 2U);
  BOOST_TEST(kept[0].encoded == "third");
  BOOST_TEST(kept[1].id == "resp_3");
}

// Roll-ups do not tell users apart, so a cap of users needs the rows that retention has deleted.
BOOST_FIXTURE_TEST_CASE(new_caps_that_begin_with_too_little_are_named, fixture) {
  const wall_time days_later = monday_ten + std::chrono::hours{24 * 5};
  ledger_options with_retention = options();
  with_retention.rows_kept_days = 1;
  {
    driven_writer books(with_retention);
    BOOST_TEST(!books.hold(hold_of(1, 40)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(1), 40)).recorded);
    books.clock = days_later;
    BOOST_TEST(!books.hold(hold_of(2, 7, days_later)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(2, days_later), 7, days_later)).recorded);
    books.upkeep();
  }
  with_retention.now = [days_later] { return days_later; };
  ledger_thread books(with_retention);
  const auto month_by = [](const char* name, dimension by) {
    cap one = usd_cap(name, 1'000, window_kind::month);
    one.per = {by};
    return one;
  };
  const reconfiguration made = books.reconfigure(
      {month_by("of users", dimension::user), month_by("of tenants", dimension::tenant),
       month_by("of users too", dimension::user)},
      {.who = "configuration", .from = "f", .reason = "reload"});
  BOOST_TEST(made.recorded);
  BOOST_TEST((made.incomplete == std::vector<std::string>{"of users", "of users too"}));
  BOOST_TEST(find_standing(standings(books), "of tenants", "acme")->used == 47);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
