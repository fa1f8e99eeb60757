// Holds that fit: how a call whose output is elastic is admitted, extended and lowered, one rule
// after the other, with neither disk nor thread.
#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/state/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_elastic_suite)

namespace {

// A dollar for a million output tokens, nothing for the prompt.
[[nodiscard]] cost_of_output dollar_a_million() {
  price sample;
  sample.base.output = nanodollars::per_dollar;
  return {sample, call_bound{}, service_tier::standard};
}

// 10 tokens of prompt and an output of up to `bound`.
[[nodiscard]] hold_request call_of(std::uint64_t number, std::int64_t bound) {
  hold_request request = hold_of(number, 0);
  request.worst.input_tokens = 10;
  request.worst.output_tokens = bound;
  elastic_output elastic;
  elastic.first_tokens = bound;
  elastic.least_tokens = 5;
  elastic.cost = dollar_a_million();
  request.worst.cost = elastic.cost.at(bound);
  request.elastic = elastic;
  return request;
}

[[nodiscard]] hold_request stream_of(std::uint64_t number, std::int64_t bound, std::int64_t first,
                                     std::int64_t ample = 0) {
  hold_request request = call_of(number, bound);
  request.elastic->first_tokens = first;
  request.elastic->ample_tokens = ample;
  request.streaming = true;
  return request;
}

[[nodiscard]] hold_extension to_output(const hold_request& of, std::int64_t output) {
  hold_extension what;
  what.id = of.id;
  what.to = with_output(of, output);
  what.known = of.known;
  return what;
}

[[nodiscard]] settlement used_output(std::uint64_t number, std::int64_t output) {
  settlement what = settle_of(numbered_id(number), 0);
  what.used.input_tokens = 10;
  what.used.output_tokens = output;
  return what;
}

[[nodiscard]] std::int64_t held(const ledger& books, const std::string& cap) {
  return standing(books, cap).held;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_holds_its_first_part_where_its_bound_would_fit) {
  auto books = ledger_of({token_cap("day", 1'000)});
  const auto answer = books.hold(stream_of(1, 990, 100));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 990);
  BOOST_TEST(answer.held_output_tokens == 100);
  BOOST_TEST(held(books, "day") == 110);
}

// Some providers have a least length, or bound only what they show.
BOOST_AUTO_TEST_CASE(a_bound_is_passed_only_where_that_is_asked_for_and_while_the_caps_have_room) {
  cap alone = token_cap("runaway", 700, window_kind::request);
  auto books = ledger_of({token_cap("day", 1'000), alone});
  const auto stream = stream_of(1, 500, 500);
  BOOST_TEST(!books.hold(hold_request(stream)).refused);
  hold_extension more = to_output(stream, 501);
  BOOST_TEST((books.extend(more).refused.value().reason == refusal_reason::request_too_large));
  more.past_bound = true;
  BOOST_TEST(books.extend(more).granted);
  BOOST_TEST(held(books, "day") == 511);
  more.past_bound = false;  // what was granted is its bound from now on
  BOOST_TEST(books.extend(more).granted);
  more = to_output(stream, 690);
  more.past_bound = true;
  BOOST_TEST(books.extend(more).granted);
  more.to.output_tokens = 691;  // 701 tokens in one call
  BOOST_TEST((books.extend(more).refused.value().reason == refusal_reason::request_too_large));
  auto narrow = ledger_of({token_cap("day", 600)});
  BOOST_TEST(!narrow.hold(hold_request(stream)).refused);
  more.to.output_tokens = 591;
  BOOST_TEST((narrow.extend(more).refused.value().reason == refusal_reason::budget_exceeded));
  more.to.output_tokens = 590;
  BOOST_TEST(narrow.extend(more).granted);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_bound_does_not_fit_beside_others_is_busy) {
  auto books = ledger_of({token_cap("day", 1'000)});
  BOOST_TEST(!books.hold(stream_of(1, 900, 100)).refused);
  const auto busy = books.hold(stream_of(2, 900, 100)).refused;
  BOOST_REQUIRE(busy);
  BOOST_TEST((busy->reason == refusal_reason::budget_busy));
  BOOST_TEST(busy->requested == 910);
}

BOOST_AUTO_TEST_CASE(ample_room_is_enough_for_a_stream_with_an_enormous_bound) {
  auto books = ledger_of({token_cap("day", 1'000)});
  for (std::uint64_t i = 0; i < 6; ++i)
    BOOST_TEST(!books.hold(stream_of(i, 128'000, 100, 200)).refused);
  BOOST_TEST(held(books, "day") == 660);
  const auto busy = books.hold(stream_of(8, 128'000, 100, 200)).refused;
  BOOST_REQUIRE(busy);
  BOOST_TEST((busy->reason == refusal_reason::budget_busy));
}

BOOST_AUTO_TEST_CASE(newcomers_leave_a_quarter_of_what_running_streams_may_still_ask_for) {
  auto books = ledger_of({token_cap("day", 1'000)});
  BOOST_TEST(!books.hold(stream_of(1, 500, 100)).refused);  // holds 110 and may ask for 400
  BOOST_TEST(!books.hold(stream_of(2, 500, 100)).refused);
  const auto mine = stream_of(1, 500, 100);
  // 220 held, 200 in reserve.
  BOOST_TEST((books.hold(call_of(3, 571)).refused->reason == refusal_reason::budget_busy));
  BOOST_TEST(!books.hold(call_of(4, 470)).refused);
  BOOST_TEST((books.hold(call_of(5, 91)).refused->reason == refusal_reason::budget_busy));
  BOOST_TEST(books.extend(to_output(mine, 400)).granted);  // the reserve is there for this
  BOOST_TEST(held(books, "day") == 1'000);
  (void)books.settle(used_output(1, 400));
  (void)books.settle(used_output(2, 0));
  BOOST_TEST(!books.hold(call_of(6, 90)).refused);  // nobody may ask for more any more
}

BOOST_AUTO_TEST_CASE(alone_with_too_little_left_the_bound_is_lowered_to_it_and_held_whole) {
  auto books = ledger_of({token_cap("day", 1'000)});
  BOOST_TEST(!books.hold(stream_of(1, 900, 100)).refused);
  (void)books.settle(used_output(1, 490));
  const auto answer = books.hold(stream_of(2, 900, 100));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 490);
  BOOST_TEST(answer.held_output_tokens == 490);
  BOOST_TEST(held(books, "day") == 500);
}

BOOST_AUTO_TEST_CASE(a_bound_is_not_lowered_below_the_least) {
  auto books = ledger_of({token_cap("day", 25)});
  BOOST_TEST(books.hold(call_of(1, 100)).output_tokens == 15);
  (void)books.settle(used_output(1, 0));
  const auto least = books.hold(call_of(2, 100));  // 15 are left: 10 of prompt and the least 5
  BOOST_TEST(!least.refused);
  BOOST_TEST(least.output_tokens == 5);
  (void)books.settle(used_output(2, 1));
  const auto spent = books.hold(call_of(3, 100)).refused;
  BOOST_REQUIRE(spent);
  BOOST_TEST((spent->reason == refusal_reason::budget_exceeded));
  BOOST_TEST(spent->requested == 15);
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_for_less_than_the_least_gets_what_it_asked_for) {
  auto books = ledger_of({token_cap("day", 14)});
  const auto answer = books.hold(call_of(1, 4));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 4);
}

BOOST_AUTO_TEST_CASE(a_bound_is_lowered_to_what_the_tightest_of_several_caps_leaves) {
  cap dollars = usd_cap("dollars", 70'000);  // 70 tokens
  auto books =
      ledger_of({token_cap("tokens", 200), dollars, token_cap("one", 100, window_kind::request)});
  const auto answer = books.hold(call_of(1, 500));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 70);
  BOOST_TEST(held(books, "tokens") == 80);
  BOOST_TEST(held(books, "dollars") == 70'000);
}

BOOST_AUTO_TEST_CASE(a_cap_of_the_request_window_lowers_a_stream_without_holding_its_whole_bound) {
  auto books = ledger_of({token_cap("day", 1'000), token_cap("one", 310, window_kind::request)});
  const auto answer = books.hold(stream_of(1, 5'000, 50));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 300);
  BOOST_TEST(answer.held_output_tokens == 50);
  const auto large = books.hold(hold_of(2, 311)).refused;
  BOOST_REQUIRE(large);
  BOOST_TEST((large->reason == refusal_reason::request_too_large));
}

BOOST_AUTO_TEST_CASE(beside_others_a_whole_call_is_lowered_to_what_is_ample_and_no_further) {
  auto books = ledger_of({token_cap("day", 1'000)});
  BOOST_TEST(!books.hold(call_of(1, 490)).refused);
  hold_request enormous = call_of(2, 128'000);
  enormous.elastic->ample_tokens = 200;
  const auto answer = books.hold(std::move(enormous));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 200);
  BOOST_TEST(held(books, "day") == 710);
  hold_request next = call_of(3, 128'000);
  next.elastic->ample_tokens = 300;
  BOOST_TEST((books.hold(std::move(next)).refused->reason == refusal_reason::budget_busy));
}

BOOST_AUTO_TEST_CASE(a_bound_lowered_by_one_cap_is_what_must_fit_into_those_weighed_before) {
  auto books = ledger_of({token_cap("first", 1'000, window_kind::month), token_cap("second", 300)});
  hold_request other = call_of(1, 490);
  other.charged.tenant = "other";
  cap only_acme = token_cap("second", 300);
  only_acme.match = {{dimension::tenant, "acme"}};
  books = ledger_of({token_cap("first", 1'000, window_kind::month), only_acme});
  BOOST_TEST(!books.hold(std::move(other)).refused);
  // 900 do not fit beside the other's 500, the 290 that `second` leaves do.
  const auto answer = books.hold(call_of(2, 900));
  BOOST_TEST(!answer.refused);
  BOOST_TEST(answer.output_tokens == 290);
}

BOOST_AUTO_TEST_CASE(a_hold_is_extended_while_there_is_room_and_refused_beyond_it) {
  auto books = ledger_of({token_cap("day", 1'000)});
  const auto mine = stream_of(1, 900, 100, 100);
  BOOST_TEST(!books.hold(stream_of(1, 900, 100, 100)).refused);
  BOOST_TEST(books.extend(to_output(mine, 300)).granted);
  BOOST_TEST(held(books, "day") == 310);
  BOOST_TEST(!books.hold(call_of(2, 600)).refused);
  const auto refused = books.extend(to_output(mine, 381));
  BOOST_TEST(!refused.granted);
  BOOST_REQUIRE(refused.refused);
  BOOST_TEST((refused.refused->reason == refusal_reason::budget_busy));
  BOOST_TEST(held(books, "day") == 920);
  BOOST_TEST(books.extend(to_output(mine, 380)).granted);
  BOOST_TEST(held(books, "day") == 1'000);
  (void)books.settle(used_output(1, 380));
  BOOST_TEST(held(books, "day") == 610);
  BOOST_TEST(standing(books, "day").used == 390);
}

BOOST_AUTO_TEST_CASE(an_extension_passes_neither_the_bound_nor_any_cap_in_part) {
  auto books = ledger_of({token_cap("wide", 10'000), usd_cap("narrow", 200'000)});
  const auto mine = stream_of(1, 900, 100, 100);
  BOOST_TEST(!books.hold(stream_of(1, 150, 100, 100)).refused);
  BOOST_TEST(!books.extend(to_output(mine, 151)).granted);
  BOOST_TEST(books.extend(to_output(mine, 150)).granted);
  BOOST_TEST(books.extend(to_output(mine, 100)).granted);
  BOOST_TEST(!books.hold(stream_of(2, 900, 100, 100)).refused);
  auto second = to_output(stream_of(2, 900, 100), 101);
  BOOST_TEST(!books.extend(second).granted);
  BOOST_TEST(held(books, "wide") == 220);
  BOOST_TEST(held(books, "narrow") == 200'000);
}

BOOST_AUTO_TEST_CASE(less_is_always_granted_and_what_is_known_is_kept_even_when_refused) {
  auto books = ledger_of({token_cap("day", 1'000)});
  BOOST_TEST(!books.hold(stream_of(1, 900, 500, 500)).refused);
  const auto mine = stream_of(1, 900, 500, 500);
  BOOST_TEST(books.extend(to_output(mine, 20)).granted);
  BOOST_TEST(held(books, "day") == 30);
  ledger_row spent;
  spent.id = numbered_id(2);
  spent.admitted = monday_ten;
  spent.used.input_tokens = 970;
  BOOST_TEST(books.record(spent).recorded);
  auto more = to_output(mine, 21);
  more.known.output_tokens = 19;
  BOOST_TEST(!books.extend(more).granted);
  BOOST_TEST(books.find_hold(numbered_id(1))->known.output_tokens == 19);
}

BOOST_AUTO_TEST_CASE(a_settled_call_is_not_extended) {
  auto books = ledger_of({token_cap("day", 1'000)});
  const auto mine = stream_of(1, 900, 100);
  BOOST_TEST(!books.hold(stream_of(1, 900, 100)).refused);
  (void)books.settle(used_output(1, 5));
  const auto answer = books.extend(to_output(mine, 200));
  BOOST_TEST(!answer.granted);
  BOOST_TEST(!answer.refused);
  BOOST_TEST(held(books, "day") == 0);
}

BOOST_AUTO_TEST_CASE(a_busy_call_is_told_how_long_holds_have_been_lasting) {
  auto books = ledger_of({token_cap("day", 100)});
  BOOST_TEST(!books.hold(call_of(1, 90)).refused);
  auto ended = used_output(1, 0);
  ended.ended = monday_ten + std::chrono::seconds{6};
  (void)books.settle(ended);
  for (std::uint64_t i = 2; i < 5; ++i)
    BOOST_TEST(!books.hold(call_of(i, 10)).refused);
  const auto busy = books.hold(hold_of(9, 80)).refused;
  BOOST_REQUIRE(busy);
  BOOST_TEST(busy->retry_after.count() == 2'000);  // one of three ends every two seconds
}

BOOST_AUTO_TEST_CASE(
    a_hold_may_stay_as_it_is_where_nothing_is_left_and_pass_a_cap_that_only_warns) {
  cap warns = usd_cap("soft", 1'000);
  warns.mode = cap_mode::warn;
  auto books = ledger_of({token_cap("day", 1'000), warns});
  const auto mine = stream_of(1, 900, 100, 100);
  BOOST_TEST(!books.hold(stream_of(1, 900, 100, 100)).refused);
  BOOST_TEST(books.extend(to_output(mine, 110)).granted);
  ledger_row spent;
  spent.id = numbered_id(2);
  spent.admitted = monday_ten;
  spent.used.input_tokens = 990;
  BOOST_TEST(books.record(spent).recorded);
  BOOST_TEST(books.extend(to_output(mine, 110)).granted);
  BOOST_TEST(!books.extend(to_output(mine, 111)).granted);
}

BOOST_AUTO_TEST_CASE(only_a_hold_that_shrinks_gives_others_reason_to_look_again) {
  auto books = ledger_of({token_cap("day", 1'000)});
  const auto mine = stream_of(1, 900, 100, 100);
  BOOST_TEST(!books.hold(stream_of(1, 900, 100, 100)).refused);
  books.written();
  BOOST_TEST(books.extend(to_output(mine, 100)).granted);
  BOOST_TEST(books.extend(to_output(mine, 120)).granted);
  BOOST_TEST(books.changes().counters.empty());
  BOOST_TEST(books.extend(to_output(mine, 119)).granted);
  BOOST_TEST(books.changes().counters.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_stream_was_given_is_not_kept_free_for_it_any_more) {
  auto books = ledger_of({token_cap("day", 1'000)});
  const auto mine = stream_of(1, 500, 100);
  BOOST_TEST(!books.hold(stream_of(1, 500, 100)).refused);
  BOOST_TEST(books.extend(to_output(mine, 300)).granted);
  // 310 held, and a quarter of the other 200 in reserve.
  BOOST_TEST((books.hold(call_of(2, 631)).refused.value().reason == refusal_reason::budget_busy));
  BOOST_TEST(!books.hold(call_of(3, 630)).refused);
}

BOOST_AUTO_TEST_CASE(a_cap_of_the_request_window_lowers_a_bound_to_the_least_and_not_below) {
  auto fits = ledger_of({token_cap("one", 15, window_kind::request)});
  BOOST_TEST(fits.hold(call_of(1, 100)).output_tokens == 5);
  auto below = ledger_of({token_cap("one", 14, window_kind::request)});
  BOOST_TEST(
      (below.hold(call_of(1, 100)).refused.value().reason == refusal_reason::request_too_large));
}

BOOST_AUTO_TEST_CASE(a_warning_cap_is_silent_while_what_is_held_fits_whatever_is_kept_in_reserve) {
  cap warns = token_cap("soft", 1'000);
  warns.mode = cap_mode::warn;
  auto books = ledger_of({warns});
  BOOST_TEST(!books.hold(stream_of(1, 500, 100)).refused);
  BOOST_TEST(books.hold(call_of(2, 880)).warned.empty());  // 110 and 890
  BOOST_TEST(books.hold(call_of(3, 0)).warned.size() == 1U);
}

// Before: an advisor's output was held among the prompt, and passed every cap of output tokens.
BOOST_AUTO_TEST_CASE(what_is_generated_beside_an_answer_counts_against_a_cap_of_output) {
  cap output = token_cap("out", 5'000);
  output.unit = cap_unit::output_tokens;
  auto books = ledger_of({output});
  BOOST_TEST_REQUIRE(!books.hold(call_of(1, 4'000)).refused);
  (void)books.settle(used_output(1, 4'000));
  hold_request advised = stream_of(2, 800, 100, 800);
  advised.side_output_tokens = 2'000;
  BOOST_TEST((books.hold(hold_request(advised)).refused.value().reason ==
              refusal_reason::budget_exceeded));
  advised.side_output_tokens = 200;
  const auto answer = books.hold(hold_request(advised));
  BOOST_TEST_REQUIRE(!answer.refused);
  BOOST_TEST(answer.output_tokens == 800);
  BOOST_TEST(answer.held_output_tokens == 100);
  BOOST_TEST(held(books, "out") == 300);
  BOOST_TEST(books.hold(hold_request(advised)).held_output_tokens == 100);  // asked for once more
  BOOST_TEST(books.extend(to_output(advised, 800)).granted);
  BOOST_TEST(held(books, "out") == 1'000);
  BOOST_TEST(!books.extend(to_output(advised, 801)).granted);  // above its bound
}

BOOST_AUTO_TEST_CASE(ample_room_may_be_the_least_and_take_the_very_last_of_it) {
  const auto beside_others = [](std::int64_t ample, std::int64_t least) {
    auto books = ledger_of({token_cap("day", 1'000)});
    BOOST_TEST_REQUIRE(!books.hold(call_of(1, 490)).refused);
    hold_request enormous = call_of(2, 128'000);
    enormous.elastic->ample_tokens = ample;
    enormous.elastic->least_tokens = least;
    return books.hold(std::move(enormous));
  };
  BOOST_TEST(beside_others(1, 1).output_tokens == 1);
  BOOST_TEST(beside_others(490, 5).output_tokens == 490);
  BOOST_TEST((beside_others(491, 5).refused.value().reason == refusal_reason::budget_busy));
  BOOST_TEST((beside_others(0, 0).refused.value().reason == refusal_reason::budget_busy));
  BOOST_TEST((beside_others(4, 5).refused.value().reason == refusal_reason::budget_busy));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
