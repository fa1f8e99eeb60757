// Goal: a stream reaches its client as it comes, its end waits for the settlement, and whatever ends
// it early is told to each side and charged for what was generated. Method: a provider and a client
// that are played, a real ledger behind the hold.
#include "gateway/call/relay/stream.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/hang_up.hpp"
#include "gateway/call/relay/relay_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(relay_stream_suite)

namespace {
const stream_end& end_of(const relayed& made) {
  BOOST_REQUIRE(std::holds_alternative<stream_end>(made.unsent));
  return std::get<stream_end>(made.unsent);
}

bool nothing_is_unsent(const relayed& made) {
  return std::holds_alternative<std::monostate>(made.unsent);
}

struct streaming : relay_fixture {
  using relay_fixture::relay_fixture;

  // Of 622 tokens that are held, and no more to be had.
  void give_long_answer() {
    for (int n = 0; n < 100; ++n)
      from.gives(text_event(words(10)));
    from.when_half_closed = [this] {
      from.steps.clear();
      from.ends(body_progress::broken);
    };
  }
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(each_event_is_passed_on_as_it_comes_and_the_end_is_kept, streaming) {
  admit_stream(100);
  const std::string one = text_event(" one");
  const std::string two = text_event(" two");
  from.gives(one, [&] { BOOST_TEST(to.begun == 1); });
  from.gives(two, [&] { BOOST_TEST(to.passed() == one); });
  from.gives(finish_event + usage_event(2), [&] { BOOST_TEST(to.passed() == one + two); });
  from.ends(body_progress::complete, done_event);
  relayed made = relay_it();
  BOOST_TEST(to.passed() == one + two + finish_event);
  BOOST_TEST(to.lasts == 0);
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(made.ended.status == 200);
  BOOST_TEST((made.ended.first_byte == from.said.first_byte));
  BOOST_TEST(!end_of(made).cut);
  BOOST_TEST(!end_of(made).broken);
  BOOST_TEST(from.finished == 1);
  BOOST_TEST(from.abandoned == 0);
  BOOST_TEST(from.half_closed == 0);
  BOOST_TEST(to.closes == 0);
  BOOST_TEST(!client.watched());
  BOOST_TEST(rest_of(made) == done_event);
  BOOST_TEST(to.lasts == 1);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_asks_for_the_usual_patience_is_given_it, streaming) {
  admit_stream(100);
  from.from.stall_timeout_ms = 4'321;
  from.gives(text_event(" one"));
  static_cast<void>(relay_it());
  for (const auto patience : from.patiences)
    BOOST_TEST(patience.count() == 4'321);
}

BOOST_FIXTURE_TEST_CASE(the_head_of_a_stream_says_the_budget_and_a_bound_that_was_lowered,
                        streaming) {
  admit_stream(100);
  call->output_limit_tokens = 50;
  from.said.status = 206;
  static_cast<void>(relay_it());
  BOOST_TEST(to.status == 206);
  BOOST_TEST_REQUIRE(granted.tightest.has_value());
  BOOST_TEST(to.fields ==
             "content-type: text/event-stream\r\nx-stint-budget-cap: all-tokens\r\n"
             "x-stint-budget-unit: tokens\r\nx-stint-budget-remaining: " +
                 std::to_string(granted.tightest->left()) + "\r\nx-stint-output-limit: 50\r\n");
}

BOOST_FIXTURE_TEST_CASE(the_providers_own_figures_are_the_bill, streaming) {
  admit_stream(100);
  call->expected.wants_count = false;
  from.gives(text_event(" one two"));
  from.ends(body_progress::complete, usage_event(7) + done_event);
  const relayed made = relay_it();
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 7);
  BOOST_TEST(made.ended.report->used.input_tokens == 10);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(!made.ended.implausible);
  BOOST_TEST(made.ended.counted_output_tokens == 0);  // nobody asked
  BOOST_TEST(!made.ended.compared_output_tokens);
}

BOOST_FIXTURE_TEST_CASE(a_count_that_the_learner_wants_is_made_beside_the_report, streaming) {
  admit_stream(100);
  call->expected.wants_count = true;
  from.gives(text_event(words(3)));
  from.ends(body_progress::complete, usage_event(7) + done_event);
  const relayed made = relay_it();
  BOOST_TEST(made.ended.report.has_value());
  BOOST_TEST(made.ended.counted_output_tokens == 3);
  BOOST_TEST_REQUIRE(made.ended.compared_output_tokens.has_value());
  BOOST_TEST(*made.ended.compared_output_tokens == 3);
}

BOOST_FIXTURE_TEST_CASE(without_a_report_our_own_count_is_the_bill, streaming) {
  admit_stream(100);
  call->expected.wants_count = false;
  from.gives(text_event(words(3)));
  from.ends(body_progress::complete, done_event);
  const relayed made = relay_it();
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
}

BOOST_FIXTURE_TEST_CASE(a_count_that_takes_long_is_made_on_the_counting_pool, streaming) {
  admit_stream(2);
  call->output_limit_tokens = 2;
  settings.limits.count_inline_bytes_max = 0;
  from.gives(text_event(words(2)));
  from.gives(text_event(words(5)));
  from.gives(text_event(" three"));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::cut));
  BOOST_TEST(made.ended.counted_output_tokens == 8);
}

