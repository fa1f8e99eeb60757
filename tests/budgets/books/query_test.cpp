#include "budgets/books/query.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_query_suite)

namespace {

using std::chrono::hours;

// One call of one nano-dollar an hour, for four days from Monday midnight; the tenants take turns.
struct fixture {
  static constexpr int calls = 96;
  static constexpr wall_time monday = monday_ten - hours{10};

  scratch_directory scratch;
  driven_writer books{[this] {
    ledger_options options;
    options.directory = scratch.sub("ledger");
    return options;
  }()};
  ledger_store::moment at{filled()};

  const ledger_store& filled() {
    for (int i = 0; i < calls; ++i) {
      const auto when = monday + hours{i};
      const auto number = static_cast<std::uint64_t>(i);
      BOOST_REQUIRE(!books.hold(hold_of(number, 1, when, i % 2 == 0 ? "acme" : "globex")).refused);
      BOOST_REQUIRE(books.settle(settle_of(numbered_id(number, when), 1, when)).recorded);
    }
    return books.writer.store();
  }

  [[nodiscard]] std::int64_t spent(wall_time from, wall_time until) const {
    rollup_query query;
    query.from = from;
    query.until = until;
    std::int64_t sum = 0;
    for (const auto& line : query_spend(at, query))
      sum += line.sums.cost.count();
    return sum;
  }
};

}  // namespace

// Every pair of whole hours: however the range falls on days, hours and their edges, each hour
// counts once.
BOOST_FIXTURE_TEST_CASE(every_range_sums_its_own_hours, fixture) {
  for (int from = -2; from < calls + 2; from += 5) {
    for (int until = from; until < calls + 30; until += 7) {
      const auto expected = std::max(0, std::min(until, calls) - std::max(from, 0));
      BOOST_TEST(spent(monday + hours{from}, monday + hours{until}) == expected);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_range_is_rounded_out_to_whole_hours_and_no_end_means_all, fixture) {
  BOOST_TEST(spent(monday + std::chrono::minutes{59}, monday + std::chrono::minutes{61}) == 2);
  BOOST_TEST(spent(monday + hours{90}, wall_time{}) == 6);
}

BOOST_FIXTURE_TEST_CASE(lines_are_by_day_and_dimension_and_matched, fixture) {
  rollup_query query;
  query.by = {dimension::tenant, dimension::model};
  query.by_day = true;
  query.match = {{dimension::tenant, "ac*"}};
  const auto lines = query_spend(at, query);
  BOOST_REQUIRE(lines.size() == 4U);
  BOOST_TEST((lines[1].day == monday + hours{24}));
  BOOST_TEST(lines[1].values[0] == "acme");
  BOOST_TEST(lines[1].values[1] == "gpt-5");
  BOOST_TEST(lines[1].sums.calls == 12);
}

BOOST_FIXTURE_TEST_CASE(rows_come_newest_first_and_page_without_gaps, fixture) {
  row_query query;
  query.limit = 10;
  std::vector<call_id> seen;
  while (true) {
    const auto page = query_rows(at, query);
    if (page.empty()) break;
    BOOST_REQUIRE(page.size() <= 10U);
    for (const auto& row : page)
      seen.push_back(row.id);
    query.before = seen.back();
  }
  BOOST_TEST(seen.size() == static_cast<std::size_t>(calls));
  BOOST_TEST(std::ranges::is_sorted(seen, std::ranges::greater{}));
}

// Rows that are rare are looked for in steps, and nobody waits for all of the ledger to be read.
BOOST_FIXTURE_TEST_CASE(a_page_ends_where_so_many_rows_were_looked_at, fixture) {
  row_query query;
  query.match = {{dimension::tenant, "acme"}};
  query.limit = 1'000;
  query.looked_at_max = 7;
  std::size_t found = 0;
  std::size_t pages = 0;
  do {
    const row_page page = query_page(at, query);
    BOOST_TEST(page.rows.size() <= 4U);
    if (!page.rows.empty()) BOOST_TEST((page.back_to <= page.rows.back().admitted));
    found += page.rows.size();
    ++pages;
    query.before = page.next_before;
  } while (query.before);
  BOOST_TEST(found == calls / 2U);
  BOOST_TEST(pages == calls / 7U + 1U);
  query.looked_at_max = 0;
  BOOST_TEST(!query_page(at, query).next_before.has_value());
  query.limit = 3;
  const row_page full = query_page(at, query);
  BOOST_TEST_REQUIRE(full.rows.size() == 3U);
  BOOST_TEST((full.next_before == full.rows.back().id));
}

BOOST_FIXTURE_TEST_CASE(rows_are_selected_by_time_and_match, fixture) {
  row_query query;
  query.from = monday + hours{10};
  query.until = monday + hours{20};
  query.match = {{dimension::tenant, "globex"}};
  const auto rows = query_rows(at, query);
  BOOST_REQUIRE(rows.size() == 5U);
  BOOST_TEST((rows.front().admitted == monday + hours{19}));
  BOOST_TEST((rows.back().admitted == monday + hours{11}));
  query.limit = 1;
  BOOST_TEST(query_rows(at, query).size() == 1U);
  query.limit = 0;
  BOOST_TEST(query_rows(at, query).empty());
}

// A call's id is made when it arrives.
BOOST_FIXTURE_TEST_CASE(a_row_is_found_by_when_its_call_was_admitted, fixture) {
  const auto admitted = monday + hours{200};
  auto request = hold_of(500, 1, admitted);
  request.id = numbered_id(500, admitted - std::chrono::minutes{50});
  BOOST_REQUIRE(!books.hold(request).refused);
  BOOST_REQUIRE(books.settle(settle_of(request.id, 1, admitted)).recorded);
  row_query query;
  query.from = admitted;
  query.until = admitted + std::chrono::microseconds{1};
  const auto rows = query_rows(ledger_store::moment(books.writer.store()), query);
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST((rows.front().id == request.id));
}

BOOST_FIXTURE_TEST_CASE(rows_are_selected_by_all_of_the_flags_asked_for, fixture) {
  auto request = hold_of(501, 1, monday + hours{200});
  request.flags = row_flag::estimated | row_flag::unpriced;
  BOOST_REQUIRE(!books.hold(request).refused);
  BOOST_REQUIRE(books.settle(settle_of(request.id, 1, request.admitted)).recorded);
  const ledger_store::moment now(books.writer.store());
  row_query query;
  query.flags = row_flag::estimated | row_flag::unpriced;
  const auto rows = query_rows(now, query);
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST((rows.front().id == request.id));
  query.flags = row_flag::unpriced;
  BOOST_TEST(query_rows(now, query).size() == 1U);
  query.flags = row_flag::unpriced | row_flag::implausible;
  BOOST_TEST(query_rows(now, query).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
