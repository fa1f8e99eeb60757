#include "budgets/books/recovery.hpp"

#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "budgets/books/cap_register.hpp"
#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_recovery_suite)

namespace {

namespace format = ledger_format;

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("day", 1'000'000)};

  [[nodiscard]] ledger_options options() const {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    return result;
  }
  void put(std::string key, std::string value) const {
    ledger_store store({.directory = options().directory});
    const ledger_changes none;
    const std::vector<std::pair<std::string, std::string>> puts = {
        {std::move(key), std::move(value)}};
    BOOST_REQUIRE(
        !store.write({.changes = &none, .last_seen = store.committed().last_seen, .puts = puts}));
  }
};

}  // namespace

// More than one group of them, so that going on after the last one matters.
BOOST_FIXTURE_TEST_CASE(thousands_of_orphans_are_each_resolved_once, fixture) {
  constexpr std::uint64_t count = 2'500;
  {
    driven_writer books(options());
    std::vector<operation> holds;
    for (std::uint64_t i = 0; i < count; ++i)
      holds.emplace_back(
          hold_operation{.request = std::make_unique<hold_request>(hold_of(i, 2)), .answer = {}});
    books.writer.process(holds);
  }
  driven_writer books(options());
  BOOST_TEST(books.writer.health().orphans_at_start == count);
  BOOST_TEST(books.writer.health().groups <= 5U);  // a thousand at once, and not one by one
  BOOST_TEST(books.committed.size() == count);
  BOOST_TEST(find_standing(books.standings(), "day")->used == static_cast<std::int64_t>(2 * count));
}

