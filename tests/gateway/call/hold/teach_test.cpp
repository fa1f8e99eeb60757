// Goal: a report teaches the model that was asked only if that model answered, and only what can be
// compared; an answer teaches how long its kind is. Method: calls and reports written out by hand; what
// the learners say afterwards. How well they learn: tests/end_to_end/calibration_test.py.
#include "gateway/call/hold/teach.hpp"

#include "gateway/call/call_fixture.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(teach)

BOOST_AUTO_TEST_CASE(a_dated_name_is_the_same_model) {
  BOOST_TEST(answered_by("claude-sonnet-5", "claude-sonnet-5"));
  BOOST_TEST(answered_by("claude-sonnet-5", ""));
  BOOST_TEST(answered_by("sim/claude-sonnet-5", "sim/claude-sonnet-5"));
  BOOST_TEST(answered_by("claude-sonnet-4", "claude-sonnet-4-20250514"));
  BOOST_TEST(answered_by("gpt-6-2026-03-01", "gpt-6"));
  BOOST_TEST(answered_by("anthropic/claude-opus-5", "claude-opus-5@20260801"));
}

BOOST_AUTO_TEST_CASE(another_model_is_not) {
  BOOST_TEST(!answered_by("claude-opus-5", "claude-sonnet-5"));
  BOOST_TEST(!answered_by("gpt-6", "gpt-6-mini"));
  BOOST_TEST(!answered_by("gpt-6-mini", "gpt-6"));
  BOOST_TEST(!answered_by("claude-opus-5", "claude-opus-50"));
  BOOST_TEST(!answered_by("claude-opus-4", "claude-opus-4-8"));
  BOOST_TEST(!answered_by("claude-opus-4", "claude-opus-4-123"));
  BOOST_TEST(answered_by("gpt-4-0613", "gpt-4"));
}

namespace {
constexpr auto messages = tokenizer::chat_api::anthropic_messages;

// A call of a model whose tokenizer is not public, and an answer that reports 150 tokens where 140 were
// expected and 200 was the bound.
struct call_that_teaches : call_fixture {
  call_that_teaches() {
    call.model = call.base_model = "claude-sonnet-5";
    call.provider = &settings.providers[1];
    call.prompt.expected = 140;
    call.prompt.upper_bound = 200;
    call.prompt.features.learnable = true;
    call.prompt.features.class_tokens[0] = 100;
    ended.outcome = call_outcome::completed;
    ended.generated = true;
    ended.report.emplace();
    ended.report->model = "claude-sonnet-5-20260101";
    ended.report->used.input_tokens = 100;
    ended.report->used.cached_input_tokens = 50;
  }

  void teach_prompt() { teach_from({learned, seen}, call, messages, ended, "acme"); }
  // So often, and what the kind is then expected to generate.
  output_prediction after(int times) {
    for (int n = 0; n < times; ++n)
      teach_output(outputs, call, ended, charged);
    return shared.outputs.predict(output_key_of(charged));
  }
  // With an output of so many tokens over all choices.
  void generates(std::int64_t tokens) {
    ended.report.emplace();
    ended.report->used.output_tokens = tokens;
  }
  // How often a prompt's count was compared, on this basis.
  [[nodiscard]] std::int64_t compared(const std::string& basis) const {
    std::int64_t sum = 0;
    for (const auto& [series, value] : scrape(seen)) {
      const bool of_it = series.starts_with("stint_prompt_estimate_ratio_count{") &&
                         series.find("basis=\"" + basis + "\"") != std::string::npos &&
                         series.find("model=\"claude-sonnet-5\"") != std::string::npos &&
                         series.find("provider=\"anthropic\"") != std::string::npos;
      if (of_it) sum += std::stoll(value);
    }
    return sum;
  }
  [[nodiscard]] std::int64_t compared_at_all() const {
    return sum_of(scrape(seen), "stint_prompt_estimate_ratio_count");
  }
  [[nodiscard]] std::int64_t above_bound() const {
    return sum_of(scrape(seen), "stint_prompt_above_bound_total");
  }
  [[nodiscard]] bool knows(const std::string& model) const {
    const auto* const found = learned.current()->find(model, messages);
    return found != nullptr && found->is_fitted();
  }
  // Until it has been learnt: a report that comes while others are being taken is dropped.
  void teach_until_known() {
    wait_until([&] {
      call.prompt.features.class_tokens[0] += 3;
      ended.report->used.input_tokens += 4;
      teach_prompt();
      return knows(call.base_model);
    });
  }

