// Caps that change while calls run. How histories are read is tested in cap_history_test.cpp.
#include <boost/test/unit_test.hpp>

#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/store/failing_file_system.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_reconfigure_suite)

namespace {

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("first", 1'000), usd_cap("second", 1'000)};

  [[nodiscard]] ledger_options options() const {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    return result;
  }
};

[[nodiscard]] const cap_standing& standing(const std::vector<cap_standing>& all,
                                           const std::string& cap) {
  const cap_standing* found = find_standing(all, cap);
  BOOST_REQUIRE_MESSAGE(found != nullptr, "no standing of " << cap);
  return *found;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_edited_limit_keeps_the_usage_and_counts_at_once, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 600)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 600)).recorded);
  caps[0].limit = 700;
  BOOST_REQUIRE(books.reconfigure(caps));
  const auto now = books.standings();
  BOOST_TEST(standing(now, "first").limit == 700);
  BOOST_TEST(standing(now, "first").used == 600);
  const auto refused = books.hold(hold_of(2, 200)).refused;
  BOOST_REQUIRE(refused.has_value());
  BOOST_TEST(refused->standing.cap == "first");
  caps[0].limit = 900;
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_TEST(!books.hold(hold_of(3, 200)).refused);
}

// Monday ten o'clock UTC is eleven in Berlin and 19:00 in Tokyo, where the day began at 15:00 UTC.
BOOST_FIXTURE_TEST_CASE(a_tenant_whose_zone_is_edited_keeps_what_it_used_in_the_new_zones_window,
                        fixture) {
  const auto in_own_time = [](const std::string& zone_of_acme) {
    auto zones = std::make_shared<tenant_zones>();
    zones->set("acme", zone_of_acme);
    zones->set("beta", "Europe/Berlin");
    std::vector<cap> parts;
    for (const auto* zone : {"Asia/Tokyo", "Europe/Berlin"}) {
      cap& part = parts.emplace_back(usd_cap("own", 1'000));
      part.per = {dimension::tenant};
      part.zone_name = zone;
      part.window.zone = find_zone(zone);
      part.tenants = zones;
    }
    return parts;
  };
  caps = in_own_time("Europe/Berlin");
  driven_writer books(options());
  const auto spend = [&](std::uint64_t number, std::int64_t amount, wall_time when,
                         const std::string& tenant) {
    BOOST_TEST(!books.hold(hold_of(number, amount, when, tenant)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(number, when), amount, when)).recorded);
  };
  using std::chrono::hours;
  spend(1, 100, monday_ten - hours{18}, "acme");  // Sunday 16:00: Monday in Tokyo only
  spend(2, 300, monday_ten, "acme");
  spend(3, 50, monday_ten, "beta");
  BOOST_TEST(!books.hold(hold_of(4, 200, monday_ten, "acme")).refused);
  BOOST_REQUIRE(books.reconfigure(in_own_time("Asia/Tokyo")));
  const auto now = books.standings();
  std::vector<cap_standing> of_acme;
  std::ranges::copy_if(now, std::back_inserter(of_acme), [](const cap_standing& each) {
    return each.scope == "acme" && each.used + each.held > 0;
  });
  BOOST_TEST_REQUIRE(of_acme.size() == 1U);
  BOOST_TEST(of_acme.front().used == 400);
  BOOST_TEST(of_acme.front().held == 200);
  BOOST_TEST((of_acme.front().window.start == monday_ten - hours{19}));
  BOOST_TEST(find_standing(now, "own", "beta")->used == 50);
  BOOST_TEST(books.hold(hold_of(5, 401, monday_ten, "acme")).refused.has_value());
}

// Also when the list's order changes under it.
BOOST_FIXTURE_TEST_CASE(a_running_call_settles_in_what_stays_and_in_what_is_new, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 300)).refused);
  BOOST_REQUIRE(books.reconfigure({usd_cap("third", 1'000), caps[1]}));
  auto now = books.standings();
  BOOST_TEST(standing(now, "third").held == 300);
  BOOST_TEST(standing(now, "second").held == 300);
  BOOST_TEST(find_standing(now, "first") == nullptr);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 250)).recorded);
  now = books.standings();
  BOOST_TEST(standing(now, "third").used == 250);
  BOOST_TEST(standing(now, "third").held == 0);
  BOOST_TEST(standing(now, "second").used == 250);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_runs_across_a_change_and_a_crash_settles_in_the_new_caps,
                        fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 300)).refused);
    caps = {caps[1], usd_cap("third", 1'000, window_kind::forever)};
    BOOST_REQUIRE(books.reconfigure(caps));
  }
  driven_writer books(options());  // the orphan is posted at what it held: 300
  const auto now = books.standings();
  BOOST_TEST(standing(now, "second").used == 300);
  BOOST_TEST(standing(now, "third").used == 300);
  BOOST_TEST(verify_books(ledger_store::moment(books.writer.store()), caps).empty());
}