BOOST_FIXTURE_TEST_CASE(only_long_text_is_counted_on_the_counting_pool, streaming) {
  const std::string event = text_event(words(3));
  const std::size_t text_bytes = event.size() - std::string("data: \n\n").size();
  for (const bool is_long : {false, true}) {
    settings.limits.count_inline_bytes_max = text_bytes - (is_long ? 1 : 0);
    admit_stream(4'000);
    from.gives(event);
    from.ends(body_progress::complete, done_event);
    BOOST_TEST(ends_without_the_pool() == !is_long);
  }
}

BOOST_FIXTURE_TEST_CASE(how_fast_a_stream_came_is_told, streaming) {
  admit_stream(100);
  const std::string one = text_event(" one");
  from.gives(one);
  from.gives(one);
  from.ends(body_progress::complete);
  const relayed made = relay_it();
  BOOST_TEST(made.ended.stream_bytes == static_cast<std::int64_t>(2 * one.size()));
  BOOST_TEST(made.ended.burst_bytes >= static_cast<std::int64_t>(one.size()));
  BOOST_TEST(made.ended.burst_bytes <= made.ended.stream_bytes);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_came_all_at_once_says_how_fast, streaming) {
  admit_stream(100);
  const std::string all = text_event(words(3)) + done_event;
  from.ends(body_progress::complete, all);
  const relayed made = relay_it();
  BOOST_TEST(made.ended.stream_bytes == static_cast<std::int64_t>(all.size()));
  BOOST_TEST(made.ended.burst_bytes == static_cast<std::int64_t>(all.size()));
}

BOOST_FIXTURE_TEST_CASE(a_report_that_cannot_be_true_is_said_to_be_so, streaming) {
  admit_stream(100);
  from.gives(text_event(words(3)));
  from.ends(body_progress::complete, usage_event(-1) + done_event);
  const relayed made = relay_it();
  BOOST_TEST(made.ended.implausible);
  BOOST_TEST(!made.ended.report);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_carries_an_error_is_one_of_the_provider, streaming) {
  admit_stream(100);
  const std::string error = "data: {\"error\":{\"message\":\"no\"}}\n\n";
  from.gives(error);
  from.ends(body_progress::complete, done_event);
  relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_error));
  BOOST_TEST(to.passed() == error);
  BOOST_TEST(to.closes == 0);
  BOOST_TEST(rest_of(made) == done_event);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_leaves_what_is_on_its_way_on_the_bill, streaming) {
  admit_stream(100);
  from.gives(text_event(" one"));
  from.gives(text_event(words(2)), [&] {
    client.go();
    BOOST_TEST(from.half_closed == 1);
    BOOST_TEST_REQUIRE(from.hurried.size() == 1U);
    BOOST_TEST((from.hurried.front() == hang_up_patience));
  });
  from.gives(text_event(words(4)));
  from.ends(body_progress::broken);
  const relayed made = relay_it();
  BOOST_TEST(to.passed() == text_event(" one"));
  BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(made.ended.counted_output_tokens == 7);
  BOOST_TEST_REQUIRE(made.ended.compared_output_tokens.has_value());
  BOOST_TEST(*made.ended.compared_output_tokens == 7);
  BOOST_TEST(nothing_is_unsent(made));
  BOOST_TEST(to.lasts == 0);
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(from.finished == 0);
  BOOST_TEST(!client.watched());
  BOOST_TEST(upstream_errors("reset") != "1");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_nothing_more_has_gone, streaming) {
  admit_stream(100);
  to.writes_left = 2;  // the head, and one event
  from.gives(text_event(" one"));
  from.gives(text_event(" two"));
  from.ends(body_progress::complete, text_event(" three") + usage_event(3));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
  BOOST_TEST(to.chunks.size() == 2U);
  BOOST_TEST(from.half_closed == 1);
  BOOST_TEST_REQUIRE(made.ended.report.has_value());
  BOOST_TEST(made.ended.report->used.output_tokens == 3);
  BOOST_TEST(nothing_is_unsent(made));
}

