// Goal: what bodies, parsed prompts and answers take is never above what they may, of one key neither, and
// comes back; the reserve is there when memory is not. Method: claims on a small budget.
#include "gateway/memory/memory_budget.hpp"

#include <atomic>
#include <new>
#include <optional>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "gateway/memory/memory_reserve.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(memory_of_calls)

BOOST_AUTO_TEST_CASE(bodies_of_one_key_take_a_quarter_and_all_bodies_three) {
  memory_budget budget;
  budget.set_limit(1'000);
  memory_claim one(budget);
  memory_claim two(budget);
  BOOST_TEST((one.grow_body("a", 200) == memory_verdict::granted));
  BOOST_TEST((two.grow_body("a", 51) == memory_verdict::key_is_full));
  BOOST_TEST((two.grow_body("a", 50) == memory_verdict::granted));
  BOOST_TEST((one.grow_body("a", 201) == memory_verdict::key_is_full));
  BOOST_TEST(one.bytes() == 200u);
  memory_claim others[3] = {memory_claim(budget), memory_claim(budget), memory_claim(budget)};
  BOOST_TEST((others[0].grow_body("b", 250) == memory_verdict::granted));
  BOOST_TEST((others[1].grow_body("c", 250) == memory_verdict::granted));
  BOOST_TEST((others[2].grow_body("d", 1) == memory_verdict::all_is_full));
  BOOST_TEST(budget.used() == 750u);
}

BOOST_AUTO_TEST_CASE(answers_find_room_when_bodies_do_not) {
  memory_budget budget;
  budget.set_limit(1'000);
  memory_claim parsed(budget);
  BOOST_TEST((parsed.grow_parsed("a", 750) == memory_verdict::granted));
  BOOST_TEST((parsed.grow_parsed("a", 751) == memory_verdict::all_is_full));
  memory_claim answer(budget);
  BOOST_TEST(answer.grow_answer(250));
  BOOST_TEST(!answer.grow_answer(251));
  parsed.release();
  BOOST_TEST(answer.grow_answer(1'000));
  BOOST_TEST(!answer.grow_answer(1'001));
}

BOOST_AUTO_TEST_CASE(what_was_claimed_comes_back_once) {
  memory_budget budget;
  budget.set_limit(1'000);
  {
    memory_claim body(budget);
    BOOST_TEST((body.grow_body("a", 100) == memory_verdict::granted));
    BOOST_TEST((body.grow_body("a", 250) == memory_verdict::granted));
    BOOST_TEST((body.grow_body("a", 10) == memory_verdict::granted));  // has more
    memory_claim moved(std::move(body));
    BOOST_TEST(budget.used() == 250u);
    moved.release();
    moved.release();
    BOOST_TEST(budget.used() == 0u);
    BOOST_TEST((moved.grow_body("b", 250) == memory_verdict::granted));
  }
  BOOST_TEST(budget.used() == 0u);
  memory_claim again(budget);
  BOOST_TEST((again.grow_body("b", 250) == memory_verdict::granted));
}

// Parsed prompts were of no key's share: one key's took three quarters of all there is.
BOOST_AUTO_TEST_CASE(parsed_prompts_of_one_key_take_a_quarter_beside_its_bodies) {
  constexpr std::uint64_t mib = 1 << 20;
  memory_budget budget;
  budget.set_limit(16 * mib);
  memory_claim body(budget);
  BOOST_TEST((body.grow_body("a", 4 * mib) == memory_verdict::granted));
  memory_claim parsed(budget);
  BOOST_TEST((parsed.grow_parsed("a", 4 * mib) == memory_verdict::granted));
  memory_claim another(budget);
  BOOST_TEST((another.grow_parsed("a", 2 * mib) == memory_verdict::key_is_full));
  BOOST_TEST((another.grow_parsed("a", 1'000) == memory_verdict::granted));  // small: of no share
  another.release();
  BOOST_TEST((another.grow_parsed("b", 4 * mib) == memory_verdict::granted));
  parsed.shrink(2 * mib);
  BOOST_TEST(parsed.bytes() == 2 * mib);
  BOOST_TEST(budget.used() == 10 * mib);
  memory_claim last(budget);
  BOOST_TEST((last.grow_parsed("a", 2 * mib) == memory_verdict::granted));
  parsed.shrink(5 * mib);  // has less
  BOOST_TEST(parsed.bytes() == 2 * mib);
  for (memory_claim* each : {&body, &parsed, &another, &last})
    each->release();
  BOOST_TEST(budget.used() == 0U);
  BOOST_TEST((last.grow_parsed("a", 4 * mib) == memory_verdict::granted));
}

BOOST_AUTO_TEST_CASE(a_small_claim_that_grows_large_is_counted_to_its_key_once) {
  constexpr std::uint64_t mib = 1 << 20;
  memory_budget budget;
  budget.set_limit(16 * mib);
  {
    memory_claim parsed(budget);
    BOOST_TEST((parsed.grow_parsed("a", 60'000) == memory_verdict::granted));
    BOOST_TEST((parsed.grow_parsed("a", 4 * mib) == memory_verdict::granted));
    parsed.shrink(1'000);
    BOOST_TEST((parsed.grow_parsed("a", 4 * mib) == memory_verdict::granted));
  }
  BOOST_TEST(budget.used() == 0U);
  memory_claim again(budget);
  BOOST_TEST((again.grow_parsed("a", 4 * mib) == memory_verdict::granted));
}

// A claim that was too large stood in the count until it was given back, and an answer that was paid for was
// given up meanwhile.
BOOST_AUTO_TEST_CASE(what_finds_no_room_takes_none_from_others_meanwhile) {
  memory_budget budget;
  budget.set_limit(1'000);
  std::atomic<bool> is_over{false};
  std::atomic<int> tries{0};
  std::thread greedy([&] {
    memory_claim claim(budget);
    while (!is_over) {
      (void)claim.grow_answer(1'001);
      ++tries;
    }
  });
  while (tries == 0)
    std::this_thread::yield();
  int refused = 0;
  for (int n = 0; n < 200'000; ++n) {
    memory_claim exact(budget);
    refused += exact.grow_answer(1'000) ? 0 : 1;
  }
  is_over = true;
  greedy.join();
  BOOST_TEST(refused == 0);
  BOOST_TEST(budget.used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_claim_of_no_budget_and_one_without_a_limit_are_granted) {
  memory_claim free;
  BOOST_TEST((free.grow_body("a", 1ULL << 50) == memory_verdict::granted));
  BOOST_TEST((free.grow_parsed("a", 1ULL << 50) == memory_verdict::granted));
  BOOST_TEST(free.grow_answer(1ULL << 50));
  memory_budget unlimited;
  memory_claim one(unlimited);
  BOOST_TEST((one.grow_body("a", 1ULL << 50) == memory_verdict::granted));
}

BOOST_AUTO_TEST_CASE(the_reserve_is_given_up_once_and_then_memory_is_out) {
  keep_memory_reserve();
  const std::new_handler handler = std::get_new_handler();
  BOOST_REQUIRE(handler != nullptr);
  handler();
  BOOST_CHECK_THROW(handler(), std::bad_alloc);
  restore_memory_reserve();
  handler();
  std::set_new_handler(nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
