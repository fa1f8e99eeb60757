// Goal: a call that is told differently after its settlement changes its row, every counter that has
// it, the sums and the audit together, whatever became of the windows meanwhile; the books agree.
#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/amendment.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(amend_suite)

namespace {

using std::chrono::hours;

[[nodiscard]] cap cap_of_two_hours() {
  cap result = usd_cap("rolling", 10'000, window_kind::rolling);
  result.window.length = hours{2};
  return result;
}

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("day", 1'000), token_cap("ever", 1'000'000, window_kind::forever),
                        cap_of_two_hours()};

  [[nodiscard]] ledger_options options() const {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    return result;
  }
  void agree(const driven_writer& of) const {
    for (const auto& finding : verify_books(ledger_store::moment(of.writer.store()), caps))
      BOOST_ERROR(finding);
  }
  // A call of `used`, half of it output, whose end nobody saw.
  static void leave_unknown(driven_writer& books, std::uint64_t number, std::int64_t used) {
    BOOST_TEST_REQUIRE(!books.hold(hold_of(number, used, books.clock)).refused);
    settlement what = settle_of(numbered_id(number, books.clock), used, books.clock);
    what.flags = row_flag::unknown | row_flag::counted;
    what.source = usage_source::counted;
    BOOST_TEST_REQUIRE(books.settle(what).recorded);
  }
  [[nodiscard]] static amendment_order release(const call_id& id) {
    amendment_order order;
    order.id = id;
    order.by = {.who = "admin", .from = "10.0.0.7", .reason = "the provider was down"};
    return order;
  }
  [[nodiscard]] static amendment_order correct(const call_id& id, std::int64_t output,
                                               std::int64_t cost) {
    amendment_order order = release(id);
    order.correct = amendment_order::figures{.used = {.output_tokens = output},
                                             .cost = nanodollars{cost},
                                             .price_version = "2026-04-01"};
    return order;
  }
  [[nodiscard]] static std::int64_t used(driven_writer& books, const std::string& cap) {
    return find_standing(books.standings(), cap)->used;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_release_gives_back_row_counters_and_sums, fixture) {
  driven_writer books(options());
  leave_unknown(books, 1, 600);
  leave_unknown(books, 2, 100);
  BOOST_TEST(used(books, "day") == 700);
  const amended done = books.amend(release(numbered_id(1)));
  BOOST_TEST(!done.refused.has_value());
  BOOST_TEST(done.row.was.cost.count() == 600);
  BOOST_TEST(done.row.is.cost.count() == 0);
  BOOST_TEST(used(books, "day") == 100);
  BOOST_TEST(used(books, "ever") == 100);
  BOOST_TEST(used(books, "rolling") == 100);
  const ledger_store::moment at(books.writer.store());
  const auto row = query_row(at, numbered_id(1));
  BOOST_REQUIRE(row);
  BOOST_TEST((*row == done.row.is));
  BOOST_TEST(query_spend(at, {}).front().sums.cost.count() == 100);
  BOOST_TEST(query_spend(at, {}).front().sums.calls == 2);
  agree(books);
  BOOST_TEST((books.amend(release(numbered_id(1))).refused == amendment_refusal::not_unknown));
}

// A cap that is full of such charges says so when it refuses.
BOOST_FIXTURE_TEST_CASE(what_unknown_ends_were_charged_stands_in_their_windows_until_it_is_known,
                        fixture) {
  const auto unknown = [](driven_writer& books, const std::string& cap) {
    return find_standing(books.standings(), cap)->unknown;
  };
  {
    driven_writer books(options());
    leave_unknown(books, 1, 600);
    leave_unknown(books, 2, 100);
    leave_unknown(books, 3, 20);
    BOOST_TEST(unknown(books, "day") == 720);
    BOOST_TEST(unknown(books, "ever") == 720);
    BOOST_TEST(unknown(books, "rolling") == 0);
    const auto refused = books.hold(hold_of(4, 900, books.clock)).refused;
    BOOST_REQUIRE(refused);
    BOOST_TEST(refused->standing.unknown == 720);
  }
  driven_writer books(options());
  BOOST_TEST(unknown(books, "day") == 720);
  BOOST_TEST(!books.amend(release(numbered_id(1))).refused.has_value());
  BOOST_TEST(unknown(books, "day") == 120);
  amendment_order confirmed = correct(numbered_id(2), 50, 100);
  confirmed.correct->used.input_tokens = 50;
  BOOST_TEST(!books.amend(confirmed).refused.has_value());
  BOOST_TEST(used(books, "day") == 120);
  BOOST_TEST(unknown(books, "day") == 20);
  BOOST_TEST(unknown(books, "ever") == 20);
  books.clock += hours{24};
  BOOST_TEST(!books.amend(release(numbered_id(3))).refused.has_value());
  BOOST_TEST(unknown(books, "ever") == 0);
  agree(books);
}

BOOST_FIXTURE_TEST_CASE(a_correction_may_charge_more_and_fires_what_it_crosses, fixture) {
  driven_writer books(options());
  leave_unknown(books, 1, 100);
  BOOST_TEST(!books.amend(correct(numbered_id(1), 70, 850)).refused.has_value());
  BOOST_TEST(used(books, "day") == 850);
  BOOST_TEST(used(books, "ever") == 70);
  BOOST_TEST(find_standing(books.standings(), "day")->threshold_reached == 80);
  agree(books);
}

// A call of 100 nano-dollars of which an advisor cost 70.
BOOST_FIXTURE_TEST_CASE(a_call_of_several_models_is_spent_where_each_was_and_counted_where_it_asked,
                        fixture) {
  caps.front().match = {{dimension::model, "gpt-5"}};
  const auto spend = [](const driven_writer& books) {
    std::string text;
    rollup_query query;
    query.by = {dimension::model};
    for (const rollup_line& line : query_spend(ledger_store::moment(books.writer.store()), query))
      text += line.values[0] + " " + std::to_string(line.sums.calls) + " " +
              std::to_string(line.sums.used.total()) + " " +
              std::to_string(line.sums.cost.count()) + "; ";
    return text;
  };
  {
    driven_writer books(options());
    BOOST_TEST_REQUIRE(!books.hold(hold_of(1, 100, books.clock)).refused);
    settlement what = settle_of(numbered_id(1, books.clock), 100, books.clock);
    leg answer;
    answer.model = "gpt-5";
    answer.provider = "openai";
    answer.used = what.used;
    answer.used.output_tokens -= 20;
    answer.cost = nanodollars{30};
    leg advice = answer;
    advice.why = leg_reason::advisor;
    advice.model = "opus";
    advice.used = {.output_tokens = 20};
    advice.cost = nanodollars{70};
    what.legs = {answer, advice};
    BOOST_TEST_REQUIRE(books.settle(what).recorded);
    BOOST_TEST(used(books, "day") == 100);  // of calls for gpt-5, all that they cost
    BOOST_TEST(spend(books) == "gpt-5 1 80 30; opus 0 20 70; ");
    agree(books);
    books.clock += hours{24};
    BOOST_TEST(!books.amend(correct(numbered_id(1), 60, 90)).refused.has_value());
    BOOST_TEST(spend(books) == "gpt-5 1 40 20; opus 0 20 70; ");
    agree(books);
    BOOST_TEST(!books.amend(correct(numbered_id(1), 60, 50)).refused.has_value());
    BOOST_TEST(spend(books) == "gpt-5 1 60 50; opus 0 0 0; ");
    agree(books);
  }
  const driven_writer again(options());
  BOOST_TEST(spend(again) == "gpt-5 1 60 50; opus 0 0 0; ");
  agree(again);
}

BOOST_FIXTURE_TEST_CASE(who_changed_what_is_recorded_for_ever, fixture) {
  {
    driven_writer books(options());
    leave_unknown(books, 1, 100);
    BOOST_TEST(!books.amend(correct(numbered_id(1), 30, 40)).refused.has_value());
    leave_unknown(books, 2, 100);
    BOOST_TEST(!books.amend(release(numbered_id(2))).refused.has_value());
  }
  driven_writer books(options());
  leave_unknown(books, 3, 100);
  BOOST_TEST(!books.amend(release(numbered_id(3))).refused.has_value());
  const auto audits = query_audits(ledger_store::moment(books.writer.store()), 10);
  BOOST_REQUIRE(audits.size() == 3U);
  BOOST_TEST(audits[0].number == 3U);
  BOOST_TEST(audits[2].number == 1U);
  BOOST_TEST((audits[2].act == audited_act::call_corrected));
  BOOST_TEST((audits[1].act == audited_act::call_released));
  BOOST_TEST(audits[2].subject == to_string(numbered_id(1)));
  BOOST_TEST(audits[2].was == "50 input and 50 output tokens, " + shown_amount(cap_unit::usd, 100));
  BOOST_TEST(audits[2].is == "0 input and 30 output tokens, " + shown_amount(cap_unit::usd, 40));
  BOOST_TEST((audits[2].by == release(numbered_id(1)).by));
  BOOST_TEST((audits[2].made == books.clock));
  BOOST_TEST(query_audits(ledger_store::moment(books.writer.store()), 1).size() == 1U);
  const auto after = [&](std::uint64_t number, std::size_t limit) {
    std::string text;
    for (const audit_record& each :
         query_audits_after(ledger_store::moment(books.writer.store()), number, limit))
      text += std::to_string(each.number) + " ";
    return text;
  };
  BOOST_TEST(after(0, 10) == "1 2 3 ");
  BOOST_TEST(after(1, 1) == "2 ");
  BOOST_TEST(after(3, 10) == "");
  BOOST_TEST(after(UINT64_MAX, 10) == "");
}

BOOST_FIXTURE_TEST_CASE(a_call_of_a_window_that_is_over_is_amended_there, fixture) {
  driven_writer books(options());
  leave_unknown(books, 1, 100);
  const call_id yesterday = numbered_id(1, books.clock);
  leave_unknown(books, 2, 30);
  books.clock += hours{24};
  leave_unknown(books, 3, 10);
  BOOST_TEST(!books.amend(release(yesterday)).refused.has_value());
  BOOST_TEST(used(books, "day") == 10);
  BOOST_TEST(used(books, "ever") == 40);
  agree(books);
}

BOOST_FIXTURE_TEST_CASE(after_a_restart_the_counters_of_closed_windows_are_changed_on_disk,
                        fixture) {
  call_id yesterday;
  {
    driven_writer books(options());
    yesterday = numbered_id(1, books.clock);
    leave_unknown(books, 1, 100);
    books.clock += hours{72};
    leave_unknown(books, 2, 10);
  }
  driven_writer books(options());
  BOOST_TEST(!books.amend(release(yesterday)).refused.has_value());
  BOOST_TEST(used(books, "ever") == 10);
  agree(books);
}

BOOST_FIXTURE_TEST_CASE(a_cap_that_never_counted_the_call_is_left_alone, fixture) {
  driven_writer books(options());
  leave_unknown(books, 1, 100);
  books.clock += std::chrono::minutes{1};
  caps.push_back(usd_cap("late", 1'000, window_kind::forever));
  caps.push_back([] {
    cap other = usd_cap("other", 1'000);
    other.match = {{dimension::tenant, "umbra"}};
    return other;
  }());
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_TEST(used(books, "late") == 100);  // from its history
  BOOST_TEST(!books.amend(release(numbered_id(1))).refused.has_value());
  BOOST_TEST(used(books, "late") == 0);
  agree(books);
}

// Room for 900 more would be beyond the cap that was set anew.
BOOST_FIXTURE_TEST_CASE(a_call_that_a_reset_forgave_gives_no_room_back, fixture) {
  {
    driven_writer books(options());
    leave_unknown(books, 1, 900);
    books.clock += std::chrono::minutes{1};
    adjustment_order order;
    order.kind = adjustment_kind::reset;
    order.cap = "day";
    order.who = "admin";
    order.from = "10.0.0.7";
    order.reason = "test";
    BOOST_TEST(books.adjust(order).made.size() == 1U);
    books.clock += std::chrono::minutes{1};
    leave_unknown(books, 2, 40);
    BOOST_TEST(!books.amend(release(numbered_id(1, monday_ten))).refused.has_value());
    BOOST_TEST(used(books, "day") == 40);
    BOOST_TEST(used(books, "ever") == 40);
    agree(books);
    const auto audits = query_audits(ledger_store::moment(books.writer.store()), 10);
    BOOST_REQUIRE(audits.size() == 2U);
    BOOST_TEST((audits[1].act == audited_act::cap_reset));
    BOOST_TEST(audits[1].by.from == "10.0.0.7");
  }
  driven_writer books(options());
  BOOST_TEST(used(books, "day") == 40);
  // One of after the reset is given back, also after a restart.
  const call_id later = numbered_id(2, monday_ten + std::chrono::minutes{2});
  BOOST_TEST(!books.amend(release(later)).refused.has_value());
  BOOST_TEST(used(books, "day") == 0);
  agree(books);
  const auto made = query_adjustments(ledger_store::moment(books.writer.store()), 10);
  BOOST_REQUIRE(made.size() == 2U);
  BOOST_TEST((made[0].kind == adjustment_kind::correction));
  BOOST_TEST(made[0].amount == -900);
}

BOOST_FIXTURE_TEST_CASE(what_is_given_back_arms_the_alerts_above_it_again, fixture) {
  driven_writer books(options());
  leave_unknown(books, 1, 900);
  BOOST_TEST(find_standing(books.standings(), "day")->threshold_reached == 80);
  BOOST_TEST(!books.amend(release(numbered_id(1))).refused.has_value());
  BOOST_TEST(find_standing(books.standings(), "day")->threshold_reached == 0);
  leave_unknown(books, 2, 600);
  BOOST_TEST(find_standing(books.standings(), "day")->threshold_reached == 50);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_runs_or_never_was_cannot_be_amended, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
  BOOST_TEST((books.amend(release(numbered_id(1))).refused == amendment_refusal::still_running));
  BOOST_TEST((books.amend(release(numbered_id(9))).refused == amendment_refusal::no_such_call));
  BOOST_TEST(query_audits(ledger_store::moment(books.writer.store()), 10).empty());
}

BOOST_FIXTURE_TEST_CASE(a_change_of_the_caps_says_what_each_was_and_is, fixture) {
  driven_writer books(options());
  const auto before = caps;
  caps[0].limit = 2'000;
  caps[1].name = "new";
  BOOST_REQUIRE(books.reconfigure(caps));
  BOOST_REQUIRE(books.reconfigure(caps));  // nothing is new
  const auto audits = query_audits(ledger_store::moment(books.writer.store()), 10);
  BOOST_REQUIRE(audits.size() == 3U);
  BOOST_TEST(audits[2].subject == "day");
  BOOST_TEST(audits[2].was == shown_cap(before[0]));
  BOOST_TEST(audits[2].is == shown_cap(caps[0]));
  BOOST_TEST(audits[1].subject == "ever");
  BOOST_TEST(audits[1].is == "not there");
  BOOST_TEST(audits[0].subject == "new");
  BOOST_TEST(audits[0].was == "not there");
  BOOST_TEST(audits[0].by.who == "configuration");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