  examined_call call;
  call_end ended;
  const attribution charged{.tenant = "acme",
                            .feature = "chat",
                            .key = "key_1",
                            .user = "",
                            .model = "claude-sonnet-5",
                            .provider = "anthropic"};
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_report_is_compared_with_what_was_expected, call_that_teaches) {
  teach_prompt();
  BOOST_TEST(compared("fixed") == 1);
  BOOST_TEST(above_bound() == 0);
  call.prompt.learned = true;
  teach_prompt();
  BOOST_TEST(compared("learned") == 1);
  call.prompt.exact = true;
  teach_prompt();
  BOOST_TEST(compared("exact") == 1);
  BOOST_TEST(compared_at_all() == 3);
}

BOOST_FIXTURE_TEST_CASE(a_prompt_above_its_bound_is_told_of, call_that_teaches) {
  call.prompt.upper_bound = 150;
  teach_prompt();
  BOOST_TEST(above_bound() == 0);
  call.prompt.upper_bound = 149;
  teach_prompt();
  BOOST_TEST(above_bound() == 1);
}

// The hold of the next call stands on it.
BOOST_FIXTURE_TEST_CASE(a_prompt_above_its_bound_raises_the_bound_of_the_next, call_that_teaches) {
  call.prompt.upper_bound = 110;
  teach_prompt();
  wait_until([&] {
    const auto* const found = learned.current()->find(call.base_model, messages);
    return found != nullptr && found->raised(false) == 40 + 10 + 16;
  });
  BOOST_TEST(!knows(call.base_model));
}

BOOST_FIXTURE_TEST_CASE(a_public_tokenizer_is_compared_and_not_learnt, call_that_teaches) {
  call.prompt.exact = true;
  call.prompt.features.learnable = false;
  teach_prompt();
  BOOST_TEST(compared("exact") == 1);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_compared_is_not, call_that_teaches) {
  const call_end as_it_was = ended;
  ended.report.reset();
  teach_prompt();
  ended = as_it_was;
  ended.implausible = true;
  teach_prompt();
  ended = as_it_was;
  ended.outcome = call_outcome::client_gone;
  teach_prompt();
  ended = as_it_was;
  ended.report->used.audio_input_tokens = 1;
  teach_prompt();
  ended = as_it_was;
  ended.report->used.web_searches = 1;
  teach_prompt();
  ended = as_it_was;
  ended.report->parts.resize(2);
  teach_prompt();
  ended = as_it_was;
  ended.report->used = usage();
  teach_prompt();
  ended = as_it_was;
  ended.report->model = "claude-haiku-5";
  teach_prompt();
  ended = as_it_was;
  call.prompt.features.learnable = false;  // and not exact either
  teach_prompt();
  call.prompt.features.learnable = true;
  call.uncounted = std::make_shared<uncounted_prompt>();
  teach_prompt();
  BOOST_TEST(compared_at_all() == 0);
  call.uncounted.reset();
  ended.report->used = usage();
  ended.report->used.input_tokens = 1;
  teach_prompt();
  BOOST_TEST(compared_at_all() == 1);
}

BOOST_FIXTURE_TEST_CASE(what_the_provider_counts_is_learnt_for_the_model_that_was_asked,
                        call_that_teaches) {
  teach_until_known();
  BOOST_TEST(!knows("claude-sonnet-5-20260101"));
}

BOOST_FIXTURE_TEST_CASE(an_answer_teaches_how_long_its_kind_is, call_that_teaches) {
  generates(7);
  BOOST_TEST(after(128).tokens == 7);
  attribution other = charged;
  other.model = "claude-opus-5";
  BOOST_TEST(shared.outputs.predict(output_key_of(other)).tokens == 512);
}

// Before: an advisor's words made the answers of their kind look long, and as if they were hidden.
BOOST_FIXTURE_TEST_CASE(what_others_wrote_for_an_answer_teaches_no_length, call_that_teaches) {
  generates(1'007);
  ended.report->parts.resize(3);
  ended.report->parts[0].used.output_tokens = 7;
  ended.report->parts[1].why = leg_reason::advisor;
  ended.report->parts[1].used.output_tokens = 600;
  ended.report->parts[2].why = leg_reason::compaction;
  ended.report->parts[2].used.output_tokens = 400;
  BOOST_TEST(after(128).tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(a_kind_of_call_is_a_tenant_s_feature_and_its_model, call_that_teaches) {
  const output_key of = output_key_of(charged);
  BOOST_TEST(of.tenant == "acme");
  BOOST_TEST(of.feature == "chat");
  BOOST_TEST(of.model == "claude-sonnet-5");
}

BOOST_FIXTURE_TEST_CASE(of_several_choices_each_is_as_long_as_its_share_rounded_up,
                        call_that_teaches) {
  call.request.choices = 3;
  generates(19);
  BOOST_TEST(after(128).tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_nobody_vouches_for_teaches_no_length, call_that_teaches) {
  generates(7);
  const call_end as_it_was = ended;
  ended.report.reset();
  ended.counted_output_tokens = 7;
  after(128);
  ended = as_it_was;
  ended.outcome = call_outcome::client_gone;
  after(128);
  ended = as_it_was;
  ended.implausible = true;
  BOOST_TEST(after(128).tokens == 512);
  ended.outcome = call_outcome::cut;
  BOOST_TEST(after(128).tokens == 512);
}

// What was cut would have been longer: among sevens it is taken for one.
BOOST_FIXTURE_TEST_CASE(a_stream_that_was_cut_teaches_the_least_that_it_would_have_been,
                        call_that_teaches) {
  generates(7);
  after(10);
  ended.outcome = call_outcome::cut;
  ended.report.reset();
  ended.counted_output_tokens = 3;
  BOOST_TEST(after(300).tokens == 7);
  ended.counted_output_tokens = 9;
  BOOST_TEST(after(300).tokens > 7);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_came_to_its_lowered_bound_would_have_been_longer,
                        call_that_teaches) {
  generates(7);
  after(10);
  call.output_limit_tokens = 3;
  call.output_bound_tokens = 3;
  generates(3);
  BOOST_TEST(after(300).tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(a_bound_may_be_lowered_to_a_single_token, call_that_teaches) {
  generates(7);
  after(10);
  call.output_limit_tokens = 1;
  call.output_bound_tokens = 1;
  generates(1);
  BOOST_TEST(after(300).tokens == 7);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_ended_below_its_lowered_bound_is_as_long_as_it_is,
                        call_that_teaches) {
  generates(7);
  after(10);
  call.output_limit_tokens = 3;
  call.output_bound_tokens = 3;
  generates(2);
  BOOST_TEST(after(300).tokens == 2);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_came_to_its_own_bound_is_as_long_as_it_is,
                        call_that_teaches) {
  generates(7);
  after(10);
  call.output_bound_tokens = 3;
  generates(3);
  BOOST_TEST(after(300).tokens == 3);
}

BOOST_FIXTURE_TEST_CASE(a_stream_teaches_how_much_comes_at_once_in_each_choice, call_that_teaches) {
  generates(2'001);
  BOOST_TEST(after(1).burst_tokens == 0);
  ended.burst_bytes = 50;
  ended.stream_bytes = 100;
  BOOST_TEST(after(1).burst_tokens == 1'001);  // half of 2,001, rounded up
  ended.burst_bytes = 91;
  call.request.choices = 4;
  BOOST_TEST(after(200).burst_tokens == 456);  // 1,821 of four choices
}

BOOST_FIXTURE_TEST_CASE(a_burst_is_rounded_up_by_the_least_that_there_is, call_that_teaches) {
  generates(2'001);
  ended.stream_bytes = 100;
  ended.burst_bytes = 1;  // 20.01 tokens
  BOOST_TEST(after(1).burst_tokens == 21);
}

BOOST_FIXTURE_TEST_CASE(what_came_all_at_once_is_one_burst_and_no_more, call_that_teaches) {
  generates(2'000);
  ended.stream_bytes = 1;
  ended.burst_bytes = 1;
  BOOST_TEST(after(1).burst_tokens == 2'000);
}

BOOST_FIXTURE_TEST_CASE(a_stream_teaches_what_is_billed_above_our_count, call_that_teaches) {
  generates(24'000);
  call.request.choices = 2;
  ended.burst_bytes = 1;
  ended.compared_output_tokens = 20'000;
  BOOST_TEST(after(1).reported_permille == 1'000);  // it was no stream
  ended.stream_bytes = 1'000;
  ended.compared_output_tokens.reset();
  BOOST_TEST(after(1).reported_permille == 1'000);
  ended.compared_output_tokens = 20'000;
  const std::int64_t permille = after(1).reported_permille;
  BOOST_TEST(permille > 1'190);
  BOOST_TEST(permille <= 1'200);
}

// Each pace above the one before, as slower ones are forgotten slowly.
BOOST_FIXTURE_TEST_CASE(an_answer_of_some_length_teaches_the_pace_of_each_choice_rounded_up,
                        call_that_teaches) {
  using namespace std::chrono_literals;
  const auto pace = [&] { return shared.outputs.fastest(charged.model, 7); };
  const auto pace_after = [&](std::int64_t tokens, std::chrono::nanoseconds took) {
    generates(tokens);
    ended.answered_in = took;
    (void)after(1);
    return pace();
  };
  BOOST_TEST(pace_after(255, 1s) == 7);  // too short: nothing is known
  BOOST_TEST(pace_after(256, 3s) == 86);
  BOOST_TEST(pace_after(300, 3s) == 100);
  call.request.choices = 2;
  BOOST_TEST(pace_after(600, 2s) == 150);
  call.request.choices = 1;
  BOOST_TEST(pace_after(256, 3us) == 85'333'334);
  BOOST_TEST(pace_after(256, 1ns) == 256'000'000);  // a microsecond that was begun counts
  ended.outcome = call_outcome::cut;
  ended.report.reset();
  ended.counted_output_tokens = 900;
  (void)after(1);
  BOOST_TEST(pace() == 256'000'000);  // our own count tells no pace
}

BOOST_AUTO_TEST_SUITE_END()
