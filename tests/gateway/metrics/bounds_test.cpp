// Goal: whatever clients send and however many threads do, the number of series stays bounded, the
// text stays well formed, and no call is lost from the sums.
#include <atomic>
#include <latch>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/standing.hpp"
#include "gateway/metrics/exposition.hpp"
#include "gateway/metrics/families.hpp"
#include "gateway/metrics/standings.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(metrics_bounds_suite)

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

// Simulated calls filled their caps first, and hid the real ones.
BOOST_AUTO_TEST_CASE(scopes_that_yield_their_place_are_shown_where_there_is_room_beside_others) {
  std::vector<cap_standing> standings;
  for (int i = 0; i < 8; ++i) {
    standings.push_back(make_standing("real" + std::to_string(i)));
    standings.push_back(make_standing("tried" + std::to_string(i)));
    standings.back().used = standings.back().limit;
    standings.back().yields_place = true;
  }
  const auto shown = choose_standings(standings, 10);
  BOOST_TEST_REQUIRE(shown.fullest.size() == 10U);
  for (std::size_t i = 0; i < 10; ++i)
    BOOST_TEST(shown.fullest[i]->yields_place == (i >= 8));
  BOOST_TEST(shown.hidden == 6U);
}

BOOST_AUTO_TEST_CASE(threads_may_observe_and_commit_while_others_scrape) {
  constexpr int rounds = 2'000;
  metrics seen(100);
  std::atomic<bool> done{false};
  std::latch start(4);  // so that all of them make new series at the same time
  std::thread scraper([&] {
    while (!done)
      static_cast<void>(scrape(seen, {make_standing("acme")}));
  });
  std::thread ledger([&] {
    start.arrive_and_wait();
    for (int i = 0; i < rounds; ++i) {
      ledger_row row = make_row("tenant" + std::to_string(i % 300));
      row.cost = nanodollars(3);
      commit(seen, row);
    }
  });
  std::vector<std::thread> connections;
  for (int t = 0; t < 3; ++t) {
    connections.emplace_back([&] {
      start.arrive_and_wait();
      for (int i = 0; i < rounds; ++i) {
        const std::string model = "m" + std::to_string(i / 40);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
