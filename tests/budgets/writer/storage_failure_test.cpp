// What becomes of calls when the storage fails, at any call it makes and in every way it can fail:
// nothing acknowledged is lost, nothing counts twice, nothing stays held, and no restart is needed.
#include <stdexcept>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <rocksdb/listener.h>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/store/failing_file_system.hpp"
#include "budgets/store/open_database.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(storage_failure_suite)

namespace {

namespace data = boost::unit_test::data;

const std::vector<failure_mode> every_mode = {failure_mode::refused, failure_mode::cut,
                                              failure_mode::written_anyway};

struct fixture {
  scratch_directory scratch;
  failing_environment failing;
  std::vector<cap> caps{usd_cap("day", 1'000), token_cap("ever", 1'000'000, window_kind::forever)};

  [[nodiscard]] ledger_options options(durability how = durability::process) {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.durability = how;
    result.caps = caps;
    result.environment = failing.get();
    return result;
  }
  void verify(const driven_writer& books) const {
    for (const auto& finding : verify_books(ledger_store::moment(books.writer.store()), caps)) {
      BOOST_ERROR(finding);
    }
  }
};

void expect_unavailable(const admission& answer) {
  BOOST_REQUIRE(answer.refused);
  BOOST_TEST((answer.refused->reason == refusal_reason::storage_unavailable));
}

}  // namespace

BOOST_DATA_TEST_CASE_F(fixture, a_hold_that_cannot_be_logged_is_refused_and_leaves_nothing_held,
                       data::make(every_mode), how) {
  driven_writer books(options());
  failing.control().fail_after(0, how);
  expect_unavailable(books.hold(hold_of(1, 1'000)));
  expect_unavailable(books.hold(hold_of(2, 1)));
  BOOST_TEST(!books.writer.health().writable);
  BOOST_TEST(!books.writer.health().last_error.empty());
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.writer.health().writable);
  BOOST_TEST(books.writer.health().holds_active == 0U);
  BOOST_TEST(!books.hold(hold_of(3, 1'000)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(3), 1'000)).recorded);
  verify(books);
}

BOOST_DATA_TEST_CASE_F(fixture,
                       a_settlement_that_cannot_be_logged_is_written_when_the_storage_returns,
                       data::make(every_mode), how) {
  driven_writer books(options());
  for (std::uint64_t i = 1; i <= 3; ++i)
    BOOST_TEST(!books.hold(hold_of(i, 300)).refused);
  failing.control().fail_after(0, how);
  for (std::uint64_t i = 1; i <= 2; ++i) {
    const settled answer = books.settle(settle_of(numbered_id(i), 280));
    BOOST_TEST(!answer.recorded);
    BOOST_TEST(!answer.already_resolved);
  }
  BOOST_TEST(
      books.settle(settle_of(numbered_id(2), 1)).already_resolved);  // the first one waits already
  BOOST_TEST(books.committed.empty());
  books.upkeep();  // still failing
  BOOST_TEST(!books.writer.health().writable);
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.committed.size() == 2U);
  BOOST_TEST(books.alerts.size() == 1U);
  const auto standings = books.standings();
  BOOST_TEST(find_standing(standings, "day")->used == 560);
  BOOST_TEST(find_standing(standings, "day")->held == 300);
  BOOST_TEST(books.settle(settle_of(numbered_id(3), 300)).recorded);
  verify(books);
}

BOOST_DATA_TEST_CASE_F(fixture, recorded_calls_and_keys_fail_honestly_and_records_follow_later,
                       data::make(every_mode), how) {
  driven_writer books(options());
  failing.control().fail_after(0, how);
  ledger_row row;
  row.admitted = monday_ten;
  row.charged = charged_to("acme");
  row.cost = nanodollars{5};
  for (std::uint64_t i = 1; i <= 2; ++i) {
    row.id = numbered_id(i);
    BOOST_TEST(!books.record(row).recorded);
  }
  bool recorded = true;
  books.run(key_operation{.key = {.id = "key_9", .encoded = "x"},
                          .audit = {},
                          .answer = [&](bool answer) { recorded = answer; }});
  BOOST_TEST(!recorded);
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.committed.size() == 2U);
  verify(books);
}

// Ends the process (as far as the store can tell) in the outage: what was acknowledged is there,
// and what was held is an orphan.
BOOST_DATA_TEST_CASE_F(fixture, ending_during_an_outage_loses_nothing_acknowledged,
                       data::make(every_mode), how) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(1), 70)).recorded);
    BOOST_TEST(!books.hold(hold_of(2, 100)).refused);
    failing.control().fail_after(0, how);
    BOOST_TEST(!books.settle(settle_of(numbered_id(2), 90)).recorded);
  }
  failing.control().repair();
  driven_writer books(options());
  const auto standings = books.standings();
  const auto used = find_standing(standings, "day")->used;
  // 100 is what the second held; 90, when its settlement had reached the log after all.
  BOOST_TEST((used == 70 + 100 || (how == failure_mode::written_anyway && used == 70 + 90)), used);
  BOOST_TEST(find_standing(standings, "day")->held == 0);
  verify(books);
}

