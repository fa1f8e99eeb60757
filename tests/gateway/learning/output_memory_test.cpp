// Goal: memory is bounded and forgets what is oldest, and what is kept is read back the same or not
// at all.
#include "gateway/learning/output_memory.hpp"

#include <memory>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(output_memory_suite)

namespace {

using namespace stint;

constexpr int percent = 95;

output_observation of_length(std::int64_t tokens) {
  output_observation seen;
  seen.tokens = tokens;
  return seen;
}

BOOST_AUTO_TEST_CASE(the_oldest_of_too_many_is_forgotten) {
  const auto memory = std::make_unique<output_memory>();
  const std::uint64_t in_one_part = output_memory::parts;
  const std::uint64_t room = output_memory::entries_per_part_max;
  for (std::uint64_t n = 0; n < room; ++n)
    memory->add(n * in_one_part, of_length(5), percent);
  memory->add(0, of_length(6), percent);  // the first is now the newest
  memory->add(room * in_one_part, of_length(7), percent);
  BOOST_TEST(memory->find(0)->lengths.count() == 2);
  BOOST_TEST(!memory->find(in_one_part).has_value());
  BOOST_TEST(memory->find(2 * in_one_part).has_value());
  BOOST_TEST(memory->find(room * in_one_part)->lengths.count() == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_cut_at_a_lowered_bound_is_not_taken_for_a_short_one) {
  learned_output learned;
  for (int n = 0; n < 100; ++n)
    learned.add(of_length(400), percent);
  const std::int64_t before = learned.lengths.quantile(percent);
  output_observation cut = of_length(16);
  cut.is_least = true;
  for (int n = 0; n < 100; ++n)
    learned.add(cut, percent);
  BOOST_TEST(learned.lengths.quantile(percent) == before);
  BOOST_TEST(learned.lengths.quantile(1) >= 400);
}

BOOST_AUTO_TEST_CASE(a_burst_is_remembered_and_fades) {
  learned_output learned;
  output_observation seen = of_length(200);
  seen.burst_tokens = 80;
  learned.add(seen, percent);
  BOOST_TEST(learned.burst_tokens == 80);
  seen.burst_tokens = 4;
  learned.add(seen, percent);
  BOOST_TEST(learned.burst_tokens == 75);
  for (int n = 0; n < 100; ++n)
    learned.add(seen, percent);
  BOOST_TEST(learned.burst_tokens == 4);
}

BOOST_AUTO_TEST_CASE(a_short_answer_that_came_in_one_piece_shows_no_burst) {
  const auto known_after = [](std::int64_t tokens, std::int64_t burst, int times) {
    learned_output learned;
    output_observation seen = of_length(tokens);
    seen.burst_tokens = burst;
    for (int n = 0; n < times; ++n)
      learned.add(seen, percent);
    return learned.burst_tokens;
  };
  BOOST_TEST(known_after(40, 40, 100) == 0);
  BOOST_TEST(known_after(63, 1, 100) == 0);
  BOOST_TEST(known_after(64, 32, 1) == 32);
  BOOST_TEST(known_after(64, 33, 100) == 0);
  BOOST_TEST(known_after(1'023, 900, 1) == 0);
  BOOST_TEST(known_after(1'024, 1'024, 1) == 1'024);
  BOOST_TEST(known_after(3, 3, 127) == 0);
  BOOST_TEST(known_after(3, 3, 128) == 3);  // none of them was longer
}

BOOST_AUTO_TEST_CASE(an_answer_that_shows_no_burst_may_raise_one_and_lets_none_fade) {
  learned_output learned;
  output_observation seen = of_length(2'000);
  seen.burst_tokens = 30;
  learned.add(seen, percent);
  seen = of_length(40);
  seen.burst_tokens = 1;
  learned.add(seen, percent);
  BOOST_TEST(learned.burst_tokens == 30);
  seen.burst_tokens = 40;
  learned.add(seen, percent);
  BOOST_TEST(learned.burst_tokens == 40);
}

BOOST_AUTO_TEST_CASE(output_that_was_billed_and_not_seen_is_hidden_output) {
  learned_output learned;
  output_observation seen = of_length(100);
  seen.counted_tokens = 70;
  learned.add(seen, percent);
  BOOST_TEST(learned.hidden == 0);
  seen.tokens = 500;
  learned.add(seen, percent);
  BOOST_TEST(learned.hidden > 0);
  seen.tokens = 70;
  for (int n = 0; n < 100; ++n)
    learned.add(seen, percent);
  BOOST_TEST(learned.hidden == 0);
}

BOOST_AUTO_TEST_CASE(a_count_that_is_always_a_little_short_is_made_up_for) {
  learned_output learned;
  output_observation seen = of_length(1'132);
  seen.counted_tokens = 1'000;
  learned.add(seen, percent);
  BOOST_TEST(learned.reported_permille == 1'100);
  BOOST_TEST(learned.hidden == 0);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_read_back_the_same_in_the_same_order) {
  const auto memory = std::make_unique<output_memory>();
  for (std::uint64_t key = 0; key < 1'000; ++key) {
    output_observation seen = of_length(static_cast<std::int64_t>(key * key));
    seen.burst_tokens = static_cast<std::int64_t>(key);
    seen.counted_tokens = static_cast<std::int64_t>(key * key / 2);
    memory->add(key * 0x9E37'79B9'7F4A'7C15U, seen, percent);
  }
  const std::string kept = memory->encode();
  const auto again = std::make_unique<output_memory>();
  BOOST_TEST(again->decode(kept) == "");
  BOOST_TEST(again->encode() == kept);
}

BOOST_AUTO_TEST_CASE(no_damaged_byte_is_believed) {
  const auto memory = std::make_unique<output_memory>();
  memory->add(7, of_length(100), percent);
  const std::string kept = memory->encode();
  for (std::size_t at = 0; at < kept.size(); ++at) {
    std::string damaged = kept;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const auto reader = std::make_unique<output_memory>();
    BOOST_TEST(reader->decode(damaged) != "", "byte " << at);
    BOOST_TEST(reader->decode(kept.substr(0, at)) != "", "cut at " << at);
    BOOST_TEST(!reader->find(7).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