// Its window is over for everybody: the new cap has no such counter.
BOOST_FIXTURE_TEST_CASE(a_call_admitted_before_a_new_caps_window_is_not_its_own, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 300)).refused);
  const auto next_day = monday_ten + std::chrono::hours{24};
  BOOST_TEST(!books.hold(hold_of(2, 10, next_day)).refused);
  books.clock = next_day;
  caps.push_back(usd_cap("third", 1'000));
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_TEST(standing(books.standings(), "third").held == 10);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 300)).recorded);
  BOOST_TEST(standing(books.standings(), "third").used == 0);
}

BOOST_FIXTURE_TEST_CASE(a_lowered_limit_fires_what_it_makes_the_counter_cross_at_once, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 600)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 600)).recorded);
  books.alerts.clear();
  caps[0].limit = 700;
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_REQUIRE(books.alerts.size() == 1U);
  BOOST_TEST(books.alerts[0].cap == "first");
  BOOST_TEST(books.alerts[0].percent == 80);
  BOOST_TEST(books.alerts[0].limit == 700);
}

BOOST_FIXTURE_TEST_CASE(a_limit_that_comes_back_does_not_fire_what_had_fired_at_it, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 800)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 800)).recorded);
  BOOST_TEST(books.alerts.size() == 4U);  // 50 and 80 of both
  caps[0].limit = 10'000;
  BOOST_REQUIRE(books.reconfigure(caps));
  caps[0].limit = 1'000;
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_TEST(!books.hold(hold_of(2, 10)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(2), 10)).recorded);
  BOOST_TEST(books.alerts.size() == 4U);
  BOOST_TEST(standing(books.standings(), "first").threshold_reached == 80);
}

BOOST_FIXTURE_TEST_CASE(a_change_that_could_not_be_written_is_exact_when_it_is_tried_again,
                        fixture) {
  failing_environment disk;
  auto opened = options();
  opened.environment = disk.get();
  driven_writer books(std::move(opened));
  BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
  BOOST_TEST(!books.hold(hold_of(2, 100)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 30)).recorded);
  caps.push_back(usd_cap("third", 1'000, window_kind::forever));
  disk.control().fail_after(0, failure_mode::refused);
  const auto failed = books.begin_reconfigure(caps);
  BOOST_TEST(failed.in_force);
  BOOST_TEST(!failed.recorded);
  const auto turned_away = books.begin_reconfigure(caps);
  BOOST_TEST(!turned_away.in_force);
  BOOST_TEST(!turned_away.recorded);
  disk.control().repair();
  while (!books.writer.health().writable)
    books.upkeep();
  BOOST_TEST(books.settle(settle_of(numbered_id(2), 50)).recorded);
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_TEST(standing(books.standings(), "third").used == 80);
  BOOST_TEST(verify_books(ledger_store::moment(books.writer.store()), caps).empty());
}

BOOST_FIXTURE_TEST_CASE(a_running_call_settles_in_each_cap_s_unit_when_their_order_changes,
                        fixture) {
  caps = {usd_cap("money", 1'000), token_cap("tokens", 1'000)};
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 300)).refused);
  BOOST_REQUIRE(books.reconfigure({caps[1], caps[0]}));
  settlement what = settle_of(numbered_id(1), 250);
  what.cost = nanodollars{100};
  BOOST_TEST(books.settle(what).recorded);
  const auto now = books.standings();
  BOOST_TEST(standing(now, "money").used == 100);
  BOOST_TEST(standing(now, "tokens").used == 250);
}

BOOST_FIXTURE_TEST_CASE(a_call_admitted_as_a_new_cap_s_window_began_is_its_own, fixture) {
  const auto midnight = monday_ten + std::chrono::hours{14};
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 300, midnight)).refused);
  books.clock = midnight;
  caps.push_back(usd_cap("third", 1'000));
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_TEST(standing(books.standings(), "third").held == 300);
}

BOOST_FIXTURE_TEST_CASE(a_cap_whose_history_is_unread_is_busy_also_where_nobody_holds_anything,
                        fixture) {
  driven_writer books(options());
  caps.push_back(usd_cap("third", 1'000));
  auto begun = books.begin_reconfigure(caps);
  BOOST_REQUIRE(begun.recorded);
  ledger_row row;
  row.id = numbered_id(1);
  row.admitted = monday_ten;
  row.charged = charged_to("acme");
  row.cost = nanodollars{5};
  BOOST_TEST(books.record(row).recorded);
  const auto busy = books.hold(hold_of(2, 10)).refused;
  BOOST_REQUIRE(busy.has_value());
  BOOST_TEST((busy->reason == refusal_reason::budget_busy));
  BOOST_TEST(busy->standing.cap == "third");
  BOOST_REQUIRE(books.add_histories(std::move(begun)));
  BOOST_TEST(standing(books.standings(), "third").used == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