// Every call to the storage in a busy stretch is made to fail once, so that open, log, flush and
// manifest all get their turn.
BOOST_DATA_TEST_CASE_F(fixture, every_single_call_to_the_storage_may_fail,
                       data::make(every_mode) * data::make({false, true}), how, synced) {
  std::int64_t total_used = 0;
  driven_writer books(options(synced ? durability::disk : durability::process));
  std::uint64_t number = 0;
  for (std::int64_t n = 0; n < 12; ++n) {
    failing.control().fail_after(n % 6, how);
    for (int i = 0; i < 4; ++i) {
      const auto id = ++number;
      if (books.hold(hold_of(id, 10)).refused) continue;
      (void)books.settle(settle_of(numbered_id(id), 7));
      total_used += 7;
    }
    failing.control().repair();
    if (!books.writer.health().writable) books.upkeep();
    BOOST_REQUIRE(books.writer.health().writable);
    const auto standings = books.standings();
    BOOST_TEST(find_standing(standings, "ever")->used == total_used);
    BOOST_TEST(find_standing(standings, "ever")->held == 0);
  }
  BOOST_TEST(total_used > 0);
  verify(books);
}

// The way back fails as well, at each of its steps: probe, open, manifest, first write.
BOOST_DATA_TEST_CASE_F(fixture, opening_anew_may_fail_at_every_step, data::make(every_mode), how) {
  driven_writer books(options());
  std::int64_t used = 0;
  std::uint64_t number = 0;
  for (std::int64_t step = 0; step < 40; ++step) {
    const auto id = ++number;
    BOOST_REQUIRE(!books.hold(hold_of(id, 10)).refused);
    failing.control().fail_after(0, how);
    BOOST_TEST(!books.settle(settle_of(numbered_id(id), 3)).recorded);
    used += 3;
    failing.control().fail_after(step, how);
    books.upkeep();
    failing.control().repair();
    if (!books.writer.health().writable) books.upkeep();
    BOOST_REQUIRE(books.writer.health().writable);
    const auto standings = books.standings();
    BOOST_REQUIRE(find_standing(standings, "ever")->used == used);
  }
  BOOST_TEST(books.committed.size() == 40U);
  verify(books);
}

// While a failed store is closed nobody can say whether a call was resolved long ago: it is answered as one that was not
// recorded, never as one that was, and the health says why.
BOOST_FIXTURE_TEST_CASE(a_resolution_that_the_disk_cannot_confirm_is_not_claimed, fixture) {
  {
    driven_writer books(options());
    BOOST_REQUIRE(!books.hold(hold_of(1, 10)).refused);
    BOOST_REQUIRE(books.settle(settle_of(numbered_id(1), 10)).recorded);
  }
  bool unreadable = false;
  for (std::int64_t step = 0; step < 12 && !unreadable; ++step) {
    driven_writer books(options());
    failing.control().fail_after(0, failure_mode::refused);
    expect_unavailable(books.hold(hold_of(2, 10)));
    BOOST_TEST(books.settle(settle_of(numbered_id(1), 10))
                   .already_resolved);  // the old store is open still
    failing.control().fail_after(step, failure_mode::refused);
    books.upkeep();
    if (!books.writer.health().writable) {
      const settled answer = books.settle(settle_of(numbered_id(1), 10));
      BOOST_TEST(!answer.recorded);
      unreadable = !answer.already_resolved;
      if (unreadable) {
        BOOST_TEST(books.writer.health().last_error.find("cannot be read") != std::string::npos);
      }
    }
    failing.control().repair();
    books.upkeep();
    BOOST_REQUIRE(books.writer.health().writable);
    BOOST_TEST(books.settle(settle_of(numbered_id(1), 10)).already_resolved);
  }
  BOOST_TEST(unreadable);
}

