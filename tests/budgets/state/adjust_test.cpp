// Raises and resets of caps, and what alerts make of them: the ledger through its writer, so that
// what is on disk is tested with it.
#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_adjust_suite)

namespace {

using std::chrono::hours;

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("day", 100)};
  std::uint64_t calls = 0;
  std::vector<std::string> fired;  // "80 of 100"
  std::optional<driven_writer> books;
  wall_time clock = monday_ten;

  fixture() {
    caps[0].per = {dimension::tenant};
    open();
  }
  void open() {
    books.reset();
    ledger_options options;
    options.directory = scratch.sub("ledger");
    options.caps = caps;
    options.now = [this] { return clock; };
    books.emplace(std::move(options));
    collect_alerts();
  }
  void collect_alerts() {
    for (const auto& each : books->alerts) {
      fired.push_back(std::to_string(each.percent) + " of " + std::to_string(each.limit));
    }
    books->alerts.clear();
  }
  [[nodiscard]] bool spend(std::int64_t amount, const std::string& tenant = "acme") {
    const auto request = hold_of(++calls, amount, clock, tenant);
    if (books->hold(request).refused) return false;
    BOOST_REQUIRE(books->settle(settle_of(request.id, amount, clock)).recorded);
    collect_alerts();
    return true;
  }
  adjusted order(adjustment_order what) {
    what.cap = what.cap.empty() ? "day" : what.cap;
    what.who = "admin";
    what.reason = "launch";
    books->clock = clock;
    auto result = books->adjust(std::move(what));
    collect_alerts();
    return result;
  }
  adjusted raise(std::int64_t by, std::optional<std::string> scope = {},
                 std::optional<wall_time> until = {}) {
    adjustment_order what;
    what.by = by;
    what.scope = std::move(scope);
    what.until = until;
    return order(std::move(what));
  }
  adjusted reset(std::optional<std::string> scope) {
    adjustment_order what;
    what.kind = adjustment_kind::reset;
    what.scope = std::move(scope);
    return order(std::move(what));
  }
  [[nodiscard]] cap_standing standing(const std::string& tenant = "acme") {
    const auto all = books->standings();
    const auto* found = find_standing(all, "day", tenant);
    BOOST_REQUIRE_MESSAGE(found != nullptr, "no standing of " << tenant);
    return *found;
  }
  [[nodiscard]] std::vector<adjustment> recorded() const {
    return query_adjustments(ledger_store::moment(books->writer.store()), 100);
  }
  void expect_fired(std::vector<std::string> expected) {
    BOOST_TEST(fired == expected, boost::test_tools::per_element());
  }
  void expect_proved() {
    for (const auto& each : verify_books(ledger_store::moment(books->writer.store()), caps))
      BOOST_ERROR(each);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_raise_lifts_the_limit_until_the_window_ends_and_survives_a_restart,
                        fixture) {
  BOOST_TEST(spend(90));
  BOOST_TEST(!spend(20));
  const auto made = raise(50);
  BOOST_REQUIRE(!made.refused);
  BOOST_REQUIRE(made.made.size() == 1U);
  BOOST_TEST((made.made[0].until == monday_ten + hours{14}));  // midnight
  BOOST_TEST(standing().limit == 150);
  BOOST_TEST(standing().configured_limit == 100);
  open();
  BOOST_TEST(standing().limit == 150);
  BOOST_TEST(spend(20));
  clock += hours{14};
  BOOST_TEST(!spend(120));
  BOOST_TEST(spend(100));
  BOOST_TEST(standing().limit == 100);
}

BOOST_FIXTURE_TEST_CASE(a_raise_with_an_end_holds_across_windows_and_not_beyond, fixture) {
  BOOST_REQUIRE(!raise(50, {}, monday_ten + hours{30}).refused);
  clock += hours{20};
  BOOST_TEST(spend(150));
  clock = monday_ten + hours{30};
  BOOST_TEST(!spend(1));
  open();
  BOOST_TEST(!spend(1));
}

// Nothing else happens: a scrape must see the old limit all the same.
BOOST_FIXTURE_TEST_CASE(standings_show_the_old_limit_as_soon_as_a_raise_is_over, fixture) {
  BOOST_TEST(spend(90));
  BOOST_REQUIRE(!raise(50, {}, monday_ten + hours{1}).refused);
  BOOST_TEST(standing().limit == 150);
  clock += hours{1};
  BOOST_TEST(standing().limit == 100);
}

