// How the process's descriptors are divided: whatever the limit, the store and the admin listener keep theirs.
#include "gateway/http/descriptors.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(descriptors_suite)

BOOST_DATA_TEST_CASE(some_are_kept_for_the_store_whatever_the_limit,
                     boost::unit_test::data::make({64, 256, 1'024, 4'096, 65'536, 1'048'576}),
                     limit) {
  const auto shares = share_descriptors(static_cast<std::size_t>(limit));
  BOOST_TEST(shares.connections_below >= shares.limit / 4);
  BOOST_TEST(shares.connections_below < shares.limit);
  BOOST_TEST(2 * shares.clients_max <= shares.connections_below);
  if (limit >= 1'024)
    BOOST_TEST(shares.limit - shares.connections_below >= shares.store_files_max + 192);
}

BOOST_AUTO_TEST_CASE(the_usual_limits_are_divided_so) {
  const auto small = share_descriptors(1'024);
  BOOST_TEST(small.store_files_max == 128U);
  BOOST_TEST(small.connections_below == 704U);
  BOOST_TEST(small.clients_max == 352U);
  const auto large = share_descriptors(1'048'576);
  BOOST_TEST(large.store_files_max == 512U);
  BOOST_TEST(large.clients_max > 500'000U);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
