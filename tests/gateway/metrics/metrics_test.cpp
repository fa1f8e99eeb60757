// Goal: what Prometheus reads is exactly what the ledger committed, bounded whatever clients send,
// and there from the start. Method: every figure is read back from the exposition text, as
// Prometheus would read it.
#include <chrono>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "budgets/records/alert.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/standing.hpp"
#include "gateway/metrics/exposition.hpp"
#include "gateway/metrics/standings.hpp"
#include "pricing/sample_usage.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(metrics_suite)

namespace {

const std::string charged_to_acme =
    R"(feature="search",model="gpt-4o",provider="openai",tenant="acme")";

}  // namespace

BOOST_AUTO_TEST_CASE(a_committed_row_is_exported_to_the_token_and_the_nanodollar) {
  metrics seen(100);
  ledger_row row = make_row("acme");
  row.used = testing::sample_usage();
  row.cost = nanodollars(123'456'789'012'345);
  commit(seen, row);

  const auto samples = scrape(seen);
  const auto tokens = [&](const std::string& kind) {
    return samples.at(R"(stint_tokens_total{feature="search",kind=")" + kind +
                      R"(",model="gpt-4o",provider="openai",tenant="acme"})");
  };
  const auto is = [&](const std::string& kind, std::int64_t count) {
    BOOST_TEST(tokens(kind) == std::to_string(count), kind);
  };
  is("input", row.used.input_tokens);
  is("cached_input", row.used.cached_input_tokens);
  is("cache_write_5m", row.used.cache_write_5m_tokens);
  is("cache_write_1h", row.used.cache_write_1h_tokens);
  is("cache_write_12h", row.used.cache_write_12h_tokens);
  is("audio_input", row.used.audio_input_tokens);
  is("output", row.used.output_tokens);
  is("audio_output", row.used.audio_output_tokens);
  BOOST_TEST(sum_of(samples, "stint_tokens_total") == row.used.total());
  BOOST_TEST(samples.at("stint_reasoning_tokens_total{" + charged_to_acme + "}") ==
             std::to_string(row.used.reasoning_tokens));
  BOOST_TEST(samples.at("stint_web_searches_total{" + charged_to_acme + "}") ==
             std::to_string(row.used.web_searches));
  BOOST_TEST(samples.at("stint_cost_nanodollars_total{" + charged_to_acme + "}") ==
             "123456789012345");
}

BOOST_AUTO_TEST_CASE(an_estimate_is_compared_with_the_report) {
  metrics seen(100);
  estimate_outcome compared;
  compared.model = "claude-sonnet-5";
  compared.provider = "anthropic";
  compared.basis = estimate_basis::learned;
  compared.reported_tokens = 100;
  compared.expected_tokens = 103;
  compared.bound_tokens = 110;
  seen.estimated(compared);
  const std::string labels = R"({basis="learned",model="claude-sonnet-5",provider="anthropic"})";
  const auto within = scrape(seen);
  BOOST_TEST(within.at("stint_prompt_estimate_ratio_count" + labels) == "1");
  BOOST_TEST(within.at("stint_prompt_estimate_ratio_sum" + labels) == "1.03");
  BOOST_TEST(within.at("stint_prompt_above_bound_total" + labels) == "0");
  compared.reported_tokens = 111;
  seen.estimated(compared);
  BOOST_TEST(scrape(seen).at("stint_prompt_above_bound_total" + labels) == "1");
}

BOOST_AUTO_TEST_CASE(sums_stay_exact_up_to_two_to_the_power_of_53) {
  metrics seen(100);
  constexpr std::int64_t exact_max = std::int64_t{1} << 53U;
  ledger_row row = make_row("acme");
  row.cost = nanodollars(exact_max - 3);
  commit(seen, row);
  row.cost = nanodollars(1);
  for (int i = 0; i < 3; ++i)
    commit(seen, row);
  BOOST_TEST(sum_of(scrape(seen), "stint_cost_nanodollars_total") == exact_max);
}

BOOST_AUTO_TEST_CASE(every_outcome_is_its_own_series_and_a_refusal_makes_no_spend_series) {
  metrics seen(100);
  ledger_row row = make_row("acme");
  commit(seen, row);
  row.outcome = call_outcome::client_gone;
  commit(seen, row);
  ledger_row refused = make_row("poor");
  refused.outcome = call_outcome::refused;
  commit(seen, refused);

  const auto samples = scrape(seen);
  BOOST_TEST(sum_of(samples, "stint_calls_total") == 3);
  BOOST_TEST(series_of(samples, "stint_calls_total") == 3U);
  BOOST_TEST(series_of(samples, "stint_cost_nanodollars_total") == 1U);
}

