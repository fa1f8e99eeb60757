// Tested by tests/gateway/metrics/metrics_test.cpp.
#include "gateway/metrics/standings.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "gateway/metrics/families.hpp"

namespace stint {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// In the unit that the cap is written in: dollars, not nano-dollars.
double in_unit(const cap_standing& of, std::int64_t amount) noexcept {
  const auto value = static_cast<double>(amount);
  return of.unit == cap_unit::usd ? value / static_cast<double>(nanodollars::per_dollar) : value;
}

double ratio(std::int64_t part, std::int64_t limit) noexcept {
  // A limit of 0 forbids: it is always full.
  return limit > 0 ? static_cast<double>(part) / static_cast<double>(limit) : 1.0;
}

double fullness(const cap_standing& of) noexcept {
  return ratio(of.used + of.held, of.limit);
}

void set_value(ClientMetric& metric, MetricType type, double value) noexcept {
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

std::string window_label(const cap_standing& of) {
  if (of.rolling == std::chrono::seconds{}) return std::string(window_word(of.window));
  return "rolling " + duration_text(of.rolling);
}

MetricFamily gauge_family(std::string_view name, std::string_view help) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = MetricType::Gauge;
  return family;
}

}  // namespace

MetricFamily single_value(std::string_view name, std::string_view help, MetricType type,
                          double value) {
  MetricFamily family = gauge_family(name, help);
  family.type = type;
  ClientMetric metric;
  set_value(metric, type, value);
  family.metric.push_back(std::move(metric));
  return family;
}

shown_standings choose_standings(const std::vector<cap_standing>& standings,
                                 std::size_t count_max) {
  // Keyed by the labels as they will be written: two series of the same labels would spoil the
  // scrape.
  std::map<std::pair<std::string, std::string>, const cap_standing*> latest;
  for (const cap_standing& each : standings) {
    auto& kept = latest[{clean_label(each.cap), clean_label(each.scope)}];
    if (kept == nullptr || kept->window.start < each.window.start) kept = &each;
  }
  shown_standings shown;
  shown.fullest.reserve(latest.size());
  for (const auto& [labels, standing] : latest)
    shown.fullest.push_back(standing);
  std::ranges::stable_sort(shown.fullest, [](const cap_standing* a, const cap_standing* b) {
    if (a->yields_place != b->yields_place) return b->yields_place;
    return fullness(*a) > fullness(*b);
  });
  if (shown.fullest.size() > count_max) {
    shown.hidden = shown.fullest.size() - count_max;
    shown.fullest.resize(count_max);
  }
  return shown;
}

std::string_view window_word(const window& of) noexcept {
  if (!of.end) return "forever";
  const auto length = std::chrono::duration_cast<std::chrono::hours>(*of.end - of.start);
  if (*of.end - of.start <= std::chrono::minutes(1)) return "minute";
  if (length.count() <= 1) return "hour";
  if (length.count() <= 25) return "day";
  if (length.count() <= 7 * 24 + 1) return "week";
  if (length.count() <= 31 * 24 + 1) return "month";
  if (length.count() <= 92 * 24 + 1) return "quarter";
  return "year";
}

std::vector<MetricFamily> describe_standings(const shown_standings& shown) {
  MetricFamily limit = gauge_family("stint_cap_limit", "The cap's limit, in its unit.");
  MetricFamily used = gauge_family("stint_cap_used", "Settled in this window, in the cap's unit.");
  MetricFamily held = gauge_family("stint_cap_held", "Held by calls in flight, in its unit.");
  MetricFamily used_ratio = gauge_family("stint_cap_used_ratio", "Settled share of the limit.");
  MetricFamily end = gauge_family("stint_cap_window_end_timestamp_seconds",
                                  "When the window ends and the cap starts anew. A rolling "
                                  "window never does: when it moves on by a step.");
  MetricFamily reached = gauge_family("stint_cap_threshold_reached",
                                      "The highest alert threshold crossed, in percent; 0: none.");
  MetricFamily incomplete = gauge_family(
      "stint_cap_history_incomplete",
      "1: rows of this window were deleted before the cap was new, so it is too little.");
  for (const cap_standing* each : shown.fullest) {
    ClientMetric metric;
    metric.label = {{"cap", clean_label(each->cap)},
                    {"scope", clean_label(each->scope)},
                    {"unit", std::string(to_string(each->unit))},
                    {"window", window_label(*each)},
                    {"mode", each->mode == cap_mode::enforce ? "enforce" : "warn"}};
    const auto add = [&metric](MetricFamily& to, double value) {
      metric.gauge.value = value;
      to.metric.push_back(metric);
    };
    add(limit, in_unit(*each, each->limit));
    add(used, in_unit(*each, each->used));
    add(held, in_unit(*each, each->held));
    add(used_ratio, ratio(each->used, each->limit));
    add(reached, each->threshold_reached);
    if (each->incomplete) add(incomplete, 1);
    if (each->window.end) {
      const auto since_epoch = each->window.end->time_since_epoch();
      add(end, std::chrono::duration<double>(since_epoch).count());
    }
  }
  std::vector<MetricFamily> families = {limit, used, held, used_ratio, end, reached, incomplete};
  families.push_back(single_value("stint_cap_scopes_hidden",
                                  "Live cap scopes beyond the series budget: the emptiest ones.",
                                  MetricType::Gauge, static_cast<double>(shown.hidden)));
  return families;
}

std::vector<MetricFamily> describe_ledger(const ledger_health& ledger) {
  const auto gauge = MetricType::Gauge;
  const auto counter = MetricType::Counter;
  return {
      single_value("stint_ledger_writable", "1 while the ledger can record calls.", gauge,
                   ledger.writable ? 1 : 0),
      single_value("stint_ledger_queue_depth", "Operations that wait for the ledger.", gauge,
                   static_cast<double>(ledger.queue_depth)),
      single_value("stint_ledger_holds_active", "Calls in flight that hold budget.", gauge,
                   static_cast<double>(ledger.holds_active)),
      single_value("stint_ledger_waiting",
                   "Calls in line because what others hold stands in their way.", gauge,
                   static_cast<double>(ledger.waiting)),
      single_value("stint_ledger_groups_total", "Batches written to the ledger.", counter,
                   static_cast<double>(ledger.groups)),
      single_value("stint_ledger_operations_total", "Operations applied by the ledger.", counter,
                   static_cast<double>(ledger.operations)),
      single_value("stint_ledger_orphans_at_start",
                   "Calls that a crash had cut off, settled when this process started.", gauge,
                   static_cast<double>(ledger.orphans_at_start)),
      single_value("stint_clock_ahead_seconds",
                   "How much the wall clock was set forward while the process ran, or stood beyond "
                   "all that was known at its start; negative: back. Beyond five minutes it is not "
                   "believed.",
                   gauge, std::chrono::duration<double>(ledger.clock_ahead).count()),
      single_value("stint_ledger_ahead_seconds",
                   "How far the latest time in the ledger is ahead of the wall clock: no window "
                   "ends before the clock comes there.",
                   gauge, std::chrono::duration<double>(ledger.books_ahead).count()),
  };
}

}  // namespace stint
