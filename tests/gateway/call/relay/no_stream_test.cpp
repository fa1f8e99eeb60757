// Goal: what comes in place of a stream (an error alone, an answer that is only labelled as one, a report
// that cannot be true) is read for what it is. Method: a provider and a client that are played.
#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/relay_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(relay_no_stream_suite)

BOOST_FIXTURE_TEST_CASE(one_wild_report_is_not_billed, relay_fixture) {
  admit_stream(20);
  from.gives(text_event(words(3)));
  from.ends(body_progress::complete, usage_event(900'000'000) + done_event);
  const relayed made = relay_it();
  BOOST_TEST(made.ended.implausible);
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
}

BOOST_FIXTURE_TEST_CASE(a_stream_of_nothing_but_an_error_is_no_answer, relay_fixture) {
  admit_stream(100);
  from.gives(": PROCESSING\n\n");
  from.ends(body_progress::complete,
            "data: {\"choices\":[],\"error\":{\"code\":400}}\n\n" + done_event);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_error));
  BOOST_TEST(made.ended.no_answer);
  BOOST_TEST(!made.ended.generated);
  held.reset();
  admit_stream(100);
  from.gives(text_event(" one"));
  from.ends(body_progress::complete, "data: {\"error\":{\"code\":400}}\n\n" + done_event);
  const relayed begun = relay_it();
  BOOST_TEST(!begun.ended.no_answer);
  BOOST_TEST(begun.ended.generated);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_only_labelled_as_a_stream_is_read_all_the_same,
                        relay_fixture) {
  admit_stream(100);
  const std::string body = R"({"id":"c","model":"gpt-4o","choices":[{"message":{"content":"a"}}],)"
                           R"("usage":{"prompt_tokens":10,"completion_tokens":7}})";
  from.ends(body_progress::complete, body);
  relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
  static_cast<void>(rest_of(made));
  BOOST_TEST(to.passed() == body);
  held.reset();
  admit_stream(100);
  from.ends(body_progress::complete, "{\"error\":{\"message\":\"no\"}}\n\n");
  BOOST_TEST(relay_it().ended.no_answer);
  held.reset();
  admit_stream(100);
  from.ends(body_progress::complete, "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}");
  const relayed unreadable = relay_it();
  BOOST_TEST(!unreadable.ended.no_answer);
  BOOST_TEST(unreadable.ended.unknown);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
