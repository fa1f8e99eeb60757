// Goal: what Prometheus reads is exactly what the ledger committed, bounded whatever clients send,
// and there from the start. Method: every figure is read back from the exposition text, as
// Prometheus would read it.
#include "gateway/metrics.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "gateway/metric_families.hpp"
#include "gateway/metrics_standings.hpp"

namespace stint {
namespace {

// The samples of an exposition: "name{labels}" to the value as text.
std::map<std::string, std::string> samples_of(const std::string& exposition) {
  std::map<std::string, std::string> samples;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.rfind(' ');
    BOOST_REQUIRE_MESSAGE(space != std::string::npos, "not a sample: " << line);
    const bool first = samples.emplace(line.substr(0, space), line.substr(space + 1)).second;
    BOOST_CHECK_MESSAGE(first, "series written twice: " << line);
  }
  return samples;
}

std::map<std::string, std::string> scrape(const metrics& from,
                                          const std::vector<cap_standing>& standings = {}) {
  return samples_of(from.expose(standings, ledger_health{}));
}

// The sum of a whole family, as a 64-bit whole number.
std::int64_t sum_of(const std::map<std::string, std::string>& samples, const std::string& family) {
  std::int64_t sum = 0;
  for (const auto& [series, value] : samples) {
    if (series != family && !series.starts_with(family + "{")) continue;
    BOOST_CHECK_MESSAGE(value.find_first_not_of("0123456789") == std::string::npos,
                        series << " is not written as a whole number: " << value);
    sum += std::atoll(value.c_str());
  }
  return sum;
}

std::size_t series_of(const std::map<std::string, std::string>& samples,
                      const std::string& family) {
  return static_cast<std::size_t>(std::ranges::count_if(
      samples, [&](const auto& sample) { return sample.first.starts_with(family + "{"); }));
}

ledger_row make_row(std::string tenant, std::string model = "gpt-4o") {
  ledger_row row;
  row.charged = {.tenant = std::move(tenant),
                 .feature = "search",
                 .key = "key_1",
                 .user = "",
                 .model = std::move(model),
                 .provider = "openai"};
  return row;
}

void commit(metrics& to, const ledger_row& row) {
  to.committed(std::span(&row, 1), {});
}

cap_standing make_standing(std::string scope) {
  cap_standing standing;
  standing.cap = "tenant-day";
  standing.scope = std::move(scope);
  standing.limit = 50 * nanodollars::per_dollar;
  standing.window.start = wall_time{std::chrono::hours(24)};
  standing.window.end = wall_time{std::chrono::hours(48)};
  return standing;
}

const std::string charged_to_acme =
    R"(feature="search",model="gpt-4o",provider="openai",tenant="acme")";

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics_suite)

BOOST_AUTO_TEST_CASE(a_committed_row_is_exported_to_the_token_and_the_nanodollar) {
  metrics seen(100);
  ledger_row row = make_row("acme");
  row.used = {.input_tokens = 1,
              .cached_input_tokens = 2,
              .cache_write_5m_tokens = 3,
              .cache_write_1h_tokens = 4,
              .audio_input_tokens = 5,
              .output_tokens = 60,
              .reasoning_tokens = 7,
              .audio_output_tokens = 8,
              .web_searches = 9};
  row.cost = nanodollars(123'456'789'012'345);
  commit(seen, row);

  const auto samples = scrape(seen);
  const auto tokens = [&](const std::string& kind) {
    return samples.at(R"(stint_tokens_total{feature="search",kind=")" + kind +
                      R"(",model="gpt-4o",provider="openai",tenant="acme"})");
  };
  BOOST_TEST(tokens("input") == "1");
  BOOST_TEST(tokens("cached_input") == "2");
  BOOST_TEST(tokens("cache_write_5m") == "3");
  BOOST_TEST(tokens("cache_write_1h") == "4");
  BOOST_TEST(tokens("audio_input") == "5");
  BOOST_TEST(tokens("output") == "60");
  BOOST_TEST(tokens("audio_output") == "8");
  BOOST_TEST(sum_of(samples, "stint_tokens_total") == row.used.total());
  BOOST_TEST(samples.at("stint_reasoning_tokens_total{" + charged_to_acme + "}") == "7");
  BOOST_TEST(samples.at("stint_web_searches_total{" + charged_to_acme + "}") == "9");
  BOOST_TEST(samples.at("stint_cost_nanodollars_total{" + charged_to_acme + "}") ==
             "123456789012345");
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

  ledger_row row = make_row("acme");
  row.flags = row_flag::counted | row_flag::over_hold;
  commit(seen, row);
  seen.upstream_failed("openai", upstream_fault::status_429);
  seen.refused(problem_kind::unauthenticated);
  seen.refused_by_cap("org-day", refusal_reason::budget_busy, "acme");
  seen.storage_failed();
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

  const auto samples = scrape(metrics(100), {dollars, tokens});
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
}

