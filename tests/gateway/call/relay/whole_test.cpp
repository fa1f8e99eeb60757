// Goal: an answer that does not stream is read whole, its usage is the bill, and what cannot be read
// is charged for what it may have cost. Method: a provider and a client that are played, a real
// ledger behind the hold.
#include "gateway/call/relay/whole.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/relay_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(relay_whole_suite)

namespace {
std::string answer_of(int output_words, const std::string& usage = "") {
  return R"({"id":"c1","object":"chat.completion","model":"gpt-4o","choices":[{"index":0,)"
         R"("message":{"role":"assistant","content":")" +
         words(output_words) + R"("},"finish_reason":"stop"}])" + usage + "}";
}
std::string with_usage(int output_tokens) {
  return R"(,"usage":{"prompt_tokens":10,"completion_tokens":)" + std::to_string(output_tokens) +
         R"(,"total_tokens":)" + std::to_string(10 + output_tokens) + "}";
}

const whole_answer& answer_in(const relayed& made) {
  BOOST_REQUIRE(std::holds_alternative<whole_answer>(made.unsent));
  return std::get<whole_answer>(made.unsent);
}
const problem& problem_in(const relayed& made) {
  BOOST_REQUIRE(std::holds_alternative<problem>(made.unsent));
  return std::get<problem>(made.unsent);
}

