// Goal: a pattern matches the whole text, only '*' is special in it, and none costs much.
#include "pricing/text/glob.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(glob)

BOOST_AUTO_TEST_CASE(globs_match_as_documented) {
  const auto yes = [](std::string_view pattern, std::string_view text) {
    BOOST_TEST(glob_match(pattern, text), pattern << " matches " << text);
  };
  const auto no = [](std::string_view pattern, std::string_view text) {
    BOOST_TEST(!glob_match(pattern, text), pattern << " does not match " << text);
  };
  yes("", "");
  no("", "a");
  yes("*", "");
  yes("*", "anything/at all");
  yes("search-*", "search-web");
  yes("search-*", "search-");
  no("search-*", "search");
  yes("*-web", "a-web-web");
  yes("a*b*c", "a-b-b-c");
  no("a*b*c", "a-c-b");
  yes("**a**", "bab");
  no("[a]?", "ax");  // nothing but '*' is special
  yes("[a]?", "[a]?");
}

// A pattern is often a part of a longer text.
BOOST_AUTO_TEST_CASE(what_follows_the_pattern_in_memory_is_no_part_of_it) {
  BOOST_TEST(glob_match(std::string_view("*a*").substr(0, 2), "aa"));
  BOOST_TEST(glob_match(std::string_view("*aa").substr(0, 2), "aa"));
  BOOST_TEST(glob_match(std::string_view("a*").substr(0, 1), "a"));
  BOOST_TEST(!glob_match(std::string_view("a*").substr(0, 1), "ab"));
}

// The classic blow-up of backtracking matchers: linear here, so it ends at once.
BOOST_AUTO_TEST_CASE(many_stars_cost_no_more_than_their_length) {
  std::string pattern;
  for (int i = 0; i < 1'000; ++i)
    pattern += "a*";
  BOOST_TEST(!glob_match(pattern + "b", std::string(3'000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
