// Goal: a parsed body takes of the memory what its parser writes, and one that never fits is not told to
// come again. Method: bodies of the extreme kinds on a small budget.
#include "gateway/call/request/parse_room.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(parse_room)

namespace {
constexpr std::size_t mib = 1024 * 1024;

std::string numbers(std::size_t bytes) {
  std::string text = "[1";
  while (text.size() + 1 < bytes)
    text += ",1";
  return text + "]";
}
std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text = "[";
  while (text.size() < bytes) {
    text += text.size() == 1 ? "" : ",";
    text += piece;
  }
  return text + "]";
}
std::string image(std::size_t bytes) {
  return "[\"" + std::string(bytes, 'A') + "\"]";
}
int status_of(std::uint64_t limit, std::string_view others_key, std::uint64_t in_use,
              const std::string& body) {
  memory_budget budget;
  budget.set_limit(limit);
  memory_claim others(budget);
  BOOST_TEST_REQUIRE((others.grow_parsed(others_key, in_use) == memory_verdict::granted));
  memory_claim mine(budget);
  const auto refused = claim_parsed(budget, "mine", body, mine);
  return refused ? refused->status : 200;
}
}  // namespace

BOOST_AUTO_TEST_CASE(numbers_take_many_times_their_size_and_an_image_hardly_more) {
  BOOST_TEST(parsed_bytes_of(numbers(mib)) > 12 * mib);
  BOOST_TEST(parsed_bytes_of(numbers(mib)) <= 14 * mib);
  BOOST_TEST(parsed_bytes_of(image(mib)) < mib + 8 * 1024);
}

// One of 32 MiB took 400 MiB that were counted nowhere.
BOOST_AUTO_TEST_CASE(a_long_body_takes_of_the_memory_too) {
  memory_budget budget;
  budget.set_limit(160 * mib);
  memory_claim mine(budget);
  BOOST_TEST(!claim_parsed(budget, "mine", numbers(2 * mib), mine).has_value());
  BOOST_TEST(budget.used() > 24 * mib);
  BOOST_TEST(status_of(160 * mib, "mine", 30 * mib, numbers(2 * mib)) == 503);
  BOOST_TEST(status_of(160 * mib, "other", 40 * mib, numbers(2 * mib)) == 200);
  BOOST_TEST(status_of(160 * mib, "mine", 30 * mib, image(2 * mib)) == 200);
}

BOOST_AUTO_TEST_CASE(one_that_never_fits_is_too_large) {
  BOOST_TEST(status_of(48 * mib, "mine", 0, numbers(mib)) == 413);
  BOOST_TEST(status_of(48 * mib, "mine", 0, image(mib)) == 200);
  BOOST_TEST(status_of(48 * mib, "mine", 12 * mib, image(mib)) == 503);
}

// All that a parser could write was held until the prompt was counted.
BOOST_AUTO_TEST_CASE(what_was_not_written_comes_back) {
  // Of the tape, a number takes two entries, a bracket and anything else one, the root two; no less is counted.
  struct written_body {
    std::string text;
    char begins_each;
    std::size_t entries_of_each;
  };
  const std::string item = R"({"a":"b","c":[1.5,null]})";
  for (const auto& [body, begins_each, entries_of_each] :
       {written_body{numbers(mib / 2), '1', 2}, written_body{image(mib), '[', 1},
        written_body{repeated(item, mib / 2), '{', 10},
        written_body{repeated("{}", mib / 2), '{', 2},
        written_body{repeated("[]", mib / 2), ']', 2},
        written_body{repeated(R"("")", mib / 2), ',', 1}}) {
    const auto items = static_cast<std::size_t>(std::ranges::count(body, begins_each));
    const std::size_t tape_bytes = 8 * (2 + entries_of_each * items);
    memory_budget budget;
    budget.set_limit(400 * mib);
    memory_claim mine(budget);
    BOOST_TEST_REQUIRE(!claim_parsed(budget, "mine", body, mine).has_value());
    simdjson::dom::parser parser;
    BOOST_TEST_REQUIRE((parser.parse(body).error() == simdjson::SUCCESS));
    keep_written(parser, body, mine);
    BOOST_TEST(mine.bytes() <= parsed_bytes_of(body) + body.size());
    // Of the tape and the index, no less than there is.
    BOOST_TEST(mine.bytes() >=
               body.size() + 4 * parser.implementation->n_structural_indexes + tape_bytes);
    BOOST_TEST(budget.used() == mine.bytes());
  }
  memory_claim none;
  simdjson::dom::parser parser;
  BOOST_TEST_REQUIRE((parser.parse(image(10)).error() == simdjson::SUCCESS));
  keep_written(parser, image(10), none);
  BOOST_TEST(none.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