BOOST_FIXTURE_TEST_CASE(a_client_that_does_not_even_take_the_head_has_gone, streaming) {
  admit_stream(100);
  to.writes_left = 0;
  from.ends(body_progress::complete, text_event(words(3)));
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
  BOOST_TEST(to.chunks.empty());
  BOOST_TEST(from.half_closed == 1);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
  BOOST_TEST(nothing_is_unsent(made));
}

BOOST_FIXTURE_TEST_CASE(what_a_provider_may_have_generated_unseen_is_charged, streaming) {
  admit_stream(100);
  from.gives(text_event(words(3)), [&] { client.go(); });
  from.ends(body_progress::broken);
  from.steps.back().closes = false;  // reset: more may have been on its way
  const relayed made = relay_it();
  BOOST_TEST(made.ended.unknown);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
  BOOST_TEST_REQUIRE(made.ended.most_output_tokens.has_value());
  BOOST_TEST(*made.ended.most_output_tokens > 3);
  BOOST_TEST(*made.ended.most_output_tokens <= held->hold().output_tokens());
  BOOST_TEST(!made.ended.compared_output_tokens);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_breaks_as_its_client_goes_may_hide_something, streaming) {
  for (const bool is_closed : {true, false}) {
    admit_stream(100);
    from.gives("", [&] { client.go(); });
    from.steps.back().bytes = text_event(words(3));
    from.steps.back().progress = body_progress::broken;
    from.steps.back().closes = is_closed;
    from.is_closed = false;
    const relayed made = relay_it();
    BOOST_TEST((made.ended.outcome == call_outcome::client_gone));
    BOOST_TEST(made.ended.counted_output_tokens == 3);
    BOOST_TEST(made.ended.unknown == !is_closed);
    BOOST_TEST(made.ended.compared_output_tokens.has_value() == is_closed);
    held.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_gateway_charges_what_may_have_been_generated, streaming) {
  admit_stream(100);
  from.gives(text_event(words(3)), [&] { client.be_cut(); });
  from.ends(body_progress::broken);
  from.steps.back().closes = false;
  const relayed made = relay_it();
  BOOST_TEST(from.half_closed == 1);
  BOOST_TEST(made.ended.unknown);
  BOOST_TEST(made.ended.most_output_tokens.value() > 3);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_breaks_off_is_told_by_an_error_event, streaming) {
  admit_stream(100);
  from.gives(text_event(words(3)));
  from.ends(body_progress::broken, "data: {\"half");
  from.steps.back().closes = false;
  relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_gone));
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(made.ended.unknown);
  BOOST_TEST(made.ended.counted_output_tokens == 3);
  BOOST_TEST(made.ended.most_output_tokens.value() == 35);  // and the margin
  BOOST_TEST(to.closes == 1);
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(from.finished == 0);
  BOOST_TEST(from.half_closed == 0);
  BOOST_TEST(upstream_errors("reset") == "1");
  BOOST_TEST_REQUIRE(end_of(made).broken.has_value());
  BOOST_TEST((end_of(made).broken->kind == problem_kind::upstream_reset));
  BOOST_TEST(end_of(made).broken->message ==
             "provider 'openai' broke off in the middle of its answer");
  BOOST_TEST(!end_of(made).cut);
  const std::string rest = rest_of(made);
  BOOST_TEST(rest.find("broke off in the middle of its answer") != std::string::npos, rest);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_stops_is_told_as_a_time_out, streaming) {
  admit_stream(100);
  from.from.stall_timeout_ms = 1;
  from.gives(text_event(words(3)));
  from.gives("too late");
  from.steps.back().takes = std::chrono::hours(1);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::upstream_gone));
  BOOST_TEST_REQUIRE(end_of(made).broken.has_value());
  BOOST_TEST((end_of(made).broken->kind == problem_kind::upstream_timeout));
  BOOST_TEST(end_of(made).broken->message ==
             "provider 'openai' stopped in the middle of its answer");
  BOOST_TEST(upstream_errors("timeout") == "1");
  BOOST_TEST(upstream_errors("reset") != "1");
  BOOST_TEST(to.closes == 1);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_breaks_behind_its_terminator_is_complete, streaming) {
  admit_stream(100);
  from.gives(text_event(words(3)) + usage_event(3) + done_event);
  from.ends(body_progress::broken);
  relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(!end_of(made).broken);
  BOOST_TEST(from.finished == 0);
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(to.closes == 0);
  BOOST_TEST(rest_of(made) == text_event(words(3)) + done_event);
}