// So much of an answer is read, and no more.
constexpr std::size_t small_answer_bytes = 100;
struct small_answers : relay_fixture {
  small_answers()
      : relay_fixture(usual_caps,
                      [](config& made) { made.limits.answer_bytes_max = small_answer_bytes; }) {}
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(an_answer_is_read_whole_and_billed_as_its_provider_says, relay_fixture) {
  admit_whole(100);
  const std::string body = answer_of(3, with_usage(7));
  from.from.stall_timeout_ms = 4'321;
  client.watch_client([] {});
  from.gives(body.substr(0, 50));
  from.ends(body_progress::complete, body.substr(50));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(made.ended.status == 200);
  BOOST_TEST((made.ended.first_byte == from.said.first_byte));
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(!made.ended.implausible);
  BOOST_TEST(made.ended.counted_output_tokens == 0);
  BOOST_TEST(made.ended.stream_bytes == 0);
  BOOST_TEST(answer_in(made).status == 200);
  BOOST_TEST(answer_in(made).fields == "content-type: application/json\r\n");
  BOOST_TEST(answer_in(made).body == body);
  BOOST_TEST(from.finished == 1);
  BOOST_TEST(from.abandoned == 0);
  BOOST_TEST(from.patiences.front().count() == 4'321);
  BOOST_TEST(!client.watched());
  BOOST_TEST(to.wholes + to.begun == 0);  // it waits for the settlement
}

BOOST_FIXTURE_TEST_CASE(the_bound_is_held_before_what_does_not_stream_is_read, relay_fixture) {
  admit_stream(4'000);
  from.said.media = answer_media::json;
  from.said.status = 299;
  BOOST_TEST(held->hold().output_tokens() < 4'000);
  from.ends(body_progress::complete, answer_of(3, with_usage(3)));
  from.steps.back().meanwhile = [this] {
    BOOST_TEST(held->hold().output_tokens() == 4'000);
    const auto after = rows_after_a_crash();
    BOOST_TEST_REQUIRE(after.size() == 1U);
    BOOST_TEST(after.front().used.output_tokens == 0);  // nothing has been delivered
  };
  const relayed made = relay_it();
  BOOST_TEST(answer_in(made).body == from.given);
  BOOST_TEST(held->hold().output_tokens() == 4'000);
  BOOST_TEST(to.begun == 0);
}

BOOST_FIXTURE_TEST_CASE(a_no_to_the_bound_comes_too_late_to_stop_the_provider, relay_fixture) {
  admit_stream(4'000);
  from.said.media = answer_media::json;
  const std::int64_t first = held->hold().output_tokens();
  take_all_room();
  from.ends(body_progress::complete, answer_of(3, with_usage(2'000)));
  const relayed made = relay_it();
  BOOST_TEST(held->hold().output_tokens() == first);
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 2'000);
}

BOOST_FIXTURE_TEST_CASE(an_error_holds_no_more_than_before, relay_fixture) {
  admit_stream(4'000);
  from.said.media = answer_media::json;
  from.said.status = 400;
  const std::int64_t first = held->hold().output_tokens();
  from.ends(body_progress::complete, "{}");
  static_cast<void>(relay_it());
  BOOST_TEST(held->hold().output_tokens() == first);
}

BOOST_FIXTURE_TEST_CASE(an_error_without_usage_generated_nothing, relay_fixture) {
  for (const int status : {400, 429, 500, 529}) {
    admit_whole(100);
    from.said.status = status;
    from.ends(body_progress::complete, answer_of(5));
    const relayed made = relay_it();
    BOOST_TEST((made.ended.outcome == call_outcome::upstream_error));
    BOOST_TEST(made.ended.status == status);
    BOOST_TEST(!made.ended.generated);
    BOOST_TEST(!made.ended.report);
    BOOST_TEST(made.ended.counted_output_tokens == 0);
    BOOST_TEST(answer_in(made).status == status);
    BOOST_TEST(answer_in(made).body == answer_of(5));
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(an_error_with_usage_is_billed_as_it_says, relay_fixture) {
  admit_whole(100);
  from.said.status = 500;
  from.ends(body_progress::complete, answer_of(0, with_usage(7)));
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(a_success_without_usage_is_counted, relay_fixture) {
  admit_whole(100);
  from.said.status = 299;
  from.ends(body_progress::complete, answer_of(5));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(made.ended.counted_output_tokens == 5);
}

BOOST_FIXTURE_TEST_CASE(a_success_that_is_no_answer_generated_nothing, relay_fixture) {
  for (const std::string& body :
       {std::string("\n \n{\"error\":{\"message\":\"Provider returned error\",\"code\":400}}"),
        std::string("<!DOCTYPE html><html><body>Sign in</body></html>"),
        std::string("data: {\"error\":{\"message\":\"timed out\"}}\n\n")}) {
    BOOST_TEST_CONTEXT(body) {
      admit_whole(100);
      from.ends(body_progress::complete, body);
      const relayed made = relay_it();
      BOOST_TEST((made.ended.outcome == call_outcome::completed));
      BOOST_TEST(made.ended.no_answer);
      BOOST_TEST(!made.ended.generated);
      BOOST_TEST(!made.ended.report);
      BOOST_TEST(answer_in(made).status == 200);
      BOOST_TEST(answer_in(made).body == body);
      held.reset();
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_success_that_cannot_be_read_is_unknown, relay_fixture) {
  for (const std::string& body :
       {std::string("ok"), std::string(), std::string("[]"), std::string(R"({"method":"POST"})"),
        std::string("{\"choices\":")}) {
    BOOST_TEST_CONTEXT(body) {
      admit_whole(100);
      from.ends(body_progress::complete, body);
      const relayed made = relay_it();
      BOOST_TEST((made.ended.outcome == call_outcome::completed));
      BOOST_TEST(made.ended.unknown);
      BOOST_TEST(made.ended.generated);
      BOOST_TEST(!made.ended.no_answer);
      BOOST_TEST(answer_in(made).body == body);
      held.reset();
    }
  }
  admit_whole(100);
  from.ends(body_progress::complete, answer_of(5));
  BOOST_TEST(!relay_it().ended.unknown);  // it is counted
}

BOOST_FIXTURE_TEST_CASE(an_error_under_a_status_of_success_with_usage_is_billed_as_it_says,
                        relay_fixture) {
  admit_whole(100);
  from.ends(body_progress::complete, R"({"error":{"message":"filtered"})" + with_usage(7) + "}");
  const relayed made = relay_it();
  BOOST_TEST(!made.ended.no_answer);
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(a_redirect_is_not_followed_and_its_address_goes_nowhere, relay_fixture) {
  for (const int status : {301, 302, 307, 308}) {
    admit_whole(100);
    from.said.status = status;
    from.ends(body_progress::complete, "<a href=\"http://10.0.0.7/inner\">Moved</a>");
    const relayed made = relay_it();
    BOOST_TEST((problem_in(made).kind == problem_kind::upstream_garbage));
    BOOST_TEST(problem_in(made).message.find("10.0.0.7") == std::string::npos);
    BOOST_TEST((made.ended.outcome == call_outcome::upstream_error));
    BOOST_TEST(made.ended.status == 502);
    BOOST_TEST(made.ended.no_answer);
    BOOST_TEST(!made.ended.generated);
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(one_wild_report_is_not_billed, relay_fixture) {
  admit_whole(20);
  from.ends(body_progress::complete, answer_of(5, with_usage(900'000'000)));
  const relayed made = relay_it();
  BOOST_TEST(made.ended.implausible);
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(made.ended.counted_output_tokens == 5);
}

BOOST_FIXTURE_TEST_CASE(a_report_beyond_the_bound_that_the_bytes_bear_out_is_billed,
                        relay_fixture) {
  admit_whole(20);
  from.ends(body_progress::complete, answer_of(60, with_usage(61)));
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 61);
}

BOOST_FIXTURE_TEST_CASE(events_where_an_answer_was_asked_for_are_read_and_left_as_they_are,
                        relay_fixture) {
  admit_whole(100);
  const std::string body = text_event(words(3)) + usage_event(7) + done_event;
  from.said.media = answer_media::event_stream;
  from.ends(body_progress::complete, body);
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
  BOOST_TEST(answer_in(made).body == body);
  // Without usage they are counted.
  held.reset();
  admit_whole(100);
  from.said.media = answer_media::event_stream;
  from.ends(body_progress::complete, text_event(words(3)) + done_event);
  const relayed counted = relay_it();
  BOOST_TEST(!counted.ended.report);
  BOOST_TEST(counted.ended.generated);
  BOOST_TEST(counted.ended.counted_output_tokens == 3);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_does_not_say_that_it_is_one_is_read_as_one, relay_fixture) {
  admit_stream(100);
  from.said.media = answer_media::json;
  from.ends(body_progress::complete, text_event(words(3)) + usage_event(7) + done_event);
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
  // Its client did not ask for usage.
  BOOST_TEST(answer_in(made).body == text_event(words(3)) + done_event);
}

BOOST_FIXTURE_TEST_CASE(a_long_answer_is_counted_on_the_counting_pool, relay_fixture) {
  for (const bool is_long : {false, true}) {
    settings.limits.count_inline_bytes_max = answer_of(5).size() - (is_long ? 1 : 0);
    admit_whole(100);
    from.ends(body_progress::complete, answer_of(5));
    BOOST_TEST(ends_without_the_pool() == !is_long);
  }
  admit_whole(100);
  from.ends(body_progress::complete, answer_of(5));
  BOOST_TEST(relay_it().ended.counted_output_tokens == 5);
}

BOOST_FIXTURE_TEST_CASE(an_answer_of_half_a_megabyte_is_read_on_the_io_thread, relay_fixture) {
  const std::string answer = answer_of(5, with_usage(7));
  for (const bool is_long : {false, true}) {
    admit_whole(100);
    from.gives(std::string(512 * 1024 - answer.size() + (is_long ? 1 : 0), ' '));
    from.ends(body_progress::complete, answer);
    BOOST_TEST(ends_without_the_pool() == !is_long);
  }
}

BOOST_FIXTURE_TEST_CASE(a_very_long_answer_is_read_on_the_counting_pool, relay_fixture) {
  admit_whole(100);
  from.gives(std::string(600 * 1024, ' '));
  from.ends(body_progress::complete, answer_of(5, with_usage(7)));
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(a_report_that_cannot_be_true_is_told_and_not_billed, relay_fixture) {
  admit_whole(100);
  from.ends(body_progress::complete, answer_of(5, with_usage(-1)));
  const relayed made = relay_it();
  BOOST_TEST(made.ended.implausible);
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(made.ended.counted_output_tokens == 5);
}

BOOST_FIXTURE_TEST_CASE(an_answer_in_a_coding_that_we_cannot_read_is_passed_on_and_unknown,
                        relay_fixture) {
  for (const int status : {200, 299}) {
    admit_whole(100);
    from.said.status = status;
    from.said.coding = content_coding::unreadable;
    from.said.fields = "content-encoding: br\r\n";
    // Whatever it may look like.
    from.ends(body_progress::complete, answer_of(5, with_usage(7)));
    const relayed made = relay_it();
    BOOST_TEST((made.ended.outcome == call_outcome::completed));
    BOOST_TEST(made.ended.unknown);
    BOOST_TEST(made.ended.generated);
    BOOST_TEST(!made.ended.report);
    BOOST_TEST(made.ended.counted_output_tokens == 0);
    BOOST_TEST(answer_in(made).status == status);
    BOOST_TEST(answer_in(made).fields == "content-encoding: br\r\n");
    BOOST_TEST(answer_in(made).body == from.given);
    BOOST_TEST(from.finished == 1);
    from.given.clear();
    from.finished = 0;
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(an_error_in_a_coding_that_we_cannot_read_generated_nothing, relay_fixture) {
  for (const int status : {300, 399, 400, 500}) {
    admit_whole(100);
    from.said.status = status;
    from.said.coding = content_coding::unreadable;
    from.ends(body_progress::complete, answer_of(5));
    const relayed made = relay_it();
    BOOST_TEST(!made.ended.unknown);
    // A redirect is no answer, whatever it is written in, and does not reach the client.
    BOOST_TEST(made.ended.no_answer == (status < 400));
    BOOST_TEST(!made.ended.generated);
    if (status >= 400) BOOST_TEST(answer_in(made).body == answer_of(5));
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_can_be_read_is_not_unknown, relay_fixture) {
  admit_whole(100);
  from.ends(body_progress::complete, answer_of(5));
  BOOST_TEST(!relay_it().ended.unknown);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_the_provider_does_not_take_is_our_problem, relay_fixture) {
  admit_whole(100);
  from.said.status = 401;
  from.ends(body_progress::complete, R"({"error":{"message":"sk-…1234 is wrong"}})");
  const relayed made = relay_it();
  BOOST_TEST((problem_in(made).kind == problem_kind::credential_refused));
  BOOST_TEST((problem_in(made).should_retry() == std::optional(false)));
  BOOST_TEST(problem_in(made).message ==
             "provider 'openai' does not accept the gateway's credential");
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_error));
  BOOST_TEST(!made.ended.generated);
  BOOST_TEST(from.finished == 1);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_too_large_is_given_up, small_answers) {
  admit_whole(100);
  from.said.content_length = std::uint64_t(1) << 60;  // no room is made for what is only announced
  from.gives(answer_of(100).substr(0, small_answer_bytes + 1));
  from.ends(body_progress::complete);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_error));
  BOOST_TEST((problem_in(made).kind == problem_kind::upstream_garbage));
  BOOST_TEST(problem_in(made).message.find("limits.answer_bytes_max") != std::string::npos);
  BOOST_TEST(made.ended.status == 502);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(made.ended.unknown);
  BOOST_TEST(from.steps.size() == 1U);  // nothing more was read
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(from.finished == 0);
}

BOOST_FIXTURE_TEST_CASE(an_answer_as_large_as_it_may_be_is_taken, small_answers) {
  admit_whole(100);
  from.said.content_length = small_answer_bytes;
  from.gives(std::string(small_answer_bytes, ' '));
  from.ends(body_progress::complete);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(answer_in(made).body.size() == small_answer_bytes);
}

// Room was asked for twice its size, and it was given up, paid for as it is.
BOOST_FIXTURE_TEST_CASE(an_answer_that_fits_beside_the_others_is_taken, relay_fixture) {
  admit_whole(100);
  shared.memory.set_limit(400'000);
  memory_claim others(shared.memory);
  BOOST_REQUIRE(others.grow_answer(150'000));
  from.gives(std::string(200'000, ' '));
  from.ends(body_progress::complete);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(answer_in(made).body.size() == 200'000U);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_breaks_off_is_a_problem_and_charged, relay_fixture) {
  admit_whole(100);
  client.watch_client([] {});
  from.ends(body_progress::broken, answer_of(50).substr(0, 200));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_gone));
  BOOST_TEST(made.ended.status == 502);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(made.ended.unknown);
  BOOST_TEST(!made.ended.most_output_tokens);  // all that is held
  BOOST_TEST(!made.ended.report);
  BOOST_TEST((problem_in(made).kind == problem_kind::upstream_reset));
  BOOST_TEST(problem_in(made).message == "provider 'openai' broke off in the middle of its answer");
  BOOST_TEST(upstream_errors("reset") == "1");
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(from.finished == 0);
  BOOST_TEST(!client.watched());
}

BOOST_FIXTURE_TEST_CASE(an_error_that_breaks_off_generated_nothing, relay_fixture) {
  admit_whole(100);
  from.said.status = 500;
  from.ends(body_progress::broken, "{");
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_gone));
  BOOST_TEST(!made.ended.generated);
  BOOST_TEST(!made.ended.unknown);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_stops_is_a_time_out, relay_fixture) {
  admit_whole(100);
  from.from.stall_timeout_ms = 1;
  from.gives(answer_of(50).substr(0, 200));
  from.gives("too late");
  from.steps.back().takes = std::chrono::hours(1);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_gone));
  BOOST_TEST(made.ended.status == 504);
  BOOST_TEST((problem_in(made).kind == problem_kind::upstream_timeout));
  BOOST_TEST(upstream_errors("timeout") == "1");
  BOOST_TEST(from.abandoned == 1);
}

BOOST_FIXTURE_TEST_CASE(the_answer_to_a_client_that_went_is_read_all_the_same, relay_fixture) {
  admit_whole(100);
  const std::string body = answer_of(3, with_usage(7));
  from.gives(body.substr(0, 50), [this] { client.go(); });
  from.ends(body_progress::complete, body.substr(50));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
  BOOST_TEST(made.ended.status == 200);
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
  BOOST_TEST(from.finished == 1);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_went_before_the_answer_broke_off_is_what_ended_it,
                        relay_fixture) {
  admit_whole(100);
  from.gives("{", [this] { client.go(); });
  from.ends(body_progress::broken);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
  BOOST_TEST(made.ended.generated);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
