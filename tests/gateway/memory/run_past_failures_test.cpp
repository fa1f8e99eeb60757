// Goal: a loop goes on behind what could not be had, once it was mended, and a defect is seen. Method:
// handlers that throw.
#include "gateway/memory/run_past_failures.hpp"

#include <new>
#include <stdexcept>

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(run_past_failures_suite)

BOOST_AUTO_TEST_CASE(what_stands_behind_a_failure_is_run_once_the_loop_is_mended) {
  boost::asio::io_context loop;
  int mended = 0;
  int mended_by_then = 0;
  boost::asio::post(loop, [] { throw std::bad_alloc(); });
  boost::asio::post(loop, [&] { mended_by_then = mended; });
  run_past_failures<std::bad_alloc>(loop, [&] {
    if (++mended == 1) throw std::bad_alloc();  // memory is still short
  });
  BOOST_TEST(mended == 2);
  BOOST_TEST(mended_by_then == 2);
}

BOOST_AUTO_TEST_CASE(a_loop_without_a_failure_is_not_mended) {
  boost::asio::io_context loop;
  bool has_run = false;
  boost::asio::post(loop, [&] { has_run = true; });
  run_past_failures<std::exception>(loop, [] { BOOST_ERROR("mended"); });
  BOOST_TEST(has_run);
}

BOOST_AUTO_TEST_CASE(another_exception_comes_through) {
  boost::asio::io_context loop;
  boost::asio::post(loop, [] { throw std::logic_error("a defect"); });
  BOOST_CHECK_THROW(run_past_failures<std::bad_alloc>(loop, [] { BOOST_ERROR("mended"); }),
                    std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
