// A cap that is new where calls were counted before. Goal: its counters are what they would be had
// it always been there. Method: the same random calls go to two ledgers, one with all caps from the
// beginning, one that gets them later; then every counter of an open window must agree.
#include "budgets/books/cap_history.hpp"

#include <iostream>
#include <map>
#include <random>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(cap_history_suite)

namespace {

namespace format = ledger_format;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

using standing_key = std::tuple<std::string, std::string, wall_time>;
struct figures {
  std::int64_t used = 0;
  std::int64_t held = 0;
  int threshold = 0;
  bool operator==(const figures&) const = default;
};

// Of windows that are open: a running call of a closed one is not counted by a cap that came later.
[[nodiscard]] std::map<standing_key, figures> open_figures(driven_writer& books) {
  std::map<standing_key, figures> result;
  for (const auto& each : books.standings()) {
    const wall_time now = books.writer.state().last_seen();
    if (each.window.end && *each.window.end <= now) continue;
    if (each.used == 0 && each.held == 0) continue;
    result[{each.cap, each.scope, each.window.start}] = {each.used, each.held,
                                                         each.threshold_reached};
  }
  return result;
}

void expect_same(driven_writer& always, driven_writer& late, const std::string& when) {
  const auto expected = open_figures(always);
  const auto found = open_figures(late);
  BOOST_TEST(expected.size() == found.size(), when);
  for (const auto& each : late.standings())
    BOOST_TEST(!each.incomplete, when + ": cap " + each.cap);  // no row is missing
  for (const auto& [key, figure] : expected) {
    const auto at = found.find(key);
    const auto& [name, scope, start] = key;
    const std::string where = when + ": cap " + name + ", scope \"" + scope + "\"";
    BOOST_REQUIRE_MESSAGE(at != found.end(), where << " is missing, used " << figure.used);
    BOOST_TEST(at->second.used == figure.used, where);
    BOOST_TEST(at->second.held == figure.held, where);
    BOOST_TEST(at->second.threshold == figure.threshold, where);
  }
}

class random_calls {
 public:
  explicit random_calls(unsigned seed) : random_(seed) {}

  [[nodiscard]] int below(int bound) {
    return std::uniform_int_distribution<int>(0, bound - 1)(random_);
  }

