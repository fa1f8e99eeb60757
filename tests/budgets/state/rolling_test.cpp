// Goal: a rolling cap refuses what would put more than its limit into any interval of its length,
// and nothing else; its usage, its alerts and its holds survive a restart. Method: a ledger driven
// by hand, and a random one against a list of its calls.
#include <map>
#include <random>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_rolling)

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

[[nodiscard]] cap rolling_cap(std::int64_t limit, seconds length = hours{24}) {
  cap each = usd_cap("day", limit, window_kind::rolling);
  each.window.length = length;
  each.per = {dimension::tenant};
  return each;
}

struct books {
  scratch_directory scratch;
  ledger_options options;
  std::optional<driven_writer> at;

  explicit books(cap each) {
    options.directory = scratch.sub("ledger");
    options.caps = {std::move(each)};
    at.emplace(options);
  }
  void restart() {
    at.reset();
    at.emplace(options);
  }
  // A whole call at this time; whether it was let in.
  bool spend(std::uint64_t number, std::int64_t amount, wall_time when) {
    const auto request = hold_of(number, amount, when);
    if (at->hold(request).refused) return false;
    BOOST_TEST(at->settle(settle_of(request.id, amount, when)).recorded);
    return true;
  }
  [[nodiscard]] std::int64_t used(wall_time when) {
    at->clock = when;
    const auto all = at->standings();
    const auto* found = find_standing(all, "day", "acme");
    return found == nullptr ? 0 : found->used;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(usage_leaves_a_step_at_a_time_after_the_length_is_over) {
  books day(rolling_cap(100));
  BOOST_TEST(day.spend(1, 60, monday_ten + minutes{10}));
  BOOST_TEST(day.spend(2, 40, monday_ten + hours{5}));
  BOOST_TEST(!day.spend(3, 1, monday_ten + hours{24} + minutes{59}));
  BOOST_TEST(day.spend(4, 60, monday_ten + hours{25}));
  BOOST_TEST(!day.spend(5, 1, monday_ten + hours{25}));
  BOOST_TEST(day.used(monday_ten + hours{25}) == 100);
  BOOST_TEST(day.used(monday_ten + hours{30}) == 60);
  BOOST_TEST(day.used(monday_ten + hours{50}) == 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_when_enough_will_have_left) {
  books day(rolling_cap(100));
  BOOST_TEST(day.spend(1, 60, monday_ten));
  BOOST_TEST(day.spend(2, 40, monday_ten + hours{5}));
  const auto refused = day.at->hold(hold_of(3, 61, monday_ten + hours{6})).refused;
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->reason == refusal_reason::budget_exceeded));
  BOOST_TEST((refused->standing.window.end == monday_ten + hours{30}));
  BOOST_TEST((refused->standing.rolling == hours{24}));
  const auto never = day.at->hold(hold_of(4, 101, monday_ten + hours{6})).refused;
  BOOST_TEST_REQUIRE(never.has_value());
  BOOST_TEST(!never->standing.window.end);
}

// 40 spent and 30 held: 75 fit when both have left.
BOOST_AUTO_TEST_CASE(a_refusal_counts_what_is_held_among_what_must_leave) {
  books day(rolling_cap(100));
  BOOST_TEST(day.spend(1, 40, monday_ten));
  BOOST_TEST(!day.at->hold(hold_of(2, 30, monday_ten + hours{5})).refused);
  const auto refused = day.at->hold(hold_of(3, 75, monday_ten + hours{6})).refused;
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->standing.window.end == monday_ten + hours{30}));
}

BOOST_AUTO_TEST_CASE(a_call_stays_in_the_step_that_admitted_it_however_long_it_runs) {
  books day(rolling_cap(100));
  const auto request = hold_of(1, 90, monday_ten);
  BOOST_TEST(!day.at->hold(request).refused);
  // Held by a call in flight, and a window later no concern of the cap any more.
  const auto busy = day.at->hold(hold_of(2, 20, monday_ten + hours{24}));
  BOOST_TEST_REQUIRE(busy.refused.has_value());
  BOOST_TEST((busy.refused->reason == refusal_reason::budget_busy));
  BOOST_TEST(day.spend(3, 100, monday_ten + hours{25}));
  BOOST_TEST(day.at->settle(settle_of(request.id, 90, monday_ten + hours{30})).recorded);
  BOOST_TEST(day.used(monday_ten + hours{30}) == 100);
  BOOST_TEST(day.used(monday_ten + hours{24}) == 100);
}