BOOST_FIXTURE_TEST_CASE(caps_that_were_edited_while_nobody_ran_are_audited_at_the_start, fixture) {
  ledger_options with = options();
  with.caps_from = "stint.yaml";
  with.caps = {usd_cap("day", 1'000)};
  const auto audits = [](const driven_writer& books) {
    return query_audits(ledger_store::moment(books.writer.store()), 10);
  };
  { BOOST_TEST(audits(driven_writer(with)).empty()); }  // the first start changes nothing
  { BOOST_TEST(audits(driven_writer(with)).empty()); }
  with.caps = {usd_cap("day", 2'000), usd_cap("month", 9'000, window_kind::month)};
  for (int start = 0; start < 2; ++start) {
    const driven_writer books(with);
    const auto made = audits(books);
    BOOST_TEST_REQUIRE(made.size() == 2U);
    BOOST_TEST(made[1].number == 1U);
    BOOST_TEST(made[1].subject == "day");
    BOOST_TEST(made[1].was.starts_with(shown_amount(cap_unit::usd, 1'000)));
    BOOST_TEST(made[1].is.starts_with(shown_amount(cap_unit::usd, 2'000)));
    BOOST_TEST(made[0].subject == "month");
    BOOST_TEST(made[0].was == "not there");
    BOOST_TEST((made[0].act == audited_act::caps_changed));
    BOOST_TEST(
        (made[0].by == signature{.who = "configuration", .from = "stint.yaml", .reason = "start"}));
    BOOST_TEST((made[0].made == books.clock));
  }
}

BOOST_FIXTURE_TEST_CASE(an_orphan_of_a_closed_window_is_posted_there, fixture) {
  const auto next_day = monday_ten + std::chrono::hours{24};
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
    BOOST_TEST(!books.hold(hold_of(2, 100)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(2), 30)).recorded);
    BOOST_TEST(!books.hold(hold_of(3, 10, next_day)).refused);
  }
  {
    driven_writer books(options());
    books.clock = next_day;
    BOOST_TEST(find_standing(books.standings(), "day")->used ==
               10);  // the new day's own orphan alone
  }
  const ledger_store store({.directory = options().directory});
  std::vector<std::int64_t> posted;
  ledger_store::moment(store).scan(
      ledger_store::family::state, format::space_begin(format::space::counters),
      format::space_end(format::space::counters), [&](std::string_view, std::string_view value) {
        posted.push_back(format::read_counter(value)->posted);
        return true;
      });
  BOOST_TEST(posted == std::vector<std::int64_t>({130, 10}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_orphan_of_a_cap_that_is_gone_still_becomes_a_row, fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
  }
  caps = {usd_cap("another", 10)};
  driven_writer books(options());
  BOOST_REQUIRE(books.committed.size() == 1U);
  BOOST_TEST(find_standing(books.standings(), "another")->used == 100);  // it was running: its own
}

BOOST_FIXTURE_TEST_CASE(records_that_cannot_be_read_refuse_the_start_and_say_which, fixture) {
  { const driven_writer books(options()); }
  const auto refusal = [&] {
    try {
      const driven_writer books(options());
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  std::string hold_key;
  format::append_hold_key(hold_key, numbered_id(1));
  put(hold_key, "?");
  BOOST_TEST(refusal().find("a pending hold") != std::string::npos, refusal());
  put(std::string(format::epoch_key), "?");
  BOOST_TEST(refusal().find("the number of the cap list") != std::string::npos, refusal());
  std::string cap_key;
  format::append_cap_key(cap_key, format::cap_identity(caps.front()));
  put(cap_key, "?");
  BOOST_TEST(refusal().find("the register of caps") != std::string::npos, refusal());
}

BOOST_FIXTURE_TEST_CASE(sums_and_adjustments_that_cannot_be_read_refuse_the_start_too, fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(1), 60)).recorded);
  }
  const auto refusal = [&] {
    try {
      const driven_writer books(options());
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  std::string key;
  format::append_counter_key(
      key, {.cap_number = 1, .start = monday_ten - std::chrono::hours{10}, .scope = ""});
  put(key, "?");
  BOOST_TEST(refusal().find("a counter of cap day") != std::string::npos, refusal());
  std::string other;
  format::append_adjustment_key(other, 1);
  put(other, "?");
  BOOST_TEST(refusal().find("an adjustment of a cap") != std::string::npos, refusal());
}

BOOST_FIXTURE_TEST_CASE(a_cap_that_comes_later_gets_counters_of_its_own, fixture) {
  const auto spend = [&](std::uint64_t number, std::int64_t amount) {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(number, amount)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(number), amount)).recorded);
  };
  spend(1, 60);
  caps.push_back(usd_cap("ever", 1'000'000, window_kind::forever));
  spend(2, 10);
  spend(3, 5);
  driven_writer books(options());
  BOOST_TEST(find_standing(books.standings(), "day")->used == 75);
  BOOST_TEST(find_standing(books.standings(), "ever")->used == 75);
  BOOST_TEST(verify_books(ledger_store::moment(books.writer.store()), caps).empty());
}

BOOST_AUTO_TEST_CASE(counters_are_kept_for_forty_days_after_the_longest_window_of_their_kind) {
  const auto hours_kept = [](window_kind kind, std::chrono::seconds length = {}) {
    format::cap_value of;
    of.kind = kind;
    of.length = length;
    const auto kept = kept_after_start(of);
    return kept ? kept->count() : -1;
  };
  constexpr int forty_days = 960;
  BOOST_TEST(hours_kept(window_kind::minute) == forty_days + 1);
  BOOST_TEST(hours_kept(window_kind::hour) == forty_days + 1);
  BOOST_TEST(hours_kept(window_kind::day) == forty_days + 25);
  BOOST_TEST(hours_kept(window_kind::week) == forty_days + 169);
  BOOST_TEST(hours_kept(window_kind::month) == forty_days + 745);
  BOOST_TEST(hours_kept(window_kind::quarter) == forty_days + 2'209);
  BOOST_TEST(hours_kept(window_kind::year) == forty_days + 8'785);
  // Buckets of a rolling one for twice its length and a day.
  BOOST_TEST(hours_kept(window_kind::rolling, std::chrono::minutes{90}) == 27);
  BOOST_TEST(hours_kept(window_kind::rolling, std::chrono::hours{24}) == 72);
  BOOST_TEST(hours_kept(window_kind::forever) == -1);
  BOOST_TEST(hours_kept(window_kind::request) == -1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