BOOST_AUTO_TEST_CASE(flags_faults_and_rejections_are_there_at_zero_before_they_count) {
  metrics seen(100);
  seen.watch({}, {"openai", "anthropic"});
  const auto before = scrape(seen);
  for (const std::string flag :
       {"unpriced", "unmetered", "counted", "orphaned", "over_hold", "implausible"}) {
    BOOST_TEST(before.at("stint_flagged_calls_total{flag=\"" + flag + "\"}") == "0");
  }
  BOOST_TEST(series_of(before, "stint_upstream_errors_total") == 16U);
  BOOST_TEST(before.at(R"(stint_rejected_requests_total{kind="unauthenticated"})") == "0");
  BOOST_TEST(before.at("stint_storage_failures_total") == "0");
  BOOST_TEST(series_of(before, "stint_prompt_counts_total") == 3U);
  BOOST_TEST(sum_of(before, "stint_prompt_counts_total") == 0);

  ledger_row row = make_row("acme");
  row.flags = row_flag::counted | row_flag::over_hold;
  commit(seen, row);
  seen.upstream_failed("openai", upstream_fault::status_429);
  seen.refused(problem_kind::unauthenticated);
  seen.refused_by_cap("org-day", refusal_reason::budget_busy, "acme");
  seen.storage_failed();
  seen.prompt_counted(prompt_count_time::after_forwarding);
  seen.connections_changed(3);
  seen.connections_changed(-1);

  const auto after = scrape(seen);
  BOOST_TEST(after.at(R"(stint_flagged_calls_total{flag="counted"})") == "1");
  BOOST_TEST(after.at(R"(stint_flagged_calls_total{flag="over_hold"})") == "1");
  BOOST_TEST(sum_of(after, "stint_flagged_calls_total") == 2);
  BOOST_TEST(after.at(R"(stint_upstream_errors_total{category="status_429",provider="openai"})") ==
             "1");
  BOOST_TEST(after.at(R"(stint_rejected_requests_total{kind="unauthenticated"})") == "1");
  BOOST_TEST(
      after.at(R"(stint_refusals_total{cap="org-day",reason="budget_busy",tenant="acme"})") == "1");
  BOOST_TEST(after.at("stint_storage_failures_total") == "1");
  BOOST_TEST(after.at(R"(stint_prompt_counts_total{when="after_forwarding"})") == "1");
  BOOST_TEST(sum_of(after, "stint_prompt_counts_total") == 1);
  BOOST_TEST(after.at("stint_connections_open") == "2");
}

BOOST_AUTO_TEST_CASE(a_crossing_counter_is_exposed_at_zero_before_its_first_crossing) {
  metrics seen(100);
  cap watched;
  watched.name = "tenant-day";
  watched.alert_percent = {60, 95};
  seen.watch({watched}, {});
  const std::string series =
      R"(stint_cap_threshold_crossed_total{cap="tenant-day",percent="60",scope="acme"})";
  BOOST_TEST(scrape(seen, {make_standing("acme")}).at(series) == "0");

  const alert_crossing crossing{.cap = "tenant-day", .scope = "acme", .window = {}, .percent = 60};
  seen.committed({}, std::span(&crossing, 1));
  const auto samples = scrape(seen, {make_standing("acme")});
  BOOST_TEST(samples.at(series) == "1");
  BOOST_TEST(sum_of(samples, "stint_cap_threshold_crossed_total") == 1);
  BOOST_TEST(series_of(samples, "stint_cap_threshold_crossed_total") == 2U);
}

