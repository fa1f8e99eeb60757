// Goal: a stream that is not wanted to its end is left so that its bill is known: what was on its way
// is metered, and neither a provider that goes on nor one that falls silent holds us up for long.
// Method: a provider that comes as written down, and a meter that remembers what it got.
#include "gateway/call/relay/hang_up.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/fake_answer.hpp"
#include "gateway/call/run_to_end.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(hang_up_suite)

namespace {
struct hanging_up {
  bool hang_up_on_it() { return run_to_end(context, hang_up(from, meter, client)); }

  void gives_without_end(std::size_t piece_bytes, std::chrono::milliseconds each_takes) {
    for (std::size_t n = 0; n < 50; ++n) {
      from.gives(std::string(piece_bytes, 'x'));
      from.steps.back().takes = each_takes;
    }
  }

  asio::io_context context;
  fake_source from;
  fake_meter meter;
  fake_client client;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_provider_that_ends_by_itself_was_seen_whole, hanging_up) {
  from.gives("one");
  from.ends(body_progress::complete, "two");
  from.gives("three");
  BOOST_TEST(hang_up_on_it());
  BOOST_TEST(from.half_closed == 1);
  BOOST_TEST(meter.consumed == "onetwo");
  BOOST_TEST(!meter.passes);
  BOOST_TEST(from.abandoned == 0);  // is the caller's business
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_closes_has_nothing_more_on_its_way, hanging_up) {
  from.ends(body_progress::broken, "half an ev");
  BOOST_TEST(hang_up_on_it());
  BOOST_TEST(meter.consumed == "half an ev");
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_breaks_may_have_had_more_on_its_way, hanging_up) {
  from.ends(body_progress::broken, "one");
  from.steps.back().closes = false;
  BOOST_TEST(!hang_up_on_it());
  BOOST_TEST(meter.consumed == "one");
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_falls_silent_is_waited_for_no_longer_than_its_patience,
                        hanging_up) {
  from.gives("one");
  from.gives("too late");
  from.steps.back().takes = std::chrono::hours(1);
  const auto began = monotonic::now();
  BOOST_TEST(!hang_up_on_it());
  BOOST_TEST((monotonic::now() - began >= hang_up_patience));
  BOOST_TEST(meter.consumed == "one");
  BOOST_TEST_REQUIRE(from.patiences.size() == 2U);
  for (const auto patience : from.patiences) {
    BOOST_TEST((patience > std::chrono::milliseconds(0) && patience <= hang_up_patience));
  }
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_goes_on_slowly_is_left_after_the_same_patience,
                        hanging_up) {
  gives_without_end(1, std::chrono::milliseconds(10));
  const auto began = monotonic::now();
  BOOST_TEST(!hang_up_on_it());
  BOOST_TEST((monotonic::now() - began >= hang_up_patience));
  // Ten milliseconds each; the machine may be slower and never faster.
  BOOST_TEST(from.patiences.size() <= 26U);
  BOOST_TEST(from.patiences.size() >= 1U);
  BOOST_TEST((from.patiences.back() <= from.patiences.front()));
  BOOST_TEST(meter.consumed == from.given);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_goes_on_fast_is_left_after_so_many_bytes, hanging_up) {
  constexpr std::size_t piece_bytes = hang_up_bytes_max / 4;
  gives_without_end(piece_bytes, std::chrono::milliseconds(0));
  BOOST_TEST(!hang_up_on_it());
  BOOST_TEST(from.patiences.size() == 4U);
  BOOST_TEST(meter.consumed.size() == hang_up_bytes_max);
}

BOOST_FIXTURE_TEST_CASE(at_the_end_of_the_gateway_nothing_more_is_read, hanging_up) {
  from.gives("one");
  client.be_cut();
  BOOST_TEST(!hang_up_on_it());
  BOOST_TEST(from.patiences.empty());
  BOOST_TEST(from.half_closed == 0);
  BOOST_TEST(!meter.passes);
  from.is_closed = true;
  BOOST_TEST(hang_up_on_it());
  BOOST_TEST(from.patiences.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