BOOST_AUTO_TEST_CASE(of_too_many_scopes_the_fullest_are_shown_and_of_two_windows_the_latest) {
  std::vector<cap_standing> standings;
  for (int i = 0; i < 1'000; ++i) {
    standings.push_back(make_standing("tenant" + std::to_string(i)));
    standings.back().used = i * 1'000'000;
  }
  cap_standing yesterday = make_standing("tenant999");
  yesterday.window.start = wall_time{};
  yesterday.used = yesterday.limit;
  standings.push_back(yesterday);

  const auto samples = scrape(metrics(10), standings);
  BOOST_TEST(series_of(samples, "stint_cap_used") == 10U);
  BOOST_TEST(samples.at("stint_cap_scopes_hidden") == "990");
  BOOST_TEST(samples.at(R"(stint_cap_used{cap="tenant-day",scope="tenant999",unit="usd",)"
                        R"(window="day",mode="enforce"})") == "0.999");
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

BOOST_AUTO_TEST_CASE(ten_thousand_hostile_names_stay_within_the_budget_and_no_call_is_lost) {
  constexpr std::size_t budget = 200;
  constexpr int calls = 10'000;
  metrics seen(budget);
  for (int i = 0; i < calls; ++i) {
    const std::string name = "t" + std::to_string(i) + "\"} evil 1\n\\\xFF\x01" + '\0';
    ledger_row row = make_row(name, name + std::string(100'000 * (i == 0 ? 1 : 0), 'x'));
    row.charged.feature = name;
    row.used.input_tokens = 1;
    row.cost = nanodollars(1);
    commit(seen, row);
    seen.observe({.model = row.charged.model, .provider = name});
    seen.upstream_failed(name, upstream_fault::reset);
    seen.refused_by_cap(name, refusal_reason::budget_exceeded, name);
  }
  const std::string exposition = seen.expose({}, ledger_health{});
  const auto samples = samples_of(exposition);
  for (const std::string family :
       {"stint_calls_total", "stint_tokens_total", "stint_cost_nanodollars_total",
        "stint_upstream_errors_total", "stint_refusals_total"}) {
    BOOST_TEST(series_of(samples, family) <= budget + 64);
    BOOST_TEST(
        std::stoi(samples.at("stint_metric_series_overflow_total{family=\"" + family + "\"}")) > 0);
  }
  std::size_t histogram_series = 0;
  for (const std::string part : {"_bucket", "_sum", "_count"}) {
    histogram_series += series_of(samples, "stint_call_duration_seconds" + part);
  }
  BOOST_TEST(histogram_series <= budget + 20);
  for (const std::string family :
       {"stint_calls_total", "stint_tokens_total", "stint_cost_nanodollars_total",
        "stint_upstream_errors_total", "stint_refusals_total"}) {
    BOOST_TEST(sum_of(samples, family) == calls);
  }
  // No byte of a name ends a line or a label early, and none is invalid UTF-8.
  BOOST_TEST(exposition.find("\n\\") == std::string::npos);
  BOOST_TEST(exposition.find('\xFF') == std::string::npos);
  BOOST_TEST(exposition.find('\x01') == std::string::npos);
  BOOST_TEST(exposition.find('\0') == std::string::npos);
  BOOST_TEST(exposition.find(R"(t0\"} evil 1\n\\)") != std::string::npos);
  BOOST_TEST(exposition.size() < 1'000'000U);
}

BOOST_AUTO_TEST_CASE(names_of_unpriced_refused_models_do_not_use_up_the_budget) {
  metrics seen(50);
  for (int i = 0; i < 1'000; ++i) {
    ledger_row typo = make_row("acme", "gpt-4o-typo-" + std::to_string(i));
    typo.outcome = call_outcome::refused;
    typo.flags = row_flag::unpriced;
    commit(seen, typo);
  }
  commit(seen, make_row("acme"));
  const auto samples = scrape(seen);
  BOOST_TEST(series_of(samples, "stint_calls_total") == 2U);
  BOOST_TEST(samples.at(R"(stint_calls_total{feature="search",model="other",outcome="refused",)"
                        R"(provider="openai",tenant="acme"})") == "1000");
}

BOOST_AUTO_TEST_CASE(clean_label_keeps_text_and_replaces_what_prometheus_rejects) {
  BOOST_TEST(clean_label("Zürich 日本 🙂\n") == "Zürich 日本 🙂\n");
  const std::string replaced = "\xEF\xBF\xBD";
  for (const std::string bad : {"\x80", "\xC0", "\xF5", "\x7F", "\x1B", "\xED", "\xE2", "\xF0"}) {
    BOOST_TEST(clean_label(bad + "a") == replaced + "a");
  }
  BOOST_TEST(clean_label(std::string("a\0b", 3)) == "a" + replaced + "b");
  BOOST_TEST(clean_label("\xED\xA0\x80") == replaced + replaced + replaced);  // a surrogate
  BOOST_TEST(clean_label("\xC1\x81") == replaced + replaced);                 // an overlong 'A'
  BOOST_TEST(clean_label(std::string(1'000, 'a')).size() == label_bytes_max);
  BOOST_TEST(clean_label(std::string(1'000, '\xFF')).size() <= label_bytes_max);
}

BOOST_AUTO_TEST_CASE(threads_may_observe_and_commit_while_others_scrape) {
  constexpr int rounds = 2'000;
  metrics seen(100);
  std::atomic<bool> done{false};
  std::thread scraper([&] {
    while (!done)
      static_cast<void>(scrape(seen, {make_standing("acme")}));
  });
  std::thread ledger([&] {
    for (int i = 0; i < rounds; ++i) {
      ledger_row row = make_row("tenant" + std::to_string(i % 300));
      row.cost = nanodollars(3);
      commit(seen, row);
    }
  });
  std::vector<std::thread> connections;
  for (int t = 0; t < 3; ++t) {
    connections.emplace_back([&] {
      for (int i = 0; i < rounds; ++i) {
        const std::string model = "m" + std::to_string(i % 50);
        seen.observe({.model = model, .provider = "sim", .duration = std::chrono::seconds(1)});
        seen.refused_by_cap(model, refusal_reason::budget_exceeded, model);
        seen.connections_changed(1);
        seen.connections_changed(-1);
        seen.refused(problem_kind::bad_request);
      }
    });
  }
  for (std::thread& each : connections)
    each.join();
  ledger.join();
  done = true;
  scraper.join();

  const auto samples = scrape(seen);
  BOOST_TEST(sum_of(samples, "stint_calls_total") == rounds);
  BOOST_TEST(sum_of(samples, "stint_cost_nanodollars_total") == 3 * rounds);
  BOOST_TEST(sum_of(samples, "stint_refusals_total") == 3 * rounds);
  BOOST_TEST(sum_of(samples, "stint_call_duration_seconds_count") == 3 * rounds);
  BOOST_TEST(sum_of(samples, "stint_rejected_requests_total") == 3 * rounds);
  BOOST_TEST(samples.at("stint_connections_open") == "0");
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
