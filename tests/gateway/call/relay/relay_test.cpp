// Goal: an answer goes the way that its call and its head call for, and what is passed through is
// neither changed nor looked into. Method: a provider and a client that are played.
#include "gateway/call/relay/relay.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/relay_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(relay_suite)

BOOST_FIXTURE_TEST_CASE(a_stream_that_nobody_asked_for_is_read_whole, relay_fixture) {
  admit_whole(100);
  from.said.media = answer_media::event_stream;
  from.ends(body_progress::complete, text_event(" one"));
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(std::holds_alternative<whole_answer>(made.unsent));
  BOOST_TEST(std::get<whole_answer>(made.unsent).body == text_event(" one"));
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_cannot_be_read_cannot_be_followed_and_is_read_whole,
                        relay_fixture) {
  admit_stream(4'000);
  from.said.coding = content_coding::unreadable;
  from.gives("\x1b\x05");
  from.ends(body_progress::complete, "\x03");
  const relayed made = relay_it();
  BOOST_TEST(to.begun == 0);
  BOOST_TEST_REQUIRE(std::holds_alternative<whole_answer>(made.unsent));
  BOOST_TEST(std::get<whole_answer>(made.unsent).body == "\x1b\x05\x03");
  BOOST_TEST(held->hold().output_tokens() == 4'000);
  BOOST_TEST(made.ended.unknown);
}

BOOST_FIXTURE_TEST_CASE(what_is_passed_through_in_a_coding_streams_like_anything_else,
                        relay_fixture) {
  admit_passthrough();
  from.said.coding = content_coding::unreadable;
  from.gives("\x1b\x05");
  const relayed made = relay_it();
  BOOST_TEST(to.passed() == "\x1b\x05");
  BOOST_TEST(!made.ended.unknown);
}

BOOST_FIXTURE_TEST_CASE(an_error_that_calls_itself_a_stream_generated_nothing, relay_fixture) {
  admit_stream(100);
  from.said.status = 503;
  from.ends(body_progress::complete, "upstream overloaded");
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(std::holds_alternative<whole_answer>(made.unsent));
  BOOST_TEST(!made.ended.generated);
  BOOST_TEST(!made.ended.unknown);
}

BOOST_FIXTURE_TEST_CASE(a_redirect_is_no_stream_whatever_it_says, relay_fixture) {
  admit_stream(100);
  from.said.status = 302;
  from.ends(body_progress::complete, text_event(" one"));
  const relayed made = relay_it();
  BOOST_TEST(std::holds_alternative<problem>(made.unsent));
  BOOST_TEST(to.begun == 0);
}

BOOST_FIXTURE_TEST_CASE(what_is_passed_through_without_a_body_is_not_looked_into, relay_fixture) {
  for (const int status : {204, 404}) {
    admit_passthrough();
    from.said.status = status;
    from.said.has_body = false;
    const relayed made = relay_it();
    BOOST_TEST_REQUIRE(std::holds_alternative<whole_answer>(made.unsent));
    BOOST_TEST(std::get<whole_answer>(made.unsent).status == status);
    BOOST_TEST(std::get<whole_answer>(made.unsent).body == "");
    BOOST_TEST(!made.ended.generated);
    BOOST_TEST(made.ended.counted_output_tokens == 0);
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(our_key_is_not_the_clients_where_it_is_passed_through_either,
                        relay_fixture) {
  for (const bool has_body : {false, true}) {
    admit_passthrough();
    from.said.status = 401;
    from.said.has_body = has_body;
    if (has_body)
      from.ends(body_progress::complete, R"({"error":{"message":"sk-…1234 is wrong"}})");
    const relayed made = relay_it();
    BOOST_TEST_REQUIRE(std::holds_alternative<problem>(made.unsent));
    BOOST_TEST((std::get<problem>(made.unsent).kind == problem_kind::credential_refused));
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_passed_through_is_neither_changed_nor_looked_into, relay_fixture) {
  admit_passthrough();
  const std::string bytes("data: [DONE]\n\n\0\xff half", 21);
  from.gives(bytes);
  from.gives(usage_event(7));
  relayed made = relay_it();
  BOOST_TEST(to.passed() == bytes + usage_event(7));
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(!made.ended.generated);
  BOOST_TEST(made.ended.counted_output_tokens == 0);
  BOOST_TEST(made.ended.stream_bytes == 0);
  BOOST_TEST(from.finished == 1);
  BOOST_TEST(to.fields.find("x-stint-output-limit") == std::string::npos);
  BOOST_TEST(rest_of(made) == "");
  BOOST_TEST(to.lasts == 1);
}

BOOST_FIXTURE_TEST_CASE(what_is_passed_through_and_breaks_off_lacks_its_last_chunk, relay_fixture) {
  admit_passthrough();
  from.gives("half");
  from.ends(body_progress::broken);
  relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_gone));
  BOOST_TEST(std::holds_alternative<std::monostate>(made.unsent));
  BOOST_TEST(to.passed() == "half");
  BOOST_TEST(to.lasts == 0);
  BOOST_TEST(to.closes == 1);
  BOOST_TEST(upstream_errors("reset") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_leaves_a_pass_through_ends_it, relay_fixture) {
  admit_passthrough();
  from.gives("one");
  from.gives("two", [&] {
    client.be_slow(std::chrono::hours(1));
    BOOST_TEST(from.half_closed == 0);
    client.go();
    BOOST_TEST(from.half_closed == 1);
  });
  from.gives("three");
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
  BOOST_TEST(to.passed() == "one");
  BOOST_TEST(from.steps.size() == 1U);  // nobody has to know what it would have been
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(std::holds_alternative<std::monostate>(made.unsent));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
