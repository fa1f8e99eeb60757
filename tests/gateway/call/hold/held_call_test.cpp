// Goal: a hold is resolved exactly once on every exit, at what is known by then, and a late count gives back
// what its bound held above it. Method: a real ledger, whose rows and standings are read back; a crash is
// a copy of its store opened beside it.
#include "gateway/call/hold/held_call.hpp"

#include "gateway/call/call_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(held_call_resolution)

namespace {
constexpr const char* roomy_caps =
    "  - {name: all-tokens, window: forever, unit: tokens, limit: 1M}\n";

struct held_fixture : call_fixture {
  explicit held_fixture(const std::string& caps = usual_caps,
                        const std::function<void(config&)>& change = nullptr)
      : call_fixture(caps, change) {}

  // What the call holds once it is let in.
  [[nodiscard]] std::unique_ptr<held_call> held_as_admitted(examined_call& call) {
    worst = worst_of(call);
    auto let_in = run(reserve_metered(asking(), call, worst));
    BOOST_REQUIRE(let_in.has_value());
    admitted_as = std::move(*let_in);
    return std::make_unique<held_call>(means(), home(), worst, admitted_as, &call,
                                       *find_dialect("openai"));
  }
  void let_pass(int sweeps_to_pass) {
    const int until = swept + sweeps_to_pass;
    wait_until([&] { return swept >= until; });
  }
  void count_sweeps() {
    sweeps().add_periodic([this](monotonic::time_point) { ++swept; });
  }

  [[nodiscard]] static call_end reported(std::int64_t input, std::int64_t output) {
    call_end ended;
    ended.outcome = call_outcome::completed;
    ended.status = 200;
    ended.generated = true;
    ended.report.emplace();
    ended.report->used.input_tokens = input;
    ended.report->used.output_tokens = output;
    return ended;
  }
  [[nodiscard]] static call_end counted(std::int64_t output) {
    call_end ended;
    ended.outcome = call_outcome::client_gone;
    ended.status = 200;
    ended.generated = true;
    ended.counted_output_tokens = output;
    return ended;
  }

  hold_request worst;
  admission admitted_as;
  int swept = 0;
};

struct late_fixture : held_fixture {
  explicit late_fixture(const std::function<void(config&)>& change = nullptr)
      : held_fixture(roomy_caps, change) {
    exact = run_count();
    BOOST_TEST_REQUIRE((call.uncounted != nullptr));
    BOOST_TEST_REQUIRE(call.prompt.upper_bound > exact);
  }
  [[nodiscard]] std::int64_t run_count() const { return call.uncounted->count().expected; }

