// Goal: what can be written at once is, and nothing waits for it that a client should have by now, or
// is lost. Method: a provider and a client that are played.
#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/relay_fixture.hpp"
#include "gateway/call/relay/stream.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(stream_writes)

namespace {
using streaming = relay_fixture;
}

BOOST_FIXTURE_TEST_CASE(a_head_waits_for_a_part_that_came_with_it, streaming) {
  admit_stream(100);
  from.has_first_piece = true;
  from.gives(text_event(words(1)) + text_event(words(2)));
  from.gives(finish_event + done_event);
  relayed made = relay_it();
  BOOST_TEST(to.head_waited);
  const std::string before = to.passed();
  BOOST_TEST(before + rest_of(made) == from.given);
}

// A first piece that nothing is passed on of may be the only one for long.
BOOST_FIXTURE_TEST_CASE(a_head_does_not_wait_for_a_second_piece, streaming) {
  admit_stream(100);
  from.has_first_piece = true;
  std::size_t written_by_then = 0;
  from.gives("data: {");
  from.gives("}\n\n", [&] { written_by_then = to.chunks.size(); });
  from.gives(done_event);
  static_cast<void>(relay_it());
  BOOST_TEST(written_by_then == 1U);
  BOOST_TEST(to.chunks.front() == "");
}

BOOST_FIXTURE_TEST_CASE(what_comes_with_the_terminator_waits_with_it_and_is_lost_nowhere,
                        streaming) {
  admit_stream(100);
  from.gives(text_event(words(1)));
  from.gives(text_event(words(2)) + finish_event + done_event);
  relayed made = relay_it();
  BOOST_TEST(to.passed() == text_event(words(1)));
  const std::string before = to.passed();
  BOOST_TEST(before + rest_of(made) == from.given);
}

BOOST_FIXTURE_TEST_CASE(a_pass_through_that_breaks_at_once_still_shows_its_head, streaming) {
  admit_passthrough();
  from.has_first_piece = true;
  from.ends(body_progress::broken);
  static_cast<void>(relay_it());
  BOOST_TEST(to.begun == 1);
  BOOST_TEST_REQUIRE(to.chunks.size() == 1U);
  BOOST_TEST(to.chunks.front() == "");
  BOOST_TEST(to.closes == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