BOOST_FIXTURE_TEST_CASE(a_cap_that_says_no_ends_the_stream_as_its_api_would, streaming) {
  admit_stream(4'000);
  const std::int64_t first = held->hold().output_tokens();
  BOOST_TEST_REQUIRE(first < 1'000);
  take_all_room();
  give_long_answer();
  relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::cut));
  BOOST_TEST(end_of(made).cut);
  BOOST_TEST(from.half_closed == 1);
  BOOST_TEST(from.abandoned == 1);
  BOOST_TEST(held->hold().output_tokens() == first);
  BOOST_TEST(made.ended.counted_output_tokens <= first);
  BOOST_TEST(made.ended.counted_output_tokens >= first / 2);
  BOOST_TEST(made.ended.generated);
  BOOST_TEST(to.passed() == from.given);
  BOOST_TEST(to.closes == 0);
  const std::string rest = rest_of(made);
  BOOST_TEST(rest.find(R"("finish_reason":"length")") != std::string::npos, rest);
  BOOST_TEST(rest.ends_with(done_event), rest);
}

BOOST_FIXTURE_TEST_CASE(a_stream_for_which_there_is_room_goes_on_beyond_its_first_hold, streaming) {
  admit_stream(4'000);
  const std::int64_t first = held->hold().output_tokens();
  give_long_answer();
  from.ends(body_progress::complete, done_event);
  relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(made.ended.counted_output_tokens == 1'000);
  BOOST_TEST(held->hold().output_tokens() > first);
  BOOST_TEST(held->hold().output_tokens() >= 1'000);
}

// All in one piece: nothing could be asked for ahead of it.
BOOST_FIXTURE_TEST_CASE(a_stream_that_outruns_its_hold_waits_for_the_ledger_and_goes_on,
                        streaming) {
  admit_stream(4'000);
  BOOST_TEST_REQUIRE(held->hold().output_tokens() < 1'000);
  from.gives(text_event(words(1'000)));
  from.gives(text_event(" more"));
  from.ends(body_progress::complete, done_event);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(made.ended.counted_output_tokens == 1'001);
  BOOST_TEST(held->hold().output_tokens() > 1'001);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_ignores_its_bound_is_held_further, streaming) {
  admit_stream(20);
  from.gives(text_event(words(15)));
  from.gives(text_event(words(15)));
  from.gives(text_event(" three"));
  from.ends(body_progress::complete);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(!end_of(made).cut);
  BOOST_TEST(to.passed() == text_event(words(15)) + text_event(words(15)) + text_event(" three"));
  BOOST_TEST(made.ended.counted_output_tokens == 31);
  BOOST_TEST(held->hold().output_tokens() > 31);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_ignores_a_bound_of_ours_is_cut, streaming) {
  admit_stream(20);
  call->output_limit_tokens = 20;
  from.gives(text_event(words(15)));
  from.gives(text_event(words(15)));
  from.gives(text_event(" three"));
  from.ends(body_progress::complete);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::cut));
  BOOST_TEST(end_of(made).cut);
  BOOST_TEST(to.passed() == text_event(words(15)) + text_event(words(15)));
  BOOST_TEST(made.ended.counted_output_tokens == 31);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_uses_its_whole_bound_is_not_cut, streaming) {
  admit_stream(20);
  from.gives(text_event(words(15)));
  from.gives(text_event(words(5)));
  from.gives(finish_event);
  const relayed made = relay_it();
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
  BOOST_TEST(made.ended.counted_output_tokens == 20);
}

BOOST_FIXTURE_TEST_CASE(a_provider_is_stopped_when_a_slow_client_may_outlive_its_hold, streaming) {
  admit_stream(4'000);
  take_all_room();
  from.gives(text_event(words(100)));
  from.gives(text_event(" more"));
  from.ends(body_progress::broken);
  to.while_taking = [this]() -> asio::awaitable<void> {
    for (int sweeps = 1; sweeps < 200 && from.half_closed == 0; ++sweeps) {
      client.be_slow(sweeps * deadline_watch::interval);
      co_await held->hold().answered();
    }
  };
  const relayed made = relay_it();
  BOOST_TEST(from.half_closed == 2);  // at once, and when the stream is left
  BOOST_TEST((made.ended.outcome == call_outcome::cut));
  BOOST_TEST(end_of(made).cut);
  BOOST_TEST(to.passed() == text_event(words(100)));
  BOOST_TEST(made.ended.counted_output_tokens == 101);
}

BOOST_FIXTURE_TEST_CASE(a_slow_client_with_room_keeps_its_provider, streaming) {
  admit_stream(4'000);
  from.gives(text_event(words(100)));
  from.gives(text_event(" more"));
  to.while_taking = [this]() -> asio::awaitable<void> {
    for (int sweeps = 1; sweeps < 50; ++sweeps) {
      client.be_slow(sweeps * deadline_watch::interval);
      co_await held->hold().answered();
    }
  };
  const relayed made = relay_it();
  BOOST_TEST(from.half_closed == 0);
  BOOST_TEST((made.ended.outcome == call_outcome::completed));
}

BOOST_FIXTURE_TEST_CASE(what_a_stream_has_delivered_is_on_the_log_after_a_second, streaming) {
  admit_stream(4'000);
  std::vector<ledger_row> soon;
  std::vector<ledger_row> later;
  from.gives(text_event(words(5)));
  from.gives(text_event(words(5)), [&] { soon = rows_after_a_crash(); });
  from.steps.back().takes = std::chrono::milliseconds(1'050);
  from.gives(text_event(words(5)), [&] { later = rows_after_a_crash(); });
  static_cast<void>(relay_it());
  BOOST_TEST_REQUIRE(soon.size() == 1U);
  BOOST_TEST(soon.front().used.output_tokens != 5);
  BOOST_TEST_REQUIRE(later.size() == 1U);
  BOOST_TEST(later.front().used.output_tokens == 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
