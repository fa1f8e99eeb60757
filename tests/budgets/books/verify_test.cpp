// Books that were tampered with, one record at a time: the proof must say so and name it.
#include "budgets/books/verify.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_verify_suite)

namespace {

namespace format = ledger_format;

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("ever", 1'000'000, window_kind::forever), usd_cap("day", 1'000'000),
                        usd_cap("roll", 1'000'000, window_kind::rolling)};

  [[nodiscard]] ledger_options options() const {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    return result;
  }
  fixture() {
    caps[0].per = {dimension::tenant};
    caps[2].window.length = std::chrono::hours{24};
    driven_writer books(options());
    for (std::uint64_t i = 1; i <= 10; ++i) {
      BOOST_REQUIRE(
          !books.hold(hold_of(i, 10, monday_ten, i % 2 == 0 ? "acme" : "globex")).refused);
      BOOST_REQUIRE(books.settle(settle_of(numbered_id(i), 7)).recorded);
    }
  }

  // Writes over the state as nothing but a defect could.
  void tamper(std::string key, std::string value) const {
    ledger_store store({.directory = options().directory});
    const ledger_changes none;
    const std::vector<std::pair<std::string, std::string>> puts = {
        {std::move(key), std::move(value)}};
    BOOST_REQUIRE(
        !store.write({.changes = &none, .last_seen = store.committed().last_seen, .puts = puts}));
  }
  [[nodiscard]] std::string first_key(format::space of) const {
    const ledger_store store({.directory = options().directory});
    std::string found;
    ledger_store::moment(store).scan(ledger_store::family::state, format::space_begin(of),
                                     format::space_end(of),
                                     [&](std::string_view key, std::string_view) {
                                       found = key;
                                       return false;
                                     });
    return found;
  }
  [[nodiscard]] std::vector<std::string> findings() const {
    const ledger_store store({.directory = options().directory});
    return verify_books(ledger_store::moment(store), caps);
  }
};

