// Goal: what a stream's provider may have generated unseen is known to be unknown, however its end
// looks. Method: a provider without a socket that reports, hides and closes as the test says.
#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/relay_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(unseen_end_suite)

// Servers that report with every chunk: the last figure seen is no bill of what came after it.
BOOST_FIXTURE_TEST_CASE(a_running_report_is_not_the_bill_of_a_stream_that_was_left, relay_fixture) {
  admit_stream(100);
  from.gives(text_event(words(3)) + usage_event(3), [&] { client.go(); });
  from.ends(body_progress::broken);
  from.steps.back().closes = false;
  const relayed made = relay_it();
  BOOST_TEST(made.ended.unknown);
  BOOST_TEST(!made.ended.report);
  BOOST_TEST_REQUIRE(made.ended.input_report.has_value());
  BOOST_TEST(made.ended.input_report->input_tokens == 10);
  BOOST_TEST(made.ended.input_report->output_tokens == 0);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
  BOOST_TEST(made.ended.most_output_tokens.value() > 3);
}

BOOST_FIXTURE_TEST_CASE(a_closed_connection_says_nothing_of_a_provider_that_goes_on,
                        relay_fixture) {
  for (const hang_up_policy policy : {hang_up_policy::stops, hang_up_policy::finishes}) {
    settings.providers.front().on_hang_up = policy;
    admit_stream(100);
    from.gives(text_event(words(3)), [&] { client.go(); });
    from.ends(body_progress::broken);
    from.is_closed = false;
    const relayed made = relay_it();
    BOOST_TEST(made.ended.unknown == (policy == hang_up_policy::finishes));
    if (made.ended.unknown) BOOST_TEST(made.ended.most_output_tokens.value() == 100);
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(a_good_end_without_usage_says_nothing_of_hidden_reasoning, relay_fixture) {
  for (const bool hides : {false, true}) {
    admit_stream(100);
    call->request.hides_output = hides;
    from.gives(text_event(words(3)));
    from.ends(body_progress::complete, done_event);
    const relayed made = relay_it();
    BOOST_TEST((made.ended.outcome == call_outcome::completed));
    BOOST_TEST(made.ended.unknown == hides);
    held.reset();
  }
}

// It stopped when it noticed; what it had reasoned by then was never in the stream.
BOOST_FIXTURE_TEST_CASE(a_provider_that_closed_may_have_reasoned_unseen, relay_fixture) {
  for (const bool hides : {false, true}) {
    admit_stream(100);
    call->request.hides_output = hides;
    from.gives(text_event(words(3)), [&] { client.go(); });
    from.ends(body_progress::broken);
    from.is_closed = false;
    const relayed made = relay_it();
    BOOST_TEST(from.is_closed);
    BOOST_TEST(made.ended.unknown == hides);
    held.reset();
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