// RocksDB waited for space on a thread of its own, and closing it then sometimes waited for ever:
// the ledger stayed unavailable until it was killed.
BOOST_FIXTURE_TEST_CASE(a_full_disk_starts_no_recovery_that_the_ledger_did_not_ask_for, fixture) {
  driven_writer books(options());
  for (std::uint64_t number = 1; number <= 20; ++number) {
    failing.control().fail_after(0, failure_mode::refused);
    expect_unavailable(books.hold(hold_of(number, 10)));
    failing.control().repair();
    books.upkeep();
    BOOST_REQUIRE(books.writer.health().writable);
  }
  const auto configured = rocksdb_options::of_database({.directory = scratch.path()});
  BOOST_REQUIRE(configured.listeners.size() == 1U);
  bool recover = true;
  configured.listeners.front()->OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason::kWriteCallback,
                                                     rocksdb::Status::NoSpace(), &recover);
  BOOST_TEST(!recover);
}

BOOST_FIXTURE_TEST_CASE(opening_on_failing_storage_says_so, fixture) {
  failing.control().fail_after(3, failure_mode::refused);
  BOOST_CHECK_EXCEPTION(
      driven_writer{options()}, std::runtime_error, [](const std::runtime_error& error) {
        return std::string(error.what()).find("check the disk") != std::string::npos;
      });
  failing.control().repair();
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 10)).refused);
}

BOOST_FIXTURE_TEST_CASE(failed_storage_is_tried_again_ever_later_up_to_two_seconds, fixture) {
  driven_writer books(options());
  failing.control().fail_after(0, failure_mode::refused);
  expect_unavailable(books.hold(hold_of(1, 10)));
  for (const int later : {100, 200, 400, 800, 1'600, 2'000, 2'000}) {
    const auto now = books.writer.next_upkeep();
    books.upkeep();
    BOOST_TEST((books.writer.next_upkeep() == now + std::chrono::milliseconds{later}), later);
  }
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.writer.health().writable);
}

BOOST_FIXTURE_TEST_CASE(records_beyond_what_may_wait_for_the_storage_are_dropped_and_counted,
                        fixture) {
  auto few = options();
  few.queue_max = 2;
  driven_writer books(std::move(few));
  BOOST_TEST(!books.hold(hold_of(1, 10)).refused);
  failing.control().fail_after(0, failure_mode::refused);
  ledger_row row;
  row.admitted = monday_ten;
  row.charged = charged_to("acme");
  row.cost = nanodollars{5};
  // The first one fails with its group and stays in memory; two may wait, and one for the hold.
  for (std::uint64_t i = 2; i <= 6; ++i) {
    row.id = numbered_id(i);
    BOOST_TEST(!books.record(row).recorded);
  }
  BOOST_TEST(books.writer.health().deferred == 3U);
  BOOST_TEST(books.writer.health().dropped == 1U);
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.committed.size() == 4U);
}

BOOST_FIXTURE_TEST_CASE(a_hold_that_was_on_the_log_stays_when_it_is_asked_for_again_in_vain,
                        fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
  failing.control().fail_after(0, failure_mode::refused);
  std::vector<operation> both;
  both.emplace_back(
      hold_operation{.request = std::make_unique<hold_request>(hold_of(1, 100)), .answer = {}});
  both.emplace_back(
      hold_operation{.request = std::make_unique<hold_request>(hold_of(2, 100)), .answer = {}});
  books.writer.process(both);
  BOOST_TEST(!books.writer.health().writable);
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.writer.health().holds_active == 1U);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 60)).recorded);
}

BOOST_FIXTURE_TEST_CASE(a_call_let_in_from_the_line_by_a_group_that_fails_holds_nothing, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 600)).refused);
  std::optional<refusal_reason> why;
  hold_operation waits;
  waits.request = std::make_unique<hold_request>(hold_of(2, 600));
  waits.request->patience = std::chrono::hours{1};
  waits.wait_until = std::chrono::steady_clock::now() + std::chrono::hours{1};
  waits.answer = [&](admission answer) {
    if (answer.refused) why = answer.refused->reason;
  };
  books.run(std::move(waits));
  BOOST_TEST(books.writer.health().waiting == 1U);
  failing.control().fail_after(0, failure_mode::refused);
  BOOST_TEST(!books.settle(settle_of(numbered_id(1), 10)).recorded);
  BOOST_TEST((why == refusal_reason::storage_unavailable));
  failing.control().repair();
  books.upkeep();
  BOOST_TEST(books.writer.health().holds_active == 0U);
  BOOST_TEST(find_standing(books.standings(), "day")->used == 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
