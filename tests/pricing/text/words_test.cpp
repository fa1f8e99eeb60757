// Goal: the numbers of the configuration are read exactly or not at all. Method: tables of texts
// and figures.
#include "pricing/text/words.hpp"

#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(config_words)

namespace {

struct expectation {
  std::string text;
  std::optional<std::int64_t> value;
};
std::ostream& operator<<(std::ostream& out, const expectation& e) {
  return out << '"' << e.text << '"';
}

const std::vector<expectation> counts = {
    {"0", 0},
    {"200_000", 200'000},
    {"10k", 10'000},
    {"5M", 5'000'000},
    {"1.5M", 1'500'000},
    {"2G", 2'000'000'000},
    {"0.001k", 1},
    {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
    {"9223372036854775808", {}},
    {"9223372036854776k", {}},
    {"", {}},
    {"-1", {}},
    {"+1", {}},
    {"1e3", {}},
    {"1.5", {}},
    {"0.0001k", {}},
    {"_1", {}},
    {"1_", {}},
    {"1__0", {}},
    {"5m", {}},
    {"k", {}},
    {"1 k", {}},
    {"0x10", {}},
    {".5M", {}},
    {"5.M", {}},
    {"1.2.3M", {}}};

const std::vector<expectation> sizes = {{"65536", 65'536}, {"64KiB", 65'536}, {"1GiB", 1 << 30},
                                        {"3MiB", 3 << 20}, {"1.5KiB", {}},    {"64KB", {}},
                                        {"8EiB", {}}};

const std::vector<expectation> durations = {
    {"250ms", 250}, {"30s", 30'000}, {"5m", 300'000},     {"24h", 86'400'000}, {"1.5s", 1'500},
    {"30", {}},     {"30 s", {}},    {"7d", 604'800'000}, {"1w", {}}};

}  // namespace

BOOST_DATA_TEST_CASE(counts_are_exact_or_refused, counts) {
  BOOST_TEST((stint::parse_count(sample.text) == sample.value));
}

BOOST_DATA_TEST_CASE(sizes_are_exact_or_refused, sizes) {
  BOOST_TEST((stint::parse_bytes(sample.text) == sample.value));
}

BOOST_DATA_TEST_CASE(durations_carry_their_unit, durations) {
  BOOST_TEST((stint::parse_duration_ms(sample.text) == sample.value));
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_a_slip_away_or_none) {
  const std::vector<std::string> known = {"tenant", "feature", "timezone", "limit", "per"};
  BOOST_TEST(stint::nearest_word("tennant", known).value() == "tenant");
  BOOST_TEST(stint::nearest_word("limti", known).value() == "limit");
  BOOST_TEST(stint::nearest_word("time_zone", known).value() == "timezone");
  BOOST_TEST(!stint::nearest_word("budget", known));
  BOOST_TEST(!stint::nearest_word(std::string(10'000, 't'), known));
  BOOST_TEST(stint::did_you_mean("feture", known) == " (did you mean feature?)");
  BOOST_TEST(stint::did_you_mean("zzz", known).empty());
}

BOOST_AUTO_TEST_CASE(each_kind_of_slip_counts_once) {
  const std::vector<std::string> known = {"limit", "per"};
  // Words of up to five letters may have one slip: a letter more, less, another, or two swapped.
  for (const char* word :
       {"perr", "pper", "limt", "imit", "limot", "fimit", "limti", "ilmit", "pe"})
    BOOST_TEST(stint::nearest_word(word, known).has_value(), word);
  // Each of these has two.
  for (const char* word :
       {"perrr", "lmt", "lomot", "ilmti", "limxi", "limtx", "xe", "xlimx", "erp"})
    BOOST_TEST(!stint::nearest_word(word, known).has_value(), word);
}

BOOST_AUTO_TEST_CASE(a_slip_is_allowed_for_every_three_letters_and_three_at_most) {
  const std::vector<std::string> known = {"tenant", "timezone"};
  BOOST_TEST(stint::nearest_word("tunint", known).value_or("") == "tenant");
  BOOST_TEST(!stint::nearest_word("tunink", known).has_value());
  BOOST_TEST(stint::nearest_word("timezonexyz", known).value_or("") == "timezone");
  BOOST_TEST(!stint::nearest_word("timezonewxyz", known).has_value());
  // No part of a word is near the whole.
  for (const char* part : {"zone", "time", "ten", "abcdtenant", "tenantabcd"})
    BOOST_TEST(!stint::nearest_word(part, known).has_value(), part);
}

BOOST_AUTO_TEST_CASE(of_equally_near_words_the_first_is_meant_and_numbers_are_near_none) {
  const std::vector<std::string> known = {"abc", "abd", "10k"};
  BOOST_TEST(stint::nearest_word("abx", known).value_or("") == "abc");
  BOOST_TEST(!stint::nearest_word("20k", known).has_value());
}

BOOST_AUTO_TEST_CASE(words_of_up_to_64_letters_are_compared) {
  const std::string longest(64, 'k');
  BOOST_TEST(stint::nearest_word(longest.substr(1), std::vector{longest}).has_value());
  BOOST_TEST(stint::nearest_word(longest, std::vector{longest.substr(1)}).has_value());
  BOOST_TEST(!stint::nearest_word(longest, std::vector{longest + 'k'}).has_value());
  BOOST_TEST(!stint::nearest_word(longest + 'k', std::vector{longest}).has_value());
}

BOOST_AUTO_TEST_CASE(choices_read_as_a_sentence) {
  const std::vector<std::string> words = {"a", "b", "c"};
  BOOST_TEST(stint::list_choices(words) == "a, b or c");
  BOOST_TEST(stint::list_choices(std::span(words).first(2)) == "a or b");
  BOOST_TEST(stint::list_choices({}).empty());
}

BOOST_AUTO_TEST_CASE(a_port_that_is_too_large_is_not_taken_modulo_65536) {
  BOOST_TEST((stint::parse_port("1") == 1));
  BOOST_TEST((stint::parse_port("65535") == 65'535));
  for (const auto* wrong : {"", "0", "65536", "123456", "-1", "+1", "80x", " 80"})
    BOOST_TEST(!stint::parse_port(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_SUITE_END()