BOOST_FIXTURE_TEST_CASE(a_raise_of_one_scope_leaves_the_others, fixture) {
  BOOST_REQUIRE(!raise(50, "acme").refused);  // before its first call
  BOOST_TEST(spend(150));
  BOOST_TEST(!spend(101, "globex"));
  BOOST_REQUIRE(!raise(7).refused);
  BOOST_TEST(standing().limit == 157);
  BOOST_TEST(spend(107, "globex"));
}

BOOST_FIXTURE_TEST_CASE(a_raise_is_kept_when_the_list_of_caps_changes, fixture) {
  BOOST_REQUIRE(!raise(50, "acme").refused);
  caps[0].limit = 200;
  BOOST_REQUIRE(books->reconfigure(caps));
  BOOST_TEST(spend(250));
  BOOST_REQUIRE(books->reconfigure({}));
  BOOST_REQUIRE(books->reconfigure(caps));
  BOOST_TEST(standing().limit == 250);
  BOOST_TEST(standing().used == 250);
}

BOOST_FIXTURE_TEST_CASE(a_reset_starts_again_at_nothing_and_the_books_still_add_up, fixture) {
  caps.push_back(usd_cap("ever", 250, window_kind::forever));
  BOOST_REQUIRE(books->reconfigure(caps));
  BOOST_TEST(spend(90));
  adjustment_order what;
  what.kind = adjustment_kind::reset;
  what.cap = "ever";
  BOOST_REQUIRE(!order(what).refused);
  const auto made = reset("acme");
  BOOST_REQUIRE(made.made.size() == 1U);
  BOOST_TEST(made.made[0].amount == 90);
  BOOST_TEST(standing().used == 0);
  BOOST_TEST(standing().forgiven == 90);
  expect_proved();
  BOOST_TEST(spend(80));
  open();
  BOOST_TEST(standing().used == 80);
  BOOST_TEST(!spend(21));
  BOOST_TEST(spend(20));
  BOOST_REQUIRE(!reset("acme").refused);
  BOOST_TEST(standing().used == 0);
  BOOST_TEST(standing().forgiven == 190);
  open();
  BOOST_TEST(standing().used == 0);
  expect_proved();
  clock += hours{24};
  BOOST_TEST(spend(1));
  BOOST_TEST(standing().forgiven == 0);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_runs_during_a_reset_counts_when_it_settles, fixture) {
  const auto running = hold_of(900, 60, clock);
  BOOST_REQUIRE(!books->hold(running).refused);
  BOOST_TEST(spend(40));
  BOOST_REQUIRE(!reset("acme").refused);
  BOOST_TEST(standing().held == 60);
  BOOST_TEST(!spend(41));
  BOOST_REQUIRE(books->settle(settle_of(running.id, 55, clock)).recorded);
  BOOST_TEST(standing().used == 55);
}

BOOST_FIXTURE_TEST_CASE(a_reset_of_every_scope_records_each, fixture) {
  BOOST_TEST(spend(10));
  BOOST_TEST(spend(20, "globex"));
  const auto made = reset({});
  BOOST_REQUIRE(made.made.size() == 2U);
  BOOST_TEST(made.made[0].scope == "acme");
  BOOST_TEST(made.made[1].number == made.made[0].number + 1);
  BOOST_TEST(standing("globex").used == 0);
  BOOST_REQUIRE(!raise(5).refused);
  const auto all = recorded();
  BOOST_REQUIRE(all.size() == 3U);
  BOOST_TEST(all[0].number == 3U);  // newest first
  BOOST_TEST((all[2] == made.made[0]));
  BOOST_TEST(all[0].who == "admin");
  BOOST_TEST(all[0].reason == "launch");
  open();
  BOOST_REQUIRE(!raise(5).refused);
  BOOST_TEST(recorded()[0].number == 4U);
}

