// Goal: a stream's hold is ahead of what its provider may have generated, or the stream is stopped. Method: a
// real ledger; a meter that says what the test wants; every figure worked out by hand. Unless a case says
// otherwise the hold is 100 tokens of 1,000, its margin 32 and its step 32.
#include "gateway/call/hold/stream_hold.hpp"

#include "gateway/call/call_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(stream_hold_of_a_relay)

namespace {
class told_meter final : public stream_meter {
 public:
  void consume(std::string_view, std::string&) override {}
  void release(std::string&) override {}
  void stop_passing() noexcept override {}
  void end_early(const usage&, std::string&) const override {}
  [[nodiscard]] bool generating() const noexcept override { return is_generating; }
  [[nodiscard]] bool complete() const noexcept override { return false; }
  [[nodiscard]] std::optional<usage_report> reported() const override { return std::nullopt; }
  [[nodiscard]] bool saw_implausible_usage() const noexcept override { return false; }
  [[nodiscard]] std::optional<usage> reported_input() const override { return std::nullopt; }
  [[nodiscard]] std::int64_t counted_output_tokens() override {
    ++asked_to_count;
    return counted;
  }
  [[nodiscard]] std::int64_t output_tokens_bound() const noexcept override { return bound; }
  [[nodiscard]] std::size_t recount_bytes() const noexcept override { return recounted; }
  [[nodiscard]] bool saw_error() const noexcept override { return false; }

  bool is_generating = true;
  std::int64_t counted = 0;
  std::int64_t bound = 0;
  std::size_t recounted = 0;
  int asked_to_count = 0;
};

struct followed : call_fixture {
  explicit followed(std::int64_t first_tokens = 100, std::int64_t bound_tokens = 1'000,
                    const std::string& caps = usual_caps)
      : call_fixture(caps),
        call(short_call(R"("stream":true,"max_tokens":)" + std::to_string(bound_tokens))) {
    worst = worst_of(call);
    worst.elastic->first_tokens = first_tokens;
    admitted_as = hold(worst);
    BOOST_REQUIRE(!admitted_as.refused);
    call.expected = output_prediction();
    held.emplace(means(), home(), worst, admitted_as, &call, *find_dialect("openai"));
    stream.emplace(settings.admission, &call, *held);
  }

  // So many tokens have been counted by now, of so many bytes in all, one for each token if not said otherwise.
  bool arrives(std::int64_t tokens) {
    const std::int64_t bytes = tokens - meter.bound;
    meter.counted = meter.bound = tokens;
    // Each piece comes a second after the one before, so that no burst is larger than it.
    at += std::chrono::seconds(1);
    return stream->follow(meter, static_cast<std::size_t>(bytes), at);
  }
  // In pieces that never come to more than the margin within a quarter of a second.
  bool trickles(std::int64_t tokens) {
    bool goes_on = true;
    while (meter.bound < tokens && goes_on)
      goes_on = arrives(std::min(tokens, meter.bound + 10));
    return goes_on;
  }
  // Nobody else gets more than so much of what the cap has left.
  void leave_room_for(std::int64_t tokens) { spend(standing().left() - tokens); }
  [[nodiscard]] running_hold& holding() { return held->hold(); }
  void have_answered() { run(holding().answered()); }

