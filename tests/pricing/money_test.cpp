// Goal: an amount is read, written and added exactly, or not at all.
#include "pricing/money.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <boost/test/unit_test.hpp>

using stint::nanodollars;
using stint::parse_dollars;
using stint::to_dollars;

BOOST_AUTO_TEST_SUITE(money)

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

std::int64_t parsed(std::string_view text) {
  const auto amount = parse_dollars(text);
  BOOST_REQUIRE_MESSAGE(amount.has_value(), "refused: " << text);
  return amount->count();
}

}  // namespace

BOOST_AUTO_TEST_CASE(plain_decimals_are_read_to_the_nanodollar) {
  BOOST_TEST(parsed("0") == 0);
  BOOST_TEST(parsed("0.0") == 0);
  BOOST_TEST(parsed("12") == 12'000'000'000);
  BOOST_TEST(parsed("2.50") == 2'500'000'000);
  BOOST_TEST(parsed("0.000000001") == 1);
  BOOST_TEST(parsed("0.0125") == 12'500'000);
  BOOST_TEST(parsed("1_000.50") == 1'000'500'000'000);
  BOOST_TEST(parsed("1_0") == 10'000'000'000);
  BOOST_TEST(parsed("0.000_000_001") == 1);
  // 0.1 + 0.2 through binary fractions would be off by one in the 17th place; here each is exact.
  BOOST_TEST(parsed("0.1") + parsed("0.2") == parsed("0.3"));
}

BOOST_AUTO_TEST_CASE(the_largest_amount_fits_and_one_more_does_not) {
  BOOST_TEST(parsed("9223372036.854775807") == largest);
  BOOST_TEST(!parse_dollars("9223372036.854775808"));
  BOOST_TEST(!parse_dollars("9223372037"));
  BOOST_TEST(!parse_dollars("99999999999999999999999999999999999999"));
  BOOST_TEST(!parse_dollars("9999999999.99"));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  for (const char* text : {"",
                           ".",
                           ".5",
                           "5.",
                           "-1",
                           "+1",
                           " 1",
                           "1 ",
                           "1e3",
                           "1E3",
                           "0x10",
                           "1,5",
                           "1.2.3",
                           "$1",
                           "1$",
                           "nan",
                           "inf",
                           "one",
                           "01",
                           "00",
                           "00.5",
                           "_1",
                           "1_",
                           "1__0",
                           "1_.5",
                           "1._5",
                           "1.5_",
                           "0.0000000001",
                           "0.1234567890",
                           "1\n",
                           "\xEF\xBC\x91",
                           "1.\xC2\xB2"}) {
    BOOST_TEST(!parse_dollars(text).has_value(), "accepted: " << text);
  }
  BOOST_TEST(!parse_dollars(std::string_view{"1\0", 2}).has_value());
}

// A text is often a part of a longer one: "1_1" is an amount, and neither of its ends is.
BOOST_AUTO_TEST_CASE(what_stands_beside_the_text_is_no_part_of_it) {
  constexpr std::string_view longer = "1_1";
  BOOST_TEST(parse_dollars(longer).has_value());
  BOOST_TEST(!parse_dollars(longer.substr(1)).has_value());
  BOOST_TEST(!parse_dollars(longer.substr(0, 2)).has_value());
}

BOOST_AUTO_TEST_CASE(amounts_are_written_exactly_and_at_least_to_the_cent) {
  BOOST_TEST(to_dollars(nanodollars{0}) == "0.00");
  BOOST_TEST(to_dollars(nanodollars{1'500'000'000}) == "1.50");
  BOOST_TEST(to_dollars(nanodollars{12'345}) == "0.000012345");
  BOOST_TEST(to_dollars(nanodollars{1}) == "0.000000001");
  BOOST_TEST(to_dollars(nanodollars{100'000'000}) == "0.10");
  BOOST_TEST(to_dollars(nanodollars{123'000'000}) == "0.123");
  BOOST_TEST(to_dollars(nanodollars{1'000'000'000'000}) == "1000.00");
  BOOST_TEST(to_dollars(nanodollars{-2'000'000'001}) == "-2.000000001");
  BOOST_TEST(to_dollars(nanodollars{largest}) == "9223372036.854775807");
  BOOST_TEST(to_dollars(nanodollars{smallest}) == "-9223372036.854775808");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_the_same) {
  std::mt19937_64 random{20261121};
  for (int i = 0; i < 20'000; ++i) {
    // Shifted by a random width, so that small and large amounts are as likely.
    const auto count = static_cast<std::int64_t>((random() >> 1) >> (random() % 63));
    BOOST_REQUIRE_EQUAL(parsed(to_dollars(nanodollars{count})), count);
  }
}

BOOST_AUTO_TEST_CASE(sums_and_differences_are_exact_up_to_the_edges) {
  BOOST_TEST((nanodollars{largest - 1} + nanodollars{1}).count() == largest);
  BOOST_TEST((nanodollars{smallest + 1} - nanodollars{1}).count() == smallest);
  BOOST_TEST((nanodollars{3} - nanodollars{5}).count() == -2);
  nanodollars total{7};
  total += nanodollars{5};
  total -= nanodollars{2};
  BOOST_TEST(total.count() == 10);
  BOOST_TEST((nanodollars{1} < nanodollars{2}));
}

BOOST_AUTO_TEST_SUITE_END()
