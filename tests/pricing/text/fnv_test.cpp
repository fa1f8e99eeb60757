// Goal: the hashes are those of the specification, so that files written before are read.
#include "pricing/text/fnv.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(fnv)

// Vectors of draft-eastlake-fnv-17, appendix C.
BOOST_AUTO_TEST_CASE(hashes_are_those_of_the_specification) {
  BOOST_TEST(fnv_1a("") == 0xCBF29CE484222325U);
  BOOST_TEST(fnv_1a("a") == 0xAF63DC4C8601EC8CU);
  BOOST_TEST(fnv_1a("foobar") == 0x85944171F73967E8U);
  BOOST_TEST(fnv_1a_32("") == 0x811C9DC5U);
  BOOST_TEST(fnv_1a_32("a") == 0xE40C292CU);
  BOOST_TEST(fnv_1a_32("foobar") == 0xBF9CF968U);
}

BOOST_AUTO_TEST_CASE(a_hash_goes_on_where_it_was_left) {
  BOOST_TEST(fnv_1a("bar", fnv_1a("foo")) == fnv_1a("foobar"));
  BOOST_TEST(fnv_1a("\xFF") != fnv_1a("\x7F"));
}

BOOST_AUTO_TEST_CASE(no_two_lists_of_names_read_alike) {
  const auto hash = [](std::string_view a, std::string_view b) {
    return fnv_1a_ended(b, fnv_1a_ended(a, fnv_basis));
  };
  BOOST_TEST(hash("ab", "c") != hash("a", "bc"));
  BOOST_TEST(hash("abc", "") != hash("", "abc"));
  BOOST_TEST(fnv_1a_ended("", fnv_basis) != fnv_basis);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
