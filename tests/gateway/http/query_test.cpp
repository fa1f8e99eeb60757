// Goal: a query falls into the pairs that stand in it, none of them changed. Method: queries beside lists of pairs.
#include "gateway/http/query.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(query_suite)

namespace {
using namespace stint;

// "key|value;" of each.
std::string pairs_of(std::string_view query, std::string_view ends = "&") {
  std::string all;
  while (!query.empty()) {
    const query_pair pair = take_pair(query, ends);
    all.append(pair.key).append("|").append(pair.value).append(";");
  }
  return all;
}
}  // namespace

BOOST_AUTO_TEST_CASE(each_pair_is_taken_as_it_stands) {
  BOOST_TEST(pairs_of("") == "");
  BOOST_TEST(pairs_of("a=1") == "a|1;");
  BOOST_TEST(pairs_of("a=1&b=2") == "a|1;b|2;");
  BOOST_TEST(pairs_of("a&b=&=c") == "a|;b|;|c;");
  BOOST_TEST(pairs_of("a=b=c") == "a|b=c;");
  BOOST_TEST(pairs_of("&&a=1&") == "|;|;a|1;");
  BOOST_TEST(pairs_of("a%3D=%26+;b") == "a%3D|%26+;b;");
}

BOOST_AUTO_TEST_CASE(what_ends_a_pair_is_for_the_reader_to_say) {
  BOOST_TEST(pairs_of("a=1;b=2&c", "&;") == "a|1;b|2;c|;");
}

BOOST_AUTO_TEST_CASE(the_whole_pair_tells_a_key_alone_from_one_without_a_value) {
  std::string_view query = "key&key=";
  BOOST_TEST(take_pair(query).whole == "key");
  BOOST_TEST(query == "key=");
  BOOST_TEST(take_pair(query).whole == "key=");
  BOOST_TEST(query.empty());
  BOOST_TEST(take_pair(query).whole.empty());
}

BOOST_AUTO_TEST_SUITE_END()
