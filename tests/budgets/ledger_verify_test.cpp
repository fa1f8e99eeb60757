// Books that were tampered with, one record at a time: the proof must say so and name it.
#include "budgets/ledger_verify.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
namespace {

namespace format = ledger_format;

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("ever", 1'000'000, window_kind::forever)};

  [[nodiscard]] ledger_options options() const {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    return result;
  }
  fixture() {
    caps[0].per = {dimension::tenant};
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

BOOST_FIXTURE_TEST_SUITE(ledger_verify_suite, fixture)

BOOST_AUTO_TEST_CASE(untouched_books_agree) {
  BOOST_TEST(findings().empty());
}

BOOST_AUTO_TEST_CASE(a_counter_that_is_off_by_one_is_found) {
  std::string value;
  format::append_counter(value, {.posted = 36, .threshold = 0});
  tamper(first_key(format::space::counters), value);
  BOOST_TEST(mentions(findings(), "cap ever, scope \"acme\": counter 36, rows 35"));
}

BOOST_AUTO_TEST_CASE(a_counter_of_a_scope_that_has_no_rows_is_found) {
  std::string key = first_key(format::space::counters);
  key += "-ghost";
  std::string value;
  format::append_counter(value, {.posted = 1, .threshold = 0});
  tamper(key, value);
  BOOST_TEST(mentions(findings(), "acme-ghost"));
}

BOOST_AUTO_TEST_CASE(an_hour_that_is_off_is_found_against_rows_and_day) {
  rollup_sums sums;
  sums.calls = 5;
  sums.cost = nanodollars{34};
  std::string value;
  format::append_sums(value, sums);
  tamper(first_key(format::space::hours), value);
  BOOST_TEST(mentions(findings(), "the hour from"));
  BOOST_TEST(mentions(findings(), "the day from"));
}

BOOST_AUTO_TEST_CASE(a_day_that_is_off_is_found) {
  std::string value;
  format::append_sums(value, {});
  tamper(first_key(format::space::days), value);
  BOOST_TEST(mentions(findings(), "the day from"));
  BOOST_TEST(!mentions(findings(), "the hour from"));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_found) {
  tamper(first_key(format::space::hours), "?");
  BOOST_TEST(mentions(findings(), "a roll-up is damaged"));
}

// The counter is then no sum of any rows, so it cannot be proved; it is not called wrong either.
BOOST_AUTO_TEST_CASE(a_cap_that_was_away_or_selects_other_calls_is_left_out) {
  const auto all = caps;
  for (const bool away : {true, false}) {
    caps = all;
    if (away) {
      caps.clear();
    } else {
      caps[0].match = {{dimension::tenant, "acme"}};
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
