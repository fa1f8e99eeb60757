#include "budgets/store/acknowledged_mark.hpp"

#include <filesystem>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {

BOOST_AUTO_TEST_SUITE(acknowledged_mark_suite)

BOOST_AUTO_TEST_CASE(the_number_is_kept_and_binding_from_the_start_on) {
  const scratch_directory scratch;
  {
    acknowledged_mark mark(scratch.path());
    BOOST_TEST(!mark.sequence());
    BOOST_TEST(!mark.of_this_boot());
    mark.start(7);
    mark.advance(8);
  }
  const acknowledged_mark mark(scratch.path());
  BOOST_TEST(mark.sequence().value() == 8U);
  BOOST_TEST(mark.of_this_boot());
}

BOOST_AUTO_TEST_CASE(two_at_once_are_refused) {
  const scratch_directory scratch;
  const acknowledged_mark first(scratch.path());
  BOOST_CHECK_THROW(acknowledged_mark(scratch.path()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_is_an_error) {
  const scratch_directory scratch;
  BOOST_CHECK_THROW(acknowledged_mark(scratch.sub("missing")), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_empty_file_left_by_a_crash_counts_as_none) {
  const scratch_directory scratch;
  { const acknowledged_mark mark(scratch.path()); }
  std::filesystem::resize_file(scratch.sub(acknowledged_mark::file_name), 0);
  const acknowledged_mark mark(scratch.path());
  BOOST_TEST(!mark.sequence());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