  [[nodiscard]] cap any_cap(int number) {
    static const char* const zones[] = {"UTC",
                                        "Europe/Berlin",
                                        "Asia/Kolkata",
                                        "Asia/Kathmandu",
                                        "Australia/Lord_Howe",
                                        "America/St_Johns",
                                        "Pacific/Chatham"};
    cap made = usd_cap("cap-" + std::to_string(number), 1 + below(100'000),
                       static_cast<window_kind>(1 + below(9)));
    made.mode = cap_mode::warn;  // so that both ledgers admit the same calls
    made.unit = static_cast<cap_unit>(below(5));
    made.zone_name = zones[below(7)];
    made.window.zone = find_zone(made.zone_name);
    if (made.window.kind == window_kind::rolling) {
      static const std::chrono::seconds lengths[] = {minutes{1}, minutes{45},   hours{5},
                                                     hours{24},  hours{24 * 7}, hours{24 * 30}};
      made.window.length = lengths[below(6)];
    }
    made.window.first_weekday = 1 + below(7);
    made.window.first_day_of_month = 1 + below(28);
    made.window.first_month_of_year = 1 + below(12);
    if (below(2) == 0) made.match.emplace_back(static_cast<dimension>(below(6)), any_glob());
    for (int d = 0; d < dimension_count; ++d) {
      if (below(4) == 0) made.per.push_back(static_cast<dimension>(d));
    }
    return made;
  }

  // Mostly a little later; sometimes hours, sometimes the clock is set back.
  void move(wall_time& clock) {
    const int what = below(40);
    if (what == 0) clock -= hours{1 + below(30)};
    if (what == 1) clock += hours{1 + below(20)};
    clock += what < 30 ? std::chrono::microseconds{below(40'000'000)} : minutes{below(50)};
  }

  [[nodiscard]] hold_request any_hold(wall_time clock) {
    auto request = hold_of(++number_, 10 + below(1'000), clock);
    request.id = make_call_id(clock, number_, number_);
    request.charged = any_charged();
    return request;
  }

  [[nodiscard]] settlement any_settlement(const call_id& id, wall_time clock) {
    auto what = settle_of(id, below(5) == 0 ? 0 : below(2'000), clock);
    what.used.reasoning_tokens = what.used.output_tokens / 2;
    return what;
  }

  // Refused (nothing used), or passed through with usage.
  [[nodiscard]] ledger_row any_row(wall_time clock) {
    ledger_row row;
    ++number_;
    row.id = make_call_id(clock, number_, number_);
    row.admitted = row.ended = clock;
    row.charged = any_charged();
    row.outcome = call_outcome::refused;
    if (below(2) == 0) {
      row.outcome = call_outcome::unmetered;
      row.used.input_tokens = below(100);
      row.cost = nanodollars{below(100)};
    }
    return row;
  }

 private:
  [[nodiscard]] attribution any_charged() {
    return {.tenant = pick({"acme", "globex", "a/b%c"}),
            .feature = pick({"chat", "search-web", "search-docs"}),
            .key = pick({"key_1", "key_2"}),
            .user = pick({"", "ann", "bob"}),
            .model = pick({"gpt-5", "gpt-4o", "claude"}),
            .provider = pick({"openai", "anthropic"})};
  }
  [[nodiscard]] std::string any_glob() {
    return pick({"*", "acme", "search-*", "gpt-*", "ann", "key_1", "*o*", "nobody"});
  }
  [[nodiscard]] std::string pick(std::initializer_list<const char*> of) {
    return *(of.begin() + below(static_cast<int>(of.size())));
  }

  std::mt19937 random_;
  std::uint64_t number_ = 0;
};

// Two ledgers that see the same calls.
struct pair_of_books {
  explicit pair_of_books(unsigned seed) : calls(seed) {
    std::cout << "seed " << seed << '\n';
    for (int i = 0; i < 25; ++i)
      caps.push_back(calls.any_cap(i));
    open({});
  }

  void open(const std::vector<cap>& of_late) {
    always.reset();
    late.reset();
    always.emplace(options("always", caps));
    late.emplace(options("late", of_late));
    running.clear();  // they are orphans now
  }
  [[nodiscard]] ledger_options options(const std::string& name, std::vector<cap> with) {
    ledger_options result;
    result.directory = scratch.sub(name);
    result.caps = std::move(with);
    result.now = [this] { return clock; };
    return result;
  }

  void run(int count) {
    for (; count > 0; --count) {
      calls.move(clock);
      const int what = calls.below(10);
      if (what < 5) {
        const auto request = calls.any_hold(clock);
        running.push_back(request.id);
        BOOST_REQUIRE(!always->hold(request).refused);
        BOOST_REQUIRE(!late->hold(request).refused);
      } else if (what < 9) {
        settle_one();
      } else {
        const auto row = calls.any_row(clock);
        BOOST_REQUIRE(always->record(row).recorded);
        BOOST_REQUIRE(late->record(row).recorded);
      }
    }
  }
  void settle_one() {
    if (running.empty()) return;
    const auto at = static_cast<std::size_t>(calls.below(static_cast<int>(running.size())));
    const auto what = calls.any_settlement(running[at], clock);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
    BOOST_REQUIRE(always->settle(what).recorded);
    BOOST_REQUIRE(late->settle(what).recorded);
  }
  void settle_all() {
    while (!running.empty())
      settle_one();
  }
  void expect_proved() {
    for (auto* books : {&*always, &*late}) {
      const ledger_store::moment at(books->writer.store());
      for (const auto& finding : verify_books(at, caps))
        BOOST_ERROR(finding);
    }
  }

  scratch_directory scratch;
  random_calls calls;
  std::vector<cap> caps;
  // 2026-03-28 12:00 UTC: daylight saving begins in Europe within the calls' time.
  wall_time clock{seconds{1'774'699'200}};
  std::optional<driven_writer> always;
  std::optional<driven_writer> late;
  std::vector<call_id> running;
};

}  // namespace

BOOST_DATA_TEST_CASE(caps_added_to_a_running_ledger_count_as_if_they_had_always_been_there,
                     boost::unit_test::data::xrange(12U), seed) {
  pair_of_books books(seed);
  books.run(150);
  auto begun = books.late->begin_reconfigure(books.caps);
  BOOST_REQUIRE(begun.recorded);
  books.run(30);
  BOOST_REQUIRE(books.late->add_histories(std::move(begun)));
  expect_same(*books.always, *books.late, "after the history");
  books.run(60);
  expect_same(*books.always, *books.late, "later");
  books.settle_all();
  expect_same(*books.always, *books.late, "at the end");
  books.expect_proved();
}

BOOST_DATA_TEST_CASE(caps_added_at_a_start_count_as_if_they_had_always_been_there,
                     boost::unit_test::data::xrange(8U), seed) {
  pair_of_books books(100 + seed);
  books.run(150);
  books.open(books.caps);
  expect_same(*books.always, *books.late, "after the start");
  books.run(40);
  books.settle_all();
  expect_same(*books.always, *books.late, "at the end");
  books.expect_proved();
}

BOOST_DATA_TEST_CASE(a_start_in_the_middle_of_reading_history_reads_it_again,
                     boost::unit_test::data::xrange(6U), seed) {
  pair_of_books books(200 + seed);
  books.run(100);
  { BOOST_REQUIRE(books.late->begin_reconfigure(books.caps).recorded); }
  books.run(40);
  books.open(books.caps);
  expect_same(*books.always, *books.late, "after the start");
  books.run(20);
  books.settle_all();
  expect_same(*books.always, *books.late, "at the end");
  books.expect_proved();
}

BOOST_DATA_TEST_CASE(caps_that_were_away_for_a_while_have_missed_nothing,
                     boost::unit_test::data::xrange(6U), seed) {
  pair_of_books books(300 + seed);
  BOOST_REQUIRE(books.late->reconfigure(books.caps));
  books.run(60);
  BOOST_REQUIRE(books.late->reconfigure({books.caps[3], books.caps[1]}));
  books.run(60);
  BOOST_REQUIRE(books.late->reconfigure(books.caps));
  expect_same(*books.always, *books.late, "after the return");
  books.settle_all();
  expect_same(*books.always, *books.late, "at the end");
  books.expect_proved();
}

namespace {

struct one_ledger {
  scratch_directory scratch;
  wall_time clock = monday_ten;
  int rows_kept_days = 90;

  [[nodiscard]] ledger_options options(std::vector<cap> caps) {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = std::move(caps);
    result.rows_kept_days = rows_kept_days;
    result.now = [this] { return clock; };
    return result;
  }
  void spend(driven_writer& books, std::uint64_t number, std::int64_t amount) {
    auto request = hold_of(number, amount, clock);
    request.charged.user = "ann";
    BOOST_REQUIRE(!books.hold(request).refused);
    BOOST_REQUIRE(books.settle(settle_of(request.id, amount, clock)).recorded);
  }
};

[[nodiscard]] cap month_by(dimension split) {
  cap made = usd_cap("month-by-" + std::string(to_string(split)), 1'000, window_kind::month);
  made.per = {split};
  return made;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(rows_that_retention_deleted_are_said_to_be_missing, one_ledger) {
  rows_kept_days = 1;
  const auto by_user = month_by(dimension::user);
  const auto by_tenant = month_by(dimension::tenant);
  {
    driven_writer books(options({}));
    spend(books, 1, 40);
    clock += hours{24 * 5};
    spend(books, 2, 7);
    books.upkeep();  // deletes the first row; its roll-ups stay
    BOOST_REQUIRE(books.reconfigure({by_user, by_tenant}));
    const auto standings = books.standings();
    BOOST_TEST(find_standing(standings, by_user.name, "ann")->incomplete);
    BOOST_TEST(find_standing(standings, by_user.name, "ann")->used == 7);
    BOOST_TEST(!find_standing(standings, by_tenant.name, "acme")->incomplete);
    BOOST_TEST(find_standing(standings, by_tenant.name, "acme")->used == 47);
  }
  driven_writer books(options({by_user, by_tenant}));
  BOOST_TEST(find_standing(books.standings(), by_user.name, "ann")->incomplete);
  clock += hours{24 * 30};
  spend(books, 3, 5);
  BOOST_TEST(!find_standing(books.standings(), by_user.name, "ann")->incomplete);
}

BOOST_FIXTURE_TEST_CASE(what_roll_ups_tell_is_whole_whatever_rows_retention_deleted, one_ledger) {
  rows_kept_days = 1;
  cap week = usd_cap("last-week", 1'000, window_kind::rolling);
  week.window.length = hours{24 * 7};
  cap requests = month_by(dimension::tenant);
  requests.unit = cap_unit::requests;
  driven_writer books(options({}));
  spend(books, 1, 40);
  clock += hours{24 * 5};
  spend(books, 2, 7);
  books.upkeep();
  BOOST_REQUIRE(books.reconfigure({week, requests}));
  const auto standings = books.standings();
  BOOST_TEST(find_standing(standings, "last-week")->used == 47);
  BOOST_TEST(!find_standing(standings, "last-week")->incomplete);
  BOOST_TEST(find_standing(standings, requests.name, "acme")->used == 2);
  BOOST_TEST(!find_standing(standings, requests.name, "acme")->incomplete);
}

BOOST_FIXTURE_TEST_CASE(the_only_call_there_was_is_found_for_a_cap_of_its_user, one_ledger) {
  driven_writer books(options({}));
  spend(books, 1, 40);
  BOOST_REQUIRE(books.reconfigure({month_by(dimension::user)}));
  const auto standings = books.standings();
  BOOST_TEST_REQUIRE(find_standing(standings, "month-by-user", "ann") != nullptr);
  BOOST_TEST(find_standing(standings, "month-by-user", "ann")->used == 40);
  BOOST_TEST(!find_standing(standings, "month-by-user", "ann")->incomplete);
}

// The first version's roll-ups have no number of requests; a refused call is none.
BOOST_FIXTURE_TEST_CASE(requests_are_counted_from_rows_where_old_roll_ups_do_not_say, one_ledger) {
  {
    driven_writer books(options({}));
    spend(books, 1, 40);
    ledger_row refused;
    refused.id = numbered_id(2);
    refused.admitted = clock;
    refused.charged = charged_to("acme");
    refused.outcome = call_outcome::refused;
    BOOST_REQUIRE(books.record(refused).recorded);
  }
  {
    ledger_store store({.directory = scratch.sub("ledger")});
    std::vector<std::pair<std::string, std::string>> puts;
    for (const auto space : {format::space::hours, format::space::days}) {
      ledger_store::moment(store).scan(ledger_store::family::state, format::space_begin(space),
                                       format::space_end(space),
                                       [&](std::string_view key, std::string_view value) {
                                         auto sums = format::read_sums(value).value();
                                         sums.requests.reset();
                                         auto& [old_key, old_value] = puts.emplace_back();
                                         old_key = key;
                                         format::append_sums(old_value, sums);
                                         return true;
                                       });
    }
    const ledger_changes none;
    BOOST_REQUIRE(
        !store.write({.changes = &none, .last_seen = store.committed().last_seen, .puts = puts}));
  }
  cap requests = month_by(dimension::tenant);
  requests.unit = cap_unit::requests;
  driven_writer books(options({requests}));
  BOOST_TEST(find_standing(books.standings(), requests.name, "acme")->used == 1);
  BOOST_TEST(!find_standing(books.standings(), requests.name, "acme")->incomplete);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
