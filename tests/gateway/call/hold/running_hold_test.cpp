// Goal: a running call's hold is what the ledger last granted, and an answer finds only a call that is
// still there. Method: a real ledger, asked by a call that holds 100 tokens of output of at most 1,000.
#include "gateway/call/hold/running_hold.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>

#include "gateway/call/call_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(running_hold_of_a_call)

namespace {
struct call_that_holds : call_fixture {
  call_that_holds() {
    worst.elastic->first_tokens = 100;
    admitted_as = hold(worst);
    BOOST_REQUIRE(!admitted_as.refused);
  }

  [[nodiscard]] running_hold holding() { return {ledger(), context, worst, admitted_as}; }
  void ask_and_wait(running_hold& held, std::int64_t output_tokens) {
    held.ask(output_tokens, worst.known, worst.known_cost);
    run(held.answered());
  }
  [[nodiscard]] std::int64_t prompt() const { return worst.worst.input_tokens; }

  examined_call call = short_call(R"("stream":true,"max_tokens":1000)");
  hold_request worst = worst_of(call);
  admission admitted_as;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_hold_begins_as_it_was_admitted, call_that_holds) {
  const running_hold held = holding();
  BOOST_TEST(held.output_tokens() == 100);
  BOOST_TEST(held.bound_tokens() == 1'000);
  BOOST_TEST(!held.asking());
  BOOST_TEST(held.refusals() == 0);
  BOOST_TEST((&held.admitted() == &worst));
  BOOST_TEST(standing().held == prompt() + 100);
}

BOOST_FIXTURE_TEST_CASE(what_is_granted_is_held_once_the_answer_is_here, call_that_holds) {
  running_hold held = holding();
  held.ask(300, worst.known, worst.known_cost);
  BOOST_TEST(held.asking());
  BOOST_TEST(held.output_tokens() == 100);
  run(held.answered());
  BOOST_TEST(!held.asking());
  BOOST_TEST(held.output_tokens() == 300);
  BOOST_TEST(held.refusals() == 0);
  BOOST_TEST(standing().held == prompt() + 300);
}

BOOST_FIXTURE_TEST_CASE(no_more_than_the_bound_is_ever_asked_for, call_that_holds) {
  running_hold held = holding();
  ask_and_wait(held, 5'000);
  BOOST_TEST(held.output_tokens() == 1'000);
  BOOST_TEST(standing().held == prompt() + 1'000);
}

BOOST_FIXTURE_TEST_CASE(less_can_be_asked_for_and_is_given_back, call_that_holds) {
  running_hold held = holding();
  ask_and_wait(held, 40);
  BOOST_TEST(held.output_tokens() == 40);
  BOOST_TEST(standing().held == prompt() + 40);
}

BOOST_FIXTURE_TEST_CASE(refusals_are_counted_until_the_answer_is_yes_again, call_that_holds) {
  running_hold held = holding();
  spend(10'000 - prompt() - 100 - 50);
  for (const int refused : {1, 2}) {
    ask_and_wait(held, 151);
    BOOST_TEST(held.refusals() == refused);
    BOOST_TEST(held.output_tokens() == 100);
    BOOST_TEST(!held.asking());
  }
  ask_and_wait(held, 150);
  BOOST_TEST(held.refusals() == 0);
  BOOST_TEST(held.output_tokens() == 150);
  BOOST_TEST(standing().left() == 0);
}

BOOST_FIXTURE_TEST_CASE(who_asks_nothing_waits_for_nothing, call_that_holds) {
  running_hold held = holding();
  run(held.answered());
  BOOST_TEST(held.output_tokens() == 100);
}

BOOST_FIXTURE_TEST_CASE(everybody_who_waits_for_the_answer_is_woken_by_it, call_that_holds) {
  running_hold held = holding();
  held.ask(200, worst.known, worst.known_cost);
  const auto first = start(held.answered());
  const auto second = start(held.answered());
  wait_until([&] { return first->has_value() && second->has_value(); });
  BOOST_TEST(held.output_tokens() == 200);
}

BOOST_FIXTURE_TEST_CASE(what_is_certain_by_then_goes_along_for_a_crash, call_that_holds) {
  running_hold held = holding();
  usage known = worst.known;
  known.output_tokens = 77;
  held.ask(300, known, nanodollars(123'456));
  run(held.answered());
  const auto rows = rows_after_a_crash();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST((rows.front().id == worst.id));
  BOOST_TEST(rows.front().used.output_tokens == 77);
  BOOST_TEST(rows.front().cost.count() == 123'456);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_comes_after_the_call_s_end_is_dropped, call_that_holds) {
  alignas(running_hold) std::array<std::byte, sizeof(running_hold)> place{};
  auto* const held = new (place.data()) running_hold(ledger(), context, worst, admitted_as);
  held->ask(300, worst.known, worst.known_cost);
  held->~running_hold();
  place.fill(std::byte(0));
  BOOST_TEST(standing().held == prompt() + 300);  // it has been answered
  settle_down();
  BOOST_TEST(
      std::all_of(place.begin(), place.end(), [](std::byte b) { return b == std::byte(0); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