[[nodiscard]] bool mentions(const std::vector<std::string>& findings, const std::string& what) {
  return std::ranges::any_of(
      findings, [&](const std::string& each) { return each.find(what) != std::string::npos; });
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(untouched_books_agree, fixture) {
  BOOST_TEST(findings().empty());
}

BOOST_FIXTURE_TEST_CASE(a_counter_that_is_off_by_one_is_found, fixture) {
  std::string value;
  format::append_counter(value, {.posted = 36, .threshold = 0});
  tamper(first_key(format::space::counters), value);
  BOOST_TEST(mentions(findings(), "cap ever, scope \"acme\": counter 36, rows 35"));
}

BOOST_FIXTURE_TEST_CASE(a_counter_of_any_window_that_is_off_is_found_and_named_with_both_figures,
                        fixture) {
  std::vector<std::string> keys;
  {
    const ledger_store store({.directory = options().directory});
    ledger_store::moment(store).scan(
        ledger_store::family::state, format::space_begin(format::space::counters),
        format::space_end(format::space::counters), [&](std::string_view key, std::string_view) {
          keys.emplace_back(key);
          return true;
        });
  }
  BOOST_REQUIRE(keys.size() == 4U);  // two tenants, a day, a bucket
  std::string value;
  format::append_counter(value, {.posted = 71, .threshold = 0});
  tamper(keys[2], value);
  BOOST_TEST(mentions(
      findings(), "cap day, scope \"\", window from 2026-03-02T00:00:00Z: counter 71, rows 70"));
  tamper(keys[3], value);
  BOOST_TEST(mentions(
      findings(), "cap roll, scope \"\", window from 2026-03-02T10:00:00Z: counter 71, rows 70"));
  BOOST_TEST(findings().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_proof_says_what_it_covered, fixture) {
  const ledger_store store({.directory = options().directory});
  work_progress progress;
  const auto proof = prove_books(ledger_store::moment(store), caps, progress);
  BOOST_TEST(proof.holds());
  BOOST_TEST(proof.rows == 10U);
  BOOST_TEST(progress.done == 10U);
  BOOST_TEST(proof.hours == 2U);
  BOOST_TEST(proof.days == 2U);
  BOOST_TEST(proof.counters_by_rows == 4U);
  BOOST_TEST(proof.unproved.empty());
}

// Rows of the first month are gone: its days are proved by roll-ups, and so is what never resets.
// Windows that do not end on full hours and calls held cannot be; they are counted, not doubted.
BOOST_FIXTURE_TEST_CASE(windows_whose_rows_are_deleted_are_proved_by_roll_ups, fixture) {
  caps.push_back(usd_cap("minute", 1'000'000, window_kind::minute));
  for (const auto kind : {window_kind::day, window_kind::forever}) {
    caps.push_back(usd_cap(kind == window_kind::day ? "calls" : "calls ever", 1'000'000, kind));
    caps.back().unit = cap_unit::requests;
  }
  auto configured = options();
  configured.directory = scratch.sub("old");
  configured.rows_kept_days = 5;
  driven_writer books(configured);
  std::uint64_t number = 0;
  for (int day = 0; day < 20; ++day) {
    const auto at = monday_ten + std::chrono::hours{24 * day};
    books.clock = at;
    for (int call = 0; call < 3; ++call) {
      BOOST_REQUIRE(!books.hold(hold_of(++number, 10, at)).refused);
      BOOST_REQUIRE(books.settle(settle_of(numbered_id(number, at), 7, at)).recorded);
    }
  }
  books.upkeep(20);
  work_progress progress;
  const auto prove = [&] {
    return prove_books(ledger_store::moment(books.writer.store()), caps, progress);
  };
  const auto proof = prove();
  for (const auto& finding : proof.findings)
    BOOST_ERROR(finding);
  BOOST_TEST(proof.rows == 6U * 3U);
  BOOST_TEST(proof.days == 20U);
  BOOST_TEST(proof.counters_by_rows > 0U);
  BOOST_TEST(proof.counters_by_rollups >= 15U);  // the older days, and what never resets
  BOOST_REQUIRE(proof.unproved.size() == 3U);
  BOOST_TEST(proof.unproved[0].cap == "minute");
  BOOST_TEST(proof.unproved[1].cap == "calls");
  BOOST_TEST(proof.unproved[2].cap == "calls ever");
  for (const auto& each : proof.unproved)
    BOOST_TEST(each.reason == "rows of that time are deleted, and roll-ups cannot tell");
}

BOOST_FIXTURE_TEST_CASE(a_counter_of_a_scope_that_has_no_rows_is_found, fixture) {
  std::string key = first_key(format::space::counters);
  key += "-ghost";
  std::string value;
  format::append_counter(value, {.posted = 1, .threshold = 0});
  tamper(key, value);
  BOOST_TEST(mentions(findings(), "acme-ghost"));
}

BOOST_FIXTURE_TEST_CASE(an_hour_that_is_off_is_found_against_rows_and_day, fixture) {
  rollup_sums sums;
  sums.calls = 5;
  sums.cost = nanodollars{34};
  std::string value;
  format::append_sums(value, sums);
  tamper(first_key(format::space::hours), value);
  BOOST_TEST(mentions(findings(), "the hour from"));
  BOOST_TEST(mentions(findings(), "the day from"));
}

BOOST_FIXTURE_TEST_CASE(a_day_that_is_off_is_found, fixture) {
  std::string value;
  format::append_sums(value, {});
  tamper(first_key(format::space::days), value);
  BOOST_TEST(mentions(findings(), "the day from"));
  BOOST_TEST(!mentions(findings(), "the hour from"));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_record_is_found, fixture) {
  tamper(first_key(format::space::hours), "?");
  BOOST_TEST(mentions(findings(), "a roll-up is damaged"));
}

// The counter is then no sum of any rows, so it cannot be proved; it is not called wrong either.
BOOST_FIXTURE_TEST_CASE(a_cap_that_was_away_or_selects_other_calls_is_left_out, fixture) {
  const auto all = caps;
  for (const bool away : {true, false}) {
    caps = all;
    if (away) {
      caps.clear();
    } else {
      caps[0].match = caps[1].match = caps[2].match = {{dimension::tenant, "acme"}};
    }
    {
      driven_writer books(options());
      const auto number = away ? 100U : 101U;
      BOOST_TEST(!books.hold(hold_of(number, 10, monday_ten, "globex")).refused);
      BOOST_TEST(books.settle(settle_of(numbered_id(number), 7)).recorded);
    }
    caps = all;
    const driven_writer books(options());
    BOOST_TEST(verify_books(ledger_store::moment(books.writer.store()), caps).empty());
  }
}

// Windows that begin with the very call that ends the one before.
BOOST_FIXTURE_TEST_CASE(calls_on_every_full_hour_are_proved_hour_by_hour, fixture) {
  caps.push_back(usd_cap("hour", 1'000'000, window_kind::hour));
  auto configured = options();
  configured.directory = scratch.sub("hourly");
  driven_writer books(configured);
  for (int hour = 0; hour < 72; ++hour) {
    const auto at = monday_ten + std::chrono::hours{hour - 10};
    const auto number = static_cast<std::uint64_t>(hour);
    BOOST_REQUIRE(!books.hold(hold_of(number, 10, at)).refused);
    BOOST_REQUIRE(books.settle(settle_of(numbered_id(number, at), 7, at)).recorded);
  }
  work_progress progress;
  const auto proof = prove_books(ledger_store::moment(books.writer.store()), caps, progress);
  for (const auto& finding : proof.findings)
    BOOST_ERROR(finding);
  BOOST_TEST(proof.hours == 72U);
  BOOST_TEST(proof.days == 3U);
  BOOST_TEST(proof.counters_by_rows == 1U + 3U + 72U + 72U);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_no_counter_counted_is_found, fixture) {
  {
    ledger_store store({.directory = options().directory});
    ledger_row row;
    row.id = numbered_id(100);
    row.admitted = monday_ten;
    row.charged = charged_to("initech");
    row.cost = nanodollars{7};
    ledger_changes uncounted;
    uncounted.rows.push_back(row);
    uncounted.row_epochs.push_back(1);
    BOOST_REQUIRE(!store.write(
        {.changes = &uncounted, .last_seen = store.committed().last_seen, .puts = {}}));
  }
  BOOST_TEST(mentions(findings(), "cap ever, scope \"initech\": counter 0, rows 7"));
  BOOST_TEST(mentions(
      findings(), "cap day, scope \"\", window from 2026-03-02T00:00:00Z: counter 70, rows 77"));
}

// Of a day, 40 days and 25 hours after its beginning: until then no counter may be missing.
BOOST_FIXTURE_TEST_CASE(a_window_without_any_counter_is_found_until_counters_are_deleted, fixture) {
  const wall_time saturday = monday_ten - std::chrono::hours{58};
  ledger_changes uncounted;
  ledger_row& row = uncounted.rows.emplace_back();
  row.id = numbered_id(100, saturday);
  row.admitted = saturday;
  row.charged = charged_to("acme");
  row.cost = nanodollars{7};
  uncounted.row_epochs.push_back(1);
  const auto is_found_at = [&](wall_time last_seen) {
    {
      ledger_store store({.directory = options().directory});
      BOOST_REQUIRE(!store.write({.changes = &uncounted, .last_seen = last_seen, .puts = {}}));
    }
    return mentions(findings(),
                    "cap day, scope \"\", window from 2026-02-28T00:00:00Z: counter 0, rows 7");
  };
  const wall_time last = saturday + std::chrono::hours{24 * 40 + 25};
  BOOST_TEST(is_found_at(monday_ten));
  BOOST_TEST(is_found_at(last));
  BOOST_TEST(!is_found_at(last + std::chrono::microseconds{1}));
}

BOOST_AUTO_TEST_CASE(a_thousand_findings_are_told_and_the_rest_counted) {
  books_proof proof;
  for (int n = 0; n < 1'002; ++n)
    proof.find(std::to_string(n));
  BOOST_TEST(proof.findings.size() == 1'000U);
  BOOST_TEST(proof.findings_left_out == 2U);
  BOOST_TEST(!proof.holds());
}

BOOST_FIXTURE_TEST_CASE(a_proof_can_be_stopped_every_1024_rows, fixture) {
  driven_writer books(options());
  const auto record = [&](std::uint64_t number) {
    ledger_row row;
    row.id = numbered_id(1'000 + number);
    row.admitted = monday_ten;
    row.charged = charged_to("acme");
    row.outcome = call_outcome::refused;
    BOOST_REQUIRE(books.record(row).recorded);
  };
  for (std::uint64_t number = 11; number < 1'024; ++number)  // ten are there
    record(number);
  work_progress progress;
  progress.stop = true;
  const auto prove = [&] {
    return prove_books(ledger_store::moment(books.writer.store()), caps, progress).rows;
  };
  BOOST_TEST(prove() == 1'023U);
  record(1'024);
  BOOST_CHECK_THROW((void)prove(), std::runtime_error);
  BOOST_TEST(progress.done == 1'024U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