  examined_call call;
  hold_request worst;
  admission admitted_as;
  told_meter meter;
  monotonic::time_point at = monotonic::now();
  std::optional<held_call> held;
  std::optional<stream_hold> stream;
};
struct followed_at_400 : followed {
  followed_at_400() : followed(400) {}
};
struct followed_at_64_k : followed {
  followed_at_64_k()
      : followed(65'536, 200'000,
                 "  - {name: all-tokens, window: forever, unit: tokens, limit: 1M}\n") {}
  // So that everything that is asked for meanwhile is answered.
  bool trickles_answered(std::int64_t tokens) {
    bool goes_on = true;
    while (meter.bound < tokens && goes_on) {
      goes_on = arrives(std::min(tokens, meter.bound + 8));
      have_answered();
    }
    return goes_on;
  }
};
struct wholly_held : followed {
  wholly_held() : followed(1'000) {}
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(tokens_are_counted_only_as_the_hold_comes_near, followed) {
  BOOST_TEST(trickles(52));  // 52 + 32 + half a step of 32 are held
  BOOST_TEST(meter.asked_to_count == 0);
  BOOST_TEST(arrives(53));
  BOOST_TEST(meter.asked_to_count == 1);
}

BOOST_FIXTURE_TEST_CASE(the_ledger_is_asked_a_step_ahead_of_the_margin, followed) {
  BOOST_TEST(trickles(52));
  BOOST_TEST(!holding().asking());
  BOOST_TEST(arrives(53));
  BOOST_TEST(holding().asking());
  have_answered();
  BOOST_TEST(holding().output_tokens() == 132);
}

BOOST_FIXTURE_TEST_CASE(what_is_counted_decides_and_not_the_bytes, followed) {
  while (meter.bound < 104) {
    meter.bound += 13;
    meter.counted = meter.bound / 2;
    at += std::chrono::seconds(1);
    BOOST_TEST(stream->follow(meter, 13, at));
  }
  BOOST_TEST(meter.asked_to_count == 4);  // from 65 on
  BOOST_TEST(!holding().asking());        // 52 + 32 + 16
}

BOOST_FIXTURE_TEST_CASE(what_the_ledger_is_asked_for_is_a_step_beyond_what_is_wanted, followed) {
  BOOST_TEST(!arrives(90));  // a burst of 90, so that twice as many are wanted ahead
  have_answered();
  BOOST_TEST(holding().output_tokens() == 90 + 180 + 32);
}

BOOST_FIXTURE_TEST_CASE(a_step_is_a_quarter_of_what_is_held, followed_at_400) {
  BOOST_TEST(trickles(318));  // 318 + 32 + half of 100 are held
  BOOST_TEST(!holding().asking());
  BOOST_TEST(arrives(319));
  have_answered();
  BOOST_TEST(holding().output_tokens() == 500);
}

BOOST_FIXTURE_TEST_CASE(nothing_more_is_read_once_the_margin_is_touched, followed) {
  BOOST_TEST(trickles(60));
  BOOST_TEST(arrives(67));
  BOOST_TEST(!arrives(68));  // 68 + 32
}

BOOST_FIXTURE_TEST_CASE(a_stream_goes_on_when_the_ledger_has_said_yes, followed) {
  BOOST_TEST(trickles(60));
  BOOST_TEST(!arrives(68));
  BOOST_TEST(run(stream->secure()));
  BOOST_TEST(holding().output_tokens() == 132);
  BOOST_TEST(arrives(69));
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_cut_where_the_ledger_says_no, followed) {
  leave_room_for(10);
  BOOST_TEST(trickles(60));
  BOOST_TEST(!arrives(68));
  BOOST_TEST(!run(stream->secure()));
  BOOST_TEST(holding().output_tokens() == 100);
  BOOST_TEST(standing().left() == 10);
}

BOOST_FIXTURE_TEST_CASE(the_last_try_is_for_the_least_that_keeps_a_stream_going, followed) {
  leave_room_for(16);
  BOOST_TEST(trickles(60));
  BOOST_TEST(!arrives(68));
  BOOST_TEST(run(stream->secure()));
  BOOST_TEST(holding().output_tokens() == 68 + 32 + 16);
}

BOOST_FIXTURE_TEST_CASE(less_room_than_the_least_step_is_none, followed) {
  leave_room_for(15);
  BOOST_TEST(trickles(60));
  BOOST_TEST(!arrives(68));
  BOOST_TEST(!run(stream->secure()));
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_holds_its_whole_bound_needs_no_margin, followed) {
  BOOST_TEST(!arrives(600));
  BOOST_TEST(run(stream->secure()));
  BOOST_TEST(holding().output_tokens() == 1'000);
  BOOST_TEST(arrives(999));
  BOOST_TEST(meter.asked_to_count == 1);
}

BOOST_FIXTURE_TEST_CASE(after_a_refusal_less_is_asked_for_and_not_before_half_of_it_came,
                        followed_at_400) {
  leave_room_for(40);
  BOOST_TEST(trickles(319));
  have_answered();  // no: it was 100
  BOOST_TEST(holding().refusals() == 1);
  BOOST_TEST(arrives(319 + 25));  // half of 50
  BOOST_TEST(holding().asking());
  have_answered();  // no: 450
  BOOST_TEST(holding().refusals() == 2);
  BOOST_TEST(arrives(344 + 12));  // half of 25
  have_answered();
  BOOST_TEST(holding().refusals() == 0);
  BOOST_TEST(holding().output_tokens() == 425);
}

BOOST_FIXTURE_TEST_CASE(no_step_is_below_the_least_one_however_often_it_was_refused,
                        followed_at_400) {
  leave_room_for(16);
  BOOST_TEST(trickles(319));
  have_answered();
  for (const std::int64_t then : {344, 356}) {
    BOOST_TEST(arrives(then));
    have_answered();
  }
  BOOST_TEST(holding().refusals() == 3);
  BOOST_TEST(arrives(363));
  BOOST_TEST(!holding().asking());
  BOOST_TEST(arrives(364));  // half of 16
  have_answered();
  BOOST_TEST(holding().output_tokens() == 416);
}

BOOST_FIXTURE_TEST_CASE(a_long_stream_s_step_comes_down_to_a_256th_of_the_usual, followed_at_64_k) {
  leave_room_for(64);
  BOOST_TEST(trickles_answered(65'536));
  BOOST_TEST(holding().output_tokens() == 65'536 + 64);
}

BOOST_FIXTURE_TEST_CASE(a_long_stream_s_step_comes_down_no_further, followed_at_64_k) {
  leave_room_for(63);
  BOOST_TEST(!trickles_answered(65'536));
  BOOST_TEST(meter.counted == 65'504);
  BOOST_TEST(holding().output_tokens() == 65'536);
}

BOOST_FIXTURE_TEST_CASE(the_ledger_is_asked_one_question_at_a_time, followed) {
  BOOST_TEST(trickles(60));
  BOOST_TEST(holding().asking());
  call.expected.burst_tokens = 60;  // now it would be asked for more
  BOOST_TEST(!arrives(65));
  have_answered();
  BOOST_TEST(holding().output_tokens() == 132);
}

BOOST_FIXTURE_TEST_CASE(the_margin_is_what_arrived_within_a_quarter_of_a_second, followed_at_400) {
  BOOST_TEST(arrives(100));
  BOOST_TEST(meter.asked_to_count == 0);  // 100 + 32 + 50
  BOOST_TEST(!arrives(320));              // 220 in one piece
  have_answered();
  BOOST_TEST(holding().output_tokens() == 320 + 2 * 220 + 100);
  BOOST_TEST(run(stream->secure()));
}

BOOST_FIXTURE_TEST_CASE(a_burst_is_as_many_tokens_as_its_bytes_are_worth, followed_at_400) {
  meter.bound = 400;
  meter.counted = 100;
  BOOST_TEST(stream->follow(meter, 400, at));  // 100 tokens in 400 bytes at once
  BOOST_TEST(!holding().asking());             // 100 + 2 × 100 + 50
  meter.counted = 151;  // of 600 bytes: 400 of them are 101 tokens, rounded up
  at += std::chrono::seconds(1);
  BOOST_TEST(stream->follow(meter, 200, at));
  have_answered();
  BOOST_TEST(holding().output_tokens() == 500);
  BOOST_TEST(stream->most_generated(151) == 151 + 2 * 101);
}

BOOST_FIXTURE_TEST_CASE(a_kind_that_usually_comes_in_bursts_is_kept_further_ahead,
                        followed_at_400) {
  call.expected.burst_tokens = 60;
  call.request.choices = 2;
  BOOST_TEST(trickles(110));
  BOOST_TEST(meter.asked_to_count == 0);  // 110 + 2 × 120 + 50
  BOOST_TEST(arrives(111));
  BOOST_TEST(holding().asking());
  have_answered();
  BOOST_TEST(holding().output_tokens() == 500);
  BOOST_TEST(stream->most_generated(111) == 351);
}

BOOST_FIXTURE_TEST_CASE(what_is_billed_above_our_count_is_held_too, followed) {
  call.expected.reported_permille = 1'500;
  BOOST_TEST(trickles(34));  // 51 by the bill
  BOOST_TEST(meter.asked_to_count == 0);
  BOOST_TEST(arrives(35));  // 53, rounded up
  BOOST_TEST(holding().asking());
  BOOST_TEST(stream->most_generated(35) == 53 + 32);
}

BOOST_FIXTURE_TEST_CASE(a_thousandth_of_a_token_is_billed_as_one, followed) {
  call.expected.reported_permille = 1'001;
  BOOST_TEST(stream->most_generated(1) == 2 + 32);
}

BOOST_FIXTURE_TEST_CASE(what_came_before_the_first_token_is_taken_for_one, followed) {
  settings.admission.stream_margin_tokens = 0;
  meter.bound = 100;
  BOOST_TEST(stream->follow(meter, 100, at));  // and none of it counts yet
  BOOST_TEST(meter.asked_to_count == 1);
  BOOST_TEST(stream->most_generated(0) == 2);
}

// 300 of 301 bytes at once, which are 300 tokens: 300 × 300 are one more than 299 × 301.
BOOST_FIXTURE_TEST_CASE(a_burst_is_rounded_up_by_the_least_that_there_is, followed_at_64_k) {
  meter.bound = 70'000;
  meter.counted = 299;
  BOOST_TEST(stream->follow(meter, 300, at));
  meter.counted = 300;
  at += std::chrono::seconds(1);
  BOOST_TEST(stream->follow(meter, 1, at));
  BOOST_TEST(stream->most_generated(300) == 300 + 2 * 300);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_has_ended_by_itself_asks_for_nothing, followed) {
  meter.is_generating = false;
  BOOST_TEST(arrives(99));
  BOOST_TEST(!holding().asking());
  BOOST_TEST(stream->follow_unseen(meter, std::chrono::hours(1)));
  BOOST_TEST(!holding().asking());
  BOOST_TEST(!stream->stopped());
}

BOOST_FIXTURE_TEST_CASE(text_that_would_be_counted_anew_too_often_goes_by_its_bytes, followed) {
  meter.recounted = 16 * 1024 + 1;
  BOOST_TEST(trickles(60));
  BOOST_TEST(meter.asked_to_count == 0);
  BOOST_TEST(holding().asking());
  meter.recounted = 16 * 1024;
  BOOST_TEST(arrives(65));
  BOOST_TEST(meter.asked_to_count == 1);
}

BOOST_FIXTURE_TEST_CASE(what_is_asked_for_tells_the_ledger_what_has_come, followed) {
  BOOST_TEST(trickles(60));
  have_answered();
  BOOST_TEST(rows_after_a_crash().front().used.output_tokens == 60);
}

BOOST_FIXTURE_TEST_CASE(while_nothing_can_be_seen_the_pace_is_taken_to_go_on, followed) {
  call.expected.burst_tokens = 10;
  meter.counted = 20;
  // So far 20; within each quarter of a second, begun ones too, another 10.
  BOOST_TEST(stream->follow_unseen(meter, std::chrono::milliseconds(0)));
  BOOST_TEST(stream->follow_unseen(meter, std::chrono::milliseconds(499)));
  BOOST_TEST(!holding().asking());  // 40 + 32 + 16
  BOOST_TEST(stream->follow_unseen(meter, std::chrono::milliseconds(750)));
  BOOST_TEST(holding().asking());  // 60
  have_answered();
  BOOST_TEST(holding().output_tokens() == 132);
  BOOST_TEST(!stream->stopped());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_nothing_stops_a_stream_that_gets_no_more, followed) {
  call.expected.burst_tokens = 10;
  leave_room_for(10);
  meter.counted = 20;
  const auto slow_for = std::chrono::milliseconds(1'000);  // 20 + 5 × 10, and the margin
  BOOST_TEST(stream->follow_unseen(meter, slow_for));
  BOOST_TEST(holding().asking());
  BOOST_TEST(!stream->stopped());  // the ledger may say yes
  have_answered();
  BOOST_TEST(!stream->follow_unseen(meter, slow_for));
  BOOST_TEST(stream->stopped());
  BOOST_TEST(!stream->follow_unseen(meter, std::chrono::milliseconds(0)));  // for good
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_nothing_stops_no_stream_that_is_ahead_enough,
                        followed) {
  call.expected.burst_tokens = 10;
  leave_room_for(10);
  meter.counted = 20;
  const auto slow_for = std::chrono::milliseconds(750);  // 20 + 4 × 10 + 32 < 100
  BOOST_TEST(stream->follow_unseen(meter, slow_for));
  have_answered();
  BOOST_TEST(holding().refusals() == 1);
  BOOST_TEST(stream->follow_unseen(meter, slow_for));
  meter.counted = 27;
  BOOST_TEST(stream->follow_unseen(meter, slow_for));  // 67 + 32
  BOOST_TEST(!holding().asking());
  meter.counted = 28;
  BOOST_TEST(stream->follow_unseen(meter, slow_for));  // 68: it is time to ask again
  BOOST_TEST(holding().asking());
  have_answered();
  BOOST_TEST(!stream->follow_unseen(meter, slow_for));  // 68 + 32
}

BOOST_FIXTURE_TEST_CASE(a_stream_whose_whole_bound_is_held_is_stopped_by_no_client, wholly_held) {
  BOOST_TEST(stream->follow_unseen(meter, std::chrono::hours(1)));
  BOOST_TEST(!holding().asking());
  BOOST_TEST(meter.asked_to_count == 0);
}

BOOST_FIXTURE_TEST_CASE(only_a_stream_that_holds_its_whole_bound_can_pass_it, followed) {
  meter.bound = 2'000;
  BOOST_TEST(!stream->may_pass_bound(meter));
}

BOOST_FIXTURE_TEST_CASE(a_stream_may_pass_its_bound_once_its_bytes_could, wholly_held) {
  meter.bound = 1'000;
  BOOST_TEST(!stream->may_pass_bound(meter));
  meter.bound = 1'001;
  BOOST_TEST(stream->may_pass_bound(meter));
  meter.is_generating = false;
  BOOST_TEST(!stream->may_pass_bound(meter));
}

BOOST_FIXTURE_TEST_CASE(text_that_is_counted_anew_is_checked_when_a_quarter_of_it_is_new,
                        wholly_held) {
  meter.recounted = 20'000;
  meter.bound = 5'500;
  BOOST_TEST(stream->may_pass_bound(meter));
  BOOST_TEST(!stream->passes_bound(600));
  BOOST_TEST(!stream->may_pass_bound(meter));
  meter.bound = 5'599;
  BOOST_TEST(!stream->may_pass_bound(meter));
  meter.bound = 5'600;
  BOOST_TEST(stream->may_pass_bound(meter));
  meter.bound = 1'001;
  meter.recounted = 16 * 1024;
  BOOST_TEST(stream->may_pass_bound(meter));
  meter.recounted = 16 * 1024 + 1;
  BOOST_TEST(!stream->may_pass_bound(meter));
}

BOOST_FIXTURE_TEST_CASE(one_token_more_than_its_bound_is_too_many, wholly_held) {
  BOOST_TEST(!stream->passes_bound(1'000));
  BOOST_TEST(stream->passes_bound(1'001));
}

// The public vocabulary's count is below ours by the factor that stands for theirs: 3 for 2.
BOOST_FIXTURE_TEST_CASE(what_is_only_estimated_of_a_count_cuts_nobody_short, wholly_held) {
  call.base_model = "claude-sonnet-5";
  BOOST_TEST_REQUIRE(call.provider->counted(call.base_model).encoding().factor_permille == 1'500);
  BOOST_TEST(!stream->passes_bound(1'501));
  BOOST_TEST(stream->passes_bound(1'502));
}

BOOST_FIXTURE_TEST_CASE(no_more_is_taken_for_generated_than_is_held, followed) {
  BOOST_TEST(stream->most_generated(40) == 72);
  BOOST_TEST(stream->most_generated(68) == 100);
  BOOST_TEST(stream->most_generated(90) == 100);
  BOOST_TEST(stream->most_generated(150) == 150);  // or it would not have come
}

BOOST_FIXTURE_TEST_CASE(a_pass_through_is_followed_for_its_pace_alone, followed) {
  stream_hold passing(settings.admission, nullptr, *held);
  meter.bound = 5'000;
  BOOST_TEST(passing.follow(meter, 700, at));
  BOOST_TEST(passing.pace().total_bytes() == 700);
  BOOST_TEST(passing.follow_unseen(meter, std::chrono::hours(1)));
  BOOST_TEST(!passing.may_pass_bound(meter));
  BOOST_TEST(!passing.wants_count());
  BOOST_TEST(meter.asked_to_count == 0);
  BOOST_TEST(!holding().asking());
}

BOOST_FIXTURE_TEST_CASE(a_pass_through_passes_no_bound_even_where_one_is_held, wholly_held) {
  stream_hold passing(settings.admission, nullptr, *held);
  meter.bound = 5'000;
  BOOST_TEST(!passing.may_pass_bound(meter));
}

BOOST_FIXTURE_TEST_CASE(a_count_is_wanted_where_the_learner_wants_it, followed) {
  BOOST_TEST(stream->wants_count());
  call.expected.wants_count = false;
  BOOST_TEST(!stream->wants_count());
}

BOOST_FIXTURE_TEST_CASE(the_configured_margin_is_kept, followed_at_400) {
  settings.admission.stream_margin_tokens = 200;
  BOOST_TEST(trickles(150));  // 150 + 200 + 50
  BOOST_TEST(meter.asked_to_count == 0);
  BOOST_TEST(trickles(199));
  BOOST_TEST(!arrives(200));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