BOOST_FIXTURE_TEST_CASE(orders_that_make_no_sense_are_refused_and_leave_no_record, fixture) {
  using refusal = adjustment_refusal;
  caps.push_back(usd_cap("ever", 100, window_kind::forever));
  caps.push_back(usd_cap("each", 100, window_kind::request));
  caps.push_back(usd_cap("last-day", 100, window_kind::rolling));
  caps.back().window.length = hours{24};
  BOOST_REQUIRE(books->reconfigure(caps));
  const auto why = [&](const std::string& cap, std::optional<std::string> scope, std::int64_t by,
                       std::optional<wall_time> until = {}) {
    adjustment_order what;
    what.cap = cap;
    what.scope = std::move(scope);
    what.by = by;
    what.until = until;
    return order(std::move(what)).refused.value();
  };
  BOOST_TEST((why("nobody", {}, 5) == refusal::unknown_cap));
  BOOST_TEST((why("each", {}, 5) == refusal::of_each_call));
  BOOST_TEST((why("ever", "acme", 5) == refusal::not_split));
  BOOST_TEST((why("ever", {}, 5) == refusal::without_end));
  BOOST_TEST((why("last-day", {}, 5) == refusal::without_end));
  BOOST_TEST((why("day", "a/b", 5) == refusal::wrong_scope));
  BOOST_TEST((why("day", "", 5) == refusal::wrong_scope));
  BOOST_TEST((why("day", {}, 0) == refusal::not_positive));
  BOOST_TEST((why("day", {}, 5, clock) == refusal::over_already));
  BOOST_TEST((reset("acme").refused.value() == refusal::nothing_used));
  BOOST_TEST(recorded().empty());
}

BOOST_FIXTURE_TEST_CASE(a_raise_beyond_all_numbers_is_no_limit, fixture) {
  BOOST_REQUIRE(!raise(std::numeric_limits<std::int64_t>::max()).refused);
  BOOST_REQUIRE(!raise(std::numeric_limits<std::int64_t>::max()).refused);
  BOOST_TEST(spend(1'000'000));
  BOOST_TEST(standing().limit == std::numeric_limits<std::int64_t>::max());
}

BOOST_FIXTURE_TEST_CASE(one_call_that_crosses_several_thresholds_fires_each_once, fixture) {
  BOOST_TEST(spend(100));
  expect_fired({"50 of 100", "80 of 100", "100 of 100"});
  BOOST_TEST(spend(0));
  open();
  BOOST_TEST(spend(0));
  expect_fired({"50 of 100", "80 of 100", "100 of 100"});
}

BOOST_FIXTURE_TEST_CASE(thresholds_above_the_ratio_fire_again_after_a_raise, fixture) {
  BOOST_TEST(spend(85));
  expect_fired({"50 of 100", "80 of 100"});
  BOOST_REQUIRE(!raise(50).refused);  // 85 of 150: past 50 %
  BOOST_TEST(standing().threshold_reached == 50);
  open();
  BOOST_TEST(spend(34));
  expect_fired({"50 of 100", "80 of 100"});
  BOOST_TEST(spend(1));
  expect_fired({"50 of 100", "80 of 100", "80 of 150"});
}