BOOST_AUTO_TEST_CASE(a_restart_finds_every_bucket_again) {
  books day(rolling_cap(100));
  for (std::uint64_t i = 0; i < 10; ++i)
    BOOST_TEST(day.spend(i, 10, monday_ten + hours{2 * i}));
  day.restart();
  BOOST_TEST(day.used(monday_ten + hours{18}) == 100);
  BOOST_TEST(!day.spend(20, 11, monday_ten + hours{25}));
  BOOST_TEST(day.spend(21, 10, monday_ten + hours{25}));
  day.restart();
  BOOST_TEST(day.used(monday_ten + hours{25}) == 100);
  BOOST_TEST(day.used(monday_ten + hours{27}) == 90);
}

BOOST_AUTO_TEST_CASE(an_orphan_is_posted_where_it_was_admitted) {
  books day(rolling_cap(100));
  BOOST_TEST(day.spend(1, 10, monday_ten));
  BOOST_TEST(!day.at->hold(hold_of(2, 80, monday_ten)).refused);
  BOOST_TEST(day.spend(3, 10, monday_ten + hours{3}));
  day.restart();
  BOOST_TEST(day.used(monday_ten + hours{3}) == 100);  // 10, the orphan's 80, 10
  BOOST_TEST(day.used(monday_ten + hours{25}) == 10);
}

BOOST_AUTO_TEST_CASE(an_alert_fires_again_only_after_the_share_fell_below_it) {
  books day(rolling_cap(100));
  const auto told = [&] {
    std::vector<int> percents;
    for (const auto& each : std::exchange(day.at->alerts, {}))
      percents.push_back(each.percent);
    return percents;
  };
  BOOST_TEST(day.spend(1, 60, monday_ten));
  BOOST_TEST((told() == std::vector{50}));
  BOOST_TEST(day.spend(2, 30, monday_ten + hours{10}));
  BOOST_TEST((told() == std::vector{80}));
  day.restart();
  // 60 leave, 60 come: 30 in between, so 50 and 80 fire anew.
  BOOST_TEST(day.spend(3, 60, monday_ten + hours{25}));
  BOOST_TEST((told() == std::vector{50, 80}));
  // 30 leave: 60 are left, which is above 50, so only 80 is armed.
  BOOST_TEST(day.spend(4, 5, monday_ten + hours{36}));
  BOOST_TEST(told().empty());
  day.restart();
  BOOST_TEST(day.spend(5, 20, monday_ten + hours{36}));
  BOOST_TEST((told() == std::vector{80}));
}

BOOST_AUTO_TEST_CASE(a_standing_tells_only_the_percentage_that_the_window_still_reaches) {
  ledger books({{.definition = rolling_cap(100), .number = 1}}, 1, monday_ten);
  const auto spend = [&](std::uint64_t number, std::int64_t amount, wall_time when) {
    const auto request = hold_of(number, amount, when);
    BOOST_TEST_REQUIRE(!books.hold(hold_request(request)).refused);
    BOOST_TEST_REQUIRE(books.settle(settle_of(request.id, amount, when)).recorded);
  };
  const auto reached = [&](wall_time when) {
    const auto all = books.standings(when);
    return find_standing(all, "day", "acme")->threshold_reached;
  };
  spend(1, 30, monday_ten);
  spend(2, 60, monday_ten + hours{10});
  BOOST_TEST(reached(monday_ten + hours{10}) == 80);
  BOOST_TEST(reached(monday_ten + hours{24}) == 80);
  BOOST_TEST(reached(monday_ten + hours{25}) == 50);  // 30 have left
  spend(3, 10, monday_ten + hours{30});
  BOOST_TEST(reached(monday_ten + hours{30}) == 50);
  BOOST_TEST(reached(monday_ten + hours{35}) == 0);
}

BOOST_AUTO_TEST_CASE(what_fired_late_for_an_earlier_step_is_not_told_twice_after_a_restart) {
  books day(rolling_cap(100));
  const auto slow = hold_of(1, 40, monday_ten);
  BOOST_TEST(!day.at->hold(slow).refused);
  BOOST_TEST(day.spend(2, 55, monday_ten + hours{2}));
  BOOST_TEST(day.at->settle(settle_of(slow.id, 30, monday_ten + hours{3})).recorded);
  BOOST_TEST(day.at->alerts.size() == 2U);
  day.restart();
  BOOST_TEST(day.spend(3, 1, monday_ten + hours{3}));
  BOOST_TEST(day.at->alerts.empty());
}