  examined_call call = long_call(8'000);
  std::int64_t exact = 0;
};
struct late_on_the_pool : late_fixture {
  late_on_the_pool() : late_fixture([](config& c) { c.limits.count_inline_bytes_max = 0; }) {}
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_call_is_settled_once_at_what_it_used, held_fixture) {
  examined_call call = short_call();
  auto held = held_as_admitted(call);
  BOOST_TEST(standing().held == call.prompt.upper_bound + 100);
  const settled done = run(held->settle(reported(1'000, 50)));
  BOOST_TEST(done.recorded);
  BOOST_TEST(!done.already_resolved);
  BOOST_TEST(held->used().input_tokens == 1'000);
  BOOST_TEST(held->cost().count() == 1'000 * 2'000 + 50 * 8'000);
  held.reset();
  const ledger_row row = only_row();
  BOOST_TEST((row.id == worst.id));
  BOOST_TEST((row.outcome == call_outcome::completed));
  BOOST_TEST((row.source == usage_source::provider));
  BOOST_TEST(row.used.output_tokens == 50);
  BOOST_TEST(row.cost.count() == 1'000 * 2'000 + 50 * 8'000);
  BOOST_TEST(standing().used == 1'050);
  BOOST_TEST(standing().held == 0);
}

BOOST_FIXTURE_TEST_CASE(an_exit_that_nobody_foresaw_charges_all_that_was_held, held_fixture) {
  examined_call call = short_call();
  auto held = held_as_admitted(call);
  held->forwarded();
  held.reset();
  const ledger_row row = only_row();
  BOOST_TEST((row.outcome == call_outcome::rejected));
  BOOST_TEST((row.source == usage_source::counted));
  BOOST_TEST((row.flags & row_flag::unknown) != 0U);
  BOOST_TEST(row.used.input_tokens == call.prompt.upper_bound);
  BOOST_TEST(row.used.output_tokens == 100);
  BOOST_TEST(row.cost.count() == call.prompt.upper_bound * 2'000 + 100 * 8'000);
  BOOST_TEST(standing().held == 0);
  BOOST_TEST(standing().used == call.prompt.upper_bound + 100);
}

BOOST_FIXTURE_TEST_CASE(an_exit_that_nobody_foresaw_before_anything_was_sent_charges_nothing,
                        held_fixture) {
  examined_call call = short_call();
  held_as_admitted(call).reset();
  const ledger_row row = only_row();
  BOOST_TEST((row.source == usage_source::none));
  BOOST_TEST((row.flags & row_flag::unknown) == 0U);
  BOOST_TEST(row.cost.count() == 0);
  BOOST_TEST(standing().used == 0);
}

BOOST_FIXTURE_TEST_CASE(who_prefers_it_is_charged_what_was_delivered, held_fixture) {
  settings.admission.unknown_at_hold = false;
  examined_call call = short_call();
  auto held = held_as_admitted(call);
  held->forwarded();
  held->note_progress(40, std::nullopt);
  held.reset();
  BOOST_TEST(only_row().used.input_tokens == call.prompt.expected);
  BOOST_TEST(only_row().used.output_tokens == 40);
}

BOOST_FIXTURE_TEST_CASE(an_exit_that_nobody_foresaw_charges_the_prompt_as_the_provider_said,
                        held_fixture) {
  examined_call call = short_call();
  auto held = held_as_admitted(call);
  held->forwarded();
  usage said;
  said.input_tokens = 3;
  said.cached_input_tokens = 4;
  held->note_progress(40, said);
  held->ask(90, 60);
  run(held->hold().answered());
  held.reset();
  const ledger_row row = only_row();
  BOOST_TEST(row.used.input_tokens == 3);
  BOOST_TEST(row.used.cached_input_tokens == 4);
  BOOST_TEST(row.used.output_tokens == 90);
}

// A second at the pace of the model's fastest answer; before one was measured, at the stated one.
BOOST_FIXTURE_TEST_CASE(what_a_model_may_have_reasoned_unseen_goes_by_its_fastest_answer,
                        held_fixture) {
  settings.admission.unseen_tokens_per_second = 1;
  examined_call call = short_call(R"("stream":true,"max_tokens":1000)");
  call.request.hides_output = true;
  const auto held = held_as_admitted(call);
  held->forwarded();
  const auto begun = monotonic::now();
  wait_until([&] { return monotonic::now() - begun > std::chrono::milliseconds(5); });
  BOOST_TEST(held->most_generated(0, 0) == 1);
  output_observation fast;
  fast.tokens = 500;
  fast.tokens_per_second = 100'000;  // of each choice
  shared.outputs.observe({.tenant = "x", .feature = "y", .model = worst.charged.model}, fast);
  BOOST_TEST(held->most_generated(0, 0) >= 500);
  call.request.hides_output = false;
  BOOST_TEST(held->most_generated(7, 3) == 10);
}

// One slow answer says little of what a model can do.
BOOST_FIXTURE_TEST_CASE(a_pace_is_believed_below_the_assumed_one_after_eight_answers,
                        held_fixture) {
  const auto pace = [&] { return shared.outputs.fastest("gpt-4o", 1'000); };
  output_observation slow;
  slow.tokens = 500;
  slow.tokens_per_second = 50;
  for (int answers = 0; answers < 8; ++answers) {
    BOOST_TEST(pace() == 1'000);
    shared.outputs.observe({.tenant = "x", .feature = "y", .model = "gpt-4o"}, slow);
  }
  BOOST_TEST(pace() == 50);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_does_not_stream_is_finished_whoever_hung_up, held_fixture) {
  examined_call call = short_call();
  const auto held = held_as_admitted(call);
  held->forwarded();
  BOOST_TEST(held->most_generated_unseen() == 100);
}

BOOST_FIXTURE_TEST_CASE(a_crash_finds_the_prompt_of_a_call_that_has_delivered_nothing,
                        held_fixture) {
  examined_call call = short_call();
  const auto held = held_as_admitted(call);
  const auto rows = rows_after_a_crash();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST((rows.front().id == worst.id));
  BOOST_TEST((rows.front().outcome == call_outcome::orphaned));
  BOOST_TEST(rows.front().used.input_tokens == call.prompt.expected);
  BOOST_TEST(rows.front().used.output_tokens == 0);
  BOOST_TEST(ledger().rows({}).empty());
}

BOOST_FIXTURE_TEST_CASE(a_crash_finds_what_was_delivered_as_it_was_noted, held_fixture) {
  examined_call call = short_call();
  const auto held = held_as_admitted(call);
  usage said;
  said.input_tokens = 3;
  held->note_progress(40, said);
  const auto rows = rows_after_a_crash();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows.front().used.input_tokens == 3);
  BOOST_TEST(rows.front().used.output_tokens == 40);
  BOOST_TEST(rows.front().cost.count() == 3 * 2'000 + 40 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(a_crash_finds_what_was_delivered_when_more_was_asked_for, held_fixture) {
  examined_call call = short_call(R"("stream":true,"max_tokens":5000)");
  const auto held = held_as_admitted(call);
  held->ask(1'000, 500);
  run(held->hold().answered());
  BOOST_TEST(held->hold().output_tokens() == 1'000);
  const auto rows = rows_after_a_crash();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows.front().used.output_tokens == 500);
  BOOST_TEST(rows.front().cost.count() == call.prompt.expected * 2'000 + 500 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(what_passes_unmetered_is_settled_as_such, held_fixture) {
  passthrough_config rule;
  rule.provider = "openai";
  worst = unmetered_hold(terms(), purpose(), rule);
  admitted_as = hold(worst);
  {
    held_call held(means(), home(), worst, admitted_as, nullptr, *find_dialect("openai"));
    held.forwarded();
    BOOST_TEST(run(held.settle(reported(10, 10))).recorded);
    BOOST_TEST(held.cost().count() == 0);
  }
  BOOST_TEST((only_row().outcome == call_outcome::unmetered));
  BOOST_TEST((only_row().used == usage()));
}

BOOST_FIXTURE_TEST_CASE(a_call_knows_whether_it_was_forwarded, held_fixture) {
  examined_call call = short_call();
  const auto held = held_as_admitted(call);
  BOOST_TEST(!held->was_forwarded());
  held->forwarded();
  BOOST_TEST(held->was_forwarded());
}

BOOST_FIXTURE_TEST_CASE(a_late_count_gives_back_what_its_bound_held_above_it, late_fixture) {
  const auto held = held_as_admitted(call);
  const std::int64_t bound = call.prompt.upper_bound;
  BOOST_TEST(standing().held == bound + 100);
  BOOST_TEST(rows_after_a_crash().front().used.input_tokens == bound);
  held->forwarded();
  BOOST_TEST(call.prompt.expected == exact);
  BOOST_TEST(standing().held == bound + 100);  // not before the next sweep
  wait_until([&] { return standing().held == exact + 100; });
  BOOST_TEST(worst.known.input_tokens == exact);
  BOOST_TEST(rows_after_a_crash().front().used.input_tokens == exact);
}

BOOST_FIXTURE_TEST_CASE(a_late_count_says_again_what_was_delivered, late_fixture) {
  const auto held = held_as_admitted(call);
  held->forwarded();
  held->note_progress(40, std::nullopt);
  wait_until([&] { return standing().held == exact + 100; });
  const ledger_row crashed = rows_after_a_crash().front();
  BOOST_TEST(crashed.used.input_tokens == exact);
  BOOST_TEST(crashed.used.output_tokens == 40);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_ends_before_the_sweep_spares_the_log_its_late_count,
                        late_fixture) {
  count_sweeps();
  const auto held = held_as_admitted(call);
  held->forwarded();
  BOOST_TEST(run(held->settle(reported(10, 10))).recorded);
  static_cast<void>(standings());
  const std::uint64_t operations = ledger().health().operations;
  let_pass(2);
  static_cast<void>(standings());
  BOOST_TEST(ledger().health().operations - operations <= 1U);  // the question above
  BOOST_TEST(!held->hold().asking());
}

// The answer to the earlier question would be taken for that to the later one.
BOOST_FIXTURE_TEST_CASE(a_late_count_waits_while_the_ledger_is_being_asked, late_fixture) {
  const auto held = held_as_admitted(call);
  // In the sweep's own keeping: it runs once more when the call and this test are over.
  sweeps().add_periodic([&held, asked = false](monotonic::time_point) mutable {
    if (!std::exchange(asked, true)) held->ask(60, 0);
  });
  held->forwarded();
  wait_until([&] { return standing().held == exact + 60; });
  run(held->hold().answered());
  count_sweeps();
  let_pass(2);
  BOOST_TEST(held->hold().output_tokens() == 60);
  BOOST_TEST(standing().held == exact + 60);
}

BOOST_FIXTURE_TEST_CASE(the_bill_waits_for_a_count_that_it_depends_on, late_on_the_pool) {
  const auto held = held_as_admitted(call);
  BOOST_TEST(run(held->settle(counted(20))).recorded);
  BOOST_TEST(only_row().used.input_tokens == exact);
  BOOST_TEST(only_row().used.output_tokens == 20);
  BOOST_TEST(figure("stint_prompt_counts_total{when=\"after_forwarding\"}") == "1");
}

BOOST_FIXTURE_TEST_CASE(the_bill_does_not_wait_for_a_count_that_the_provider_made,
                        late_on_the_pool) {
  const auto held = held_as_admitted(call);
  run(held->settle(reported(11, 12)));
  BOOST_TEST((call.uncounted != nullptr));
  BOOST_TEST(only_row().used.input_tokens == 11);
  BOOST_TEST(figure("stint_prompt_counts_total{when=\"not_needed\"}") == "1");
}

BOOST_FIXTURE_TEST_CASE(the_bill_does_not_wait_for_a_count_where_the_prompt_was_reported,
                        late_on_the_pool) {
  const auto held = held_as_admitted(call);
  call_end ended = counted(20);
  ended.input_report.emplace();
  ended.input_report->input_tokens = 11;
  run(held->settle(ended));
  BOOST_TEST((call.uncounted != nullptr));
  BOOST_TEST(only_row().used.input_tokens == 11);
}

BOOST_FIXTURE_TEST_CASE(the_bill_does_not_wait_for_a_count_where_nothing_was_generated,
                        late_on_the_pool) {
  const auto held = held_as_admitted(call);
  call_end ended;
  ended.outcome = call_outcome::upstream_gone;
  ended.status = 502;
  run(held->settle(ended));
  BOOST_TEST((call.uncounted != nullptr));
  BOOST_TEST((only_row().used == usage()));
  BOOST_TEST(only_row().status == 502);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