// The limit is the old one again: what fired at it has fired, also across a restart; what had not,
// fires at once.
BOOST_FIXTURE_TEST_CASE(the_end_of_a_raise_fires_nothing_twice, fixture) {
  BOOST_TEST(spend(85));
  BOOST_REQUIRE(!raise(1'000, {}, monday_ten + hours{1}).refused);
  BOOST_TEST(standing().threshold_reached == 0);
  open();
  clock += hours{1};
  BOOST_TEST(spend(5));
  expect_fired({"50 of 100", "80 of 100"});
  BOOST_TEST(standing().threshold_reached == 80);
  BOOST_REQUIRE(!raise(1'000, {}, clock + hours{1}).refused);
  BOOST_TEST(spend(15));
  clock += hours{1};
  BOOST_TEST(!spend(1));
  collect_alerts();
  expect_fired({"50 of 100", "80 of 100", "100 of 100"});
}

// 2 of 3 is 66.7 %: a threshold of 66 is the whole number 2, of 67 the number 3.
BOOST_FIXTURE_TEST_CASE(rounding_fires_no_threshold_twice_at_one_limit, fixture) {
  caps[0].limit = 3;
  caps[0].alert_percent = {33, 34, 66, 67, 100};
  BOOST_REQUIRE(books->reconfigure(caps));
  BOOST_TEST(spend(1));
  expect_fired({"33 of 3"});
  for (int i = 0; i < 3; ++i) {
    caps[0].limit = 4;
    BOOST_REQUIRE(books->reconfigure(caps));
    caps[0].limit = 3;
    BOOST_REQUIRE(books->reconfigure(caps));
    open();
  }
  collect_alerts();
  expect_fired({"33 of 3"});
  BOOST_TEST(spend(1));
  expect_fired({"33 of 3", "34 of 3", "66 of 3"});
}

BOOST_FIXTURE_TEST_CASE(a_reset_arms_every_alert_again, fixture) {
  BOOST_TEST(spend(85));
  BOOST_REQUIRE(!reset("acme").refused);
  BOOST_TEST(standing().threshold_reached == 0);
  BOOST_TEST(spend(50));
  expect_fired({"50 of 100", "80 of 100", "50 of 100"});
}

BOOST_FIXTURE_TEST_CASE(each_scope_and_each_window_fires_for_itself, fixture) {
  BOOST_TEST(spend(50));
  BOOST_TEST(spend(50, "globex"));
  clock += hours{24};
  BOOST_TEST(spend(50));
  expect_fired({"50 of 100", "50 of 100", "50 of 100"});
}

BOOST_FIXTURE_TEST_CASE(only_scopes_that_used_something_are_reset_and_the_least_will_do, fixture) {
  BOOST_TEST(spend(1));
  BOOST_TEST(spend(1, "beta"));
  BOOST_TEST(spend(0, "idle"));
  const auto one = reset("acme");
  BOOST_REQUIRE(one.made.size() == 1U);
  BOOST_TEST(one.made[0].amount == 1);
  BOOST_TEST(!one.made[0].every_scope);
  const auto all = reset({});
  BOOST_REQUIRE(all.made.size() == 1U);
  BOOST_TEST(all.made[0].scope == "beta");
  BOOST_TEST(!all.made[0].every_scope);
  BOOST_TEST(spend(1, "gamma"));
  open();
  BOOST_TEST(standing("gamma").forgiven == 0);
  BOOST_TEST(standing().forgiven == 1);
  BOOST_TEST(standing().used == 0);
  expect_proved();
}

BOOST_FIXTURE_TEST_CASE(a_raise_may_be_of_the_least_that_there_is, fixture) {
  BOOST_TEST(!raise(1).refused);
  BOOST_TEST(spend(101));
}

BOOST_FIXTURE_TEST_CASE(a_thousand_scopes_are_reset_at_once_and_no_more, fixture) {
  const auto spend_in = [&](int scopes) {
    for (int i = 0; i < scopes; ++i)
      BOOST_REQUIRE(spend(1, "tenant-" + std::to_string(i)));
  };
  spend_in(1'000);
  BOOST_TEST(reset({}).made.size() == 1'000U);
  spend_in(1'001);
  const auto refused = reset({});
  BOOST_TEST((refused.refused == adjustment_refusal::too_many_scopes));
  BOOST_TEST(refused.made.empty());
}

BOOST_FIXTURE_TEST_CASE(no_more_adjustments_are_told_than_were_asked_for, fixture) {
  for (const int by : {1, 2, 3})
    BOOST_REQUIRE(!raise(by).refused);
  const ledger_store::moment at(books->writer.store());
  BOOST_TEST(query_adjustments(at, 0).empty());
  BOOST_REQUIRE(query_adjustments(at, 1).size() == 1U);
  BOOST_TEST(query_adjustments(at, 1).front().amount == 3);
  BOOST_TEST(query_adjustments(at, 2).size() == 2U);
}

// One record for each zone, each with a number of its own.
BOOST_FIXTURE_TEST_CASE(a_cap_in_the_tenants_own_time_is_raised_in_every_zone, fixture) {
  auto zones = std::make_shared<tenant_zones>();
  zones->set("acme", "Asia/Tokyo");
  cap tokyo = caps[0];
  tokyo.zone_name = "Asia/Tokyo";
  tokyo.window.zone = find_zone("Asia/Tokyo");
  tokyo.tenants = zones;
  caps[0].zone_name = "UTC";
  caps[0].tenants = zones;
  caps.push_back(tokyo);
  BOOST_REQUIRE(books->reconfigure(caps));
  const auto made = raise(50);
  BOOST_REQUIRE(made.made.size() == 2U);
  BOOST_TEST(made.made[1].number == made.made[0].number + 1);
  BOOST_TEST(recorded().size() == 2U);
  BOOST_TEST(spend(150, "acme"));
  BOOST_TEST(spend(150, "globex"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