BOOST_AUTO_TEST_CASE(cap_gauges_are_in_the_units_of_the_cap) {
  cap_standing dollars = make_standing("acme");
  dollars.used = 40'100'000'000;
  dollars.held = 250'000'000;
  dollars.threshold_reached = 80;
  cap_standing tokens;
  tokens.cap = "ever";
  tokens.unit = cap_unit::tokens;
  tokens.mode = cap_mode::warn;
  tokens.limit = 5'000'000;
  tokens.used = 1'000'000;

  cap_standing rolling = tokens;
  rolling.cap = "week";
  rolling.window.end = rolling.window.start + std::chrono::hours{24 * 7 + 6};
  rolling.rolling = std::chrono::hours{24 * 7};

  const auto samples = scrape(metrics(100), {dollars, tokens, rolling});
  const std::string acme =
      R"({cap="tenant-day",scope="acme",unit="usd",window="day",mode="enforce"})";
  BOOST_TEST(samples.at("stint_cap_limit" + acme) == "50");
  BOOST_TEST(samples.at("stint_cap_used" + acme) == "40.1");
  BOOST_TEST(samples.at("stint_cap_held" + acme) == "0.25");
  BOOST_TEST(std::abs(std::atof(samples.at("stint_cap_used_ratio" + acme).c_str()) - 0.802) <
             1e-12);
  BOOST_TEST(samples.at("stint_cap_threshold_reached" + acme) == "80");
  BOOST_TEST(samples.at("stint_cap_window_end_timestamp_seconds" + acme) == "172800");

  const std::string ever = R"({cap="ever",scope="",unit="tokens",window="forever",mode="warn"})";
  BOOST_TEST(samples.at("stint_cap_limit" + ever) == "5000000");
  BOOST_TEST(samples.at("stint_cap_used_ratio" + ever) == "0.2");
  BOOST_TEST(samples.count("stint_cap_window_end_timestamp_seconds" + ever) == 0U);
  const std::string week = R"({cap="week",scope="",unit="tokens",window="rolling 7d",mode="warn"})";
  BOOST_TEST(samples.at("stint_cap_used_ratio" + week) == "0.2");
}

BOOST_AUTO_TEST_CASE(a_window_is_named_by_its_length_in_any_zone) {
  const auto named = [](std::chrono::minutes length) {
    return window_word(window{.start = wall_time{}, .end = wall_time{length}});
  };
  using std::chrono::hours;
  BOOST_TEST(named(std::chrono::minutes(1)) == "minute");
  BOOST_TEST(named(hours(1)) == "hour");
  for (const int day_hours : {23, 24, 25})
    BOOST_TEST(named(hours(day_hours)) == "day");
  for (const int week_hours : {167, 168, 169})
    BOOST_TEST(named(hours(week_hours)) == "week");
  for (const int days : {28, 29, 30, 31})
    BOOST_TEST(named(hours(days * 24 + 1)) == "month");
  for (const int days : {90, 91, 92})
    BOOST_TEST(named(hours(days * 24 - 1)) == "quarter");
  for (const int days : {365, 366})
    BOOST_TEST(named(hours(days * 24)) == "year");
  BOOST_TEST(window_word(window{}) == "forever");
}

BOOST_AUTO_TEST_CASE(timings_fill_histograms_by_model_and_provider) {
  metrics seen(1'000);
  seen.observe({.model = "sim/gpt-4o",
                .provider = "sim",
                .streaming = true,
                .overhead = std::chrono::microseconds(150),
                .duration = std::chrono::milliseconds(300),
                .first_byte = std::chrono::milliseconds(30)});
  seen.observe({.model = "sim/gpt-4o", .provider = "sim", .streaming = true});
  const auto samples = scrape(seen);
  const std::string labels = R"(model="sim/gpt-4o",provider="sim",streaming="true")";
  BOOST_TEST(samples.at("stint_overhead_seconds_count{" + labels + "}") == "2");
  BOOST_TEST(samples.at("stint_overhead_seconds_bucket{" + labels + R"(,le="0.0001"})") == "1");
  BOOST_TEST(samples.at("stint_overhead_seconds_bucket{" + labels + R"(,le="0.0002"})") == "2");
  BOOST_TEST(samples.at("stint_call_duration_seconds_sum{" + labels + "}") == "0.3");
  // A call without an answer has no first byte.
  BOOST_TEST(samples.at("stint_time_to_first_token_seconds_count{" + labels + "}") == "1");
}

BOOST_AUTO_TEST_CASE(the_ledgers_health_and_the_process_are_seen) {
  ledger_health health;
  health.writable = false;
  health.queue_depth = 7;
  health.operations = 9;
  const auto samples = samples_of(metrics(10).expose({}, health));
  BOOST_TEST(samples.at("stint_ledger_writable") == "0");
  BOOST_TEST(samples.at("stint_ledger_queue_depth") == "7");
  BOOST_TEST(samples.at("stint_ledger_operations_total") == "9");
  BOOST_TEST(std::atof(samples.at("process_resident_memory_bytes").c_str()) > 1e6);
  BOOST_TEST(std::atof(samples.at("process_open_fds").c_str()) >= 3);
  const double started = std::atof(samples.at("process_start_time_seconds").c_str());
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  BOOST_TEST(started <= now + 2);
  BOOST_TEST(started > now - 3'600);
  BOOST_TEST(series_of(samples, "stint_build_info") == 1U);
  BOOST_TEST(samples.count(R"(stint_build_info{version=""})") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