// The steps before the call's own are not in the present window any more; in that of its own they
// are.
BOOST_AUTO_TEST_CASE(a_hold_grows_only_into_what_every_window_with_its_step_has_left) {
  ledger books({{.definition = rolling_cap(100), .number = 1}}, 1, monday_ten);
  const auto whole = [&](std::uint64_t number, std::int64_t amount, wall_time when) {
    const auto request = hold_of(number, amount, when);
    BOOST_TEST_REQUIRE(!books.hold(hold_request(request)).refused);
    BOOST_TEST_REQUIRE(books.settle(settle_of(request.id, amount, when)).recorded);
  };
  whole(1, 50, monday_ten);
  const auto stream = hold_of(2, 20, monday_ten + hours{23});
  BOOST_TEST_REQUIRE(!books.hold(hold_request(stream)).refused);
  whole(3, 10, monday_ten + hours{26});
  hold_extension more{.id = stream.id, .to = stream.worst, .known = {}, .known_cost = {}};
  more.to.cost = nanodollars{51};
  const auto refused = books.extend(more);
  BOOST_TEST(!refused.granted);
  BOOST_TEST_REQUIRE(refused.refused.has_value());
  more.to.cost = nanodollars{50};
  BOOST_TEST(books.extend(more).granted);
  BOOST_TEST(books.caps().front().find("acme")->held == 50);
}

BOOST_AUTO_TEST_CASE(idle_scopes_leave_memory_and_busy_ones_keep_a_bounded_number_of_buckets) {
  ledger books({{.definition = rolling_cap(1'000'000, minutes{1}), .number = 1}}, 1, monday_ten);
  std::uint64_t number = 0;
  const auto call = [&](const std::string& tenant, wall_time when) {
    const auto request = hold_of(++number, 10, when, tenant);
    BOOST_TEST_REQUIRE(!books.hold(hold_request(request)).refused);
    BOOST_TEST_REQUIRE(books.settle(settle_of(request.id, 10, when)).recorded);
    books.written();
  };
  for (int i = 0; i < 1'000; ++i)
    call("tenant-" + std::to_string(i), monday_ten);
  const auto running = hold_of(++number, 10, monday_ten, "acme");
  BOOST_TEST_REQUIRE(!books.hold(hold_request(running)).refused);
  for (int i = 0; i < 1'000; ++i)
    call("acme", monday_ten + seconds{i});
  const cap_counters& of = books.caps().front();
  BOOST_TEST(of.counters_in_memory() == 1U);
  // The present window, and what a window could count together with the running call.
  BOOST_TEST(of.find("acme")->rolling->all().size() <= 3U * 31U);
  BOOST_TEST_REQUIRE(books.settle(settle_of(running.id, 10, monday_ten)).recorded);
  books.written();
  BOOST_TEST(of.find("acme")->rolling->all().size() <= 32U);
}

// Random calls, some of them slow, over random lengths: each is let in exactly when the list of
// what was admitted in the window's buckets says that it fits, and in no interval of the length was
// ever more admitted than the limit.
BOOST_AUTO_TEST_CASE(it_decides_as_a_list_of_calls_does) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  struct listed {
    wall_time at;
    std::int64_t amount;
    bool running;
  };
  for (int round = 0; round < 20; ++round) {
    const seconds length = minutes{1 + random() % 3'000};
    const seconds step = rolling_step(length);
    const cap rule = rolling_cap(1'000, length);
    books day(rule);
    std::map<std::uint64_t, listed> calls;
    wall_time now = monday_ten;
    for (std::uint64_t i = 1; i < 300; ++i) {
      now += seconds{random() % (static_cast<unsigned>(step.count()) * 2)};
      const window counted = window_at(rule.window, now);
      const auto counted_sum = [&] {
        std::int64_t sum = 0;
        for (const auto& [number, each] : calls)
          sum += each.at >= counted.start ? each.amount : 0;
        return sum;
      };
      const auto sum = counted_sum();
      const auto amount = static_cast<std::int64_t>(1 + random() % 200);
      const auto answer = day.at->hold(hold_of(i, amount, now));
      BOOST_TEST_REQUIRE(answer.refused.has_value() == (sum + amount > 1'000), "seed " << seed);
      if (!answer.refused) calls[i] = {.at = now, .amount = amount, .running = true};
      for (auto& [number, each] : calls) {
        if (!each.running || random() % (number % 3 == 0 ? 40 : 4) != 0) continue;
        each.running = false;
        each.amount -= static_cast<std::int64_t>(random() % static_cast<unsigned>(each.amount));
        const auto ended =
            day.at->settle(settle_of(numbered_id(number, each.at), each.amount, now));
        BOOST_TEST_REQUIRE(ended.recorded);
        const cap_standing& stands = ended.tightest.value();
        BOOST_TEST_REQUIRE(stands.used + stands.held == counted_sum(), "seed " << seed);
      }
      if (random() % 50 != 0) continue;
      for (auto& [number, each] : calls)
        each.running = false;  // an orphan is posted at all that it held
      day.restart();
    }
    for (const auto& [number, last] : calls) {
      std::int64_t sum = 0;
      for (const auto& [other, each] : calls)
        sum += each.at <= last.at && each.at > last.at - length ? each.amount : 0;
      BOOST_TEST_REQUIRE(sum <= 1'000, "seed " << seed);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
