// Every family of series that the gateway keeps, made once: names, help texts, buckets and label
// sets. What is counted when is metrics.cpp's. Owned by `metrics`; thread-safe, because
// prometheus-cpp's metrics and bounded_family are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "budgets/records/row.hpp"
#include "gateway/metrics/families.hpp"
#include "gateway/metrics/metrics.hpp"

namespace stint {

using counter_family = bounded_family<prometheus::Counter>;
using histogram_family = bounded_family<prometheus::Histogram>;

// The flags of a ledger row that are counted; each series is there from the start, at 0.
inline constexpr std::array<std::pair<std::uint32_t, std::string_view>, 8> counted_flags = {{
    {row_flag::unpriced, "unpriced"},
    {row_flag::unmetered, "unmetered"},
    {row_flag::counted, "counted"},
    {row_flag::orphaned, "orphaned"},
    {row_flag::over_hold, "over_hold"},
    {row_flag::implausible, "implausible"},
    {row_flag::no_answer, "no_answer"},
    {row_flag::unknown, "unknown"},
}};
inline constexpr std::size_t problem_kind_count =
    static_cast<std::size_t>(problem_kind::internal) + 1;
inline constexpr std::size_t upstream_fault_count =
    static_cast<std::size_t>(upstream_fault::status_5xx) + 1;
inline constexpr std::size_t prompt_count_times =
    static_cast<std::size_t>(prompt_count_time::not_needed) + 1;

struct metrics_registry {
  explicit metrics_registry(std::size_t series_per_family_max);

  prometheus::Registry registry;
  const std::size_t series_max;

  // From committed rows: tenant, feature, model, provider, and what is named after each.
  std::unique_ptr<counter_family> calls;   // outcome
  std::unique_ptr<counter_family> tokens;  // kind
  std::unique_ptr<counter_family> reasoning;
  std::unique_ptr<counter_family> web_searches;
  std::unique_ptr<counter_family> cost;
  std::unique_ptr<counter_family> crossings;  // cap, scope, percent
  std::array<prometheus::Counter*, counted_flags.size()> flagged{};
  // Of calls that were told differently afterwards.
  prometheus::Counter* corrections = nullptr;
  std::unique_ptr<counter_family> corrected_cost;    // charged, direction
  std::unique_ptr<counter_family> corrected_tokens;  // charged, direction

  // Observed by connections.
  std::unique_ptr<histogram_family> overhead;  // model, provider, streaming
  std::unique_ptr<histogram_family> duration;
  std::unique_ptr<histogram_family> first_token;
  std::unique_ptr<histogram_family> estimates;  // model, provider, basis
  std::unique_ptr<counter_family> above_bound;
  std::unique_ptr<counter_family> upstream_errors;  // provider, category
  std::unique_ptr<counter_family> refusals;         // cap, tenant, reason
  std::unique_ptr<counter_family> unserved;         // path
  std::array<prometheus::Counter*, problem_kind_count> rejected{};
  prometheus::Counter* storage_failures = nullptr;
  std::array<prometheus::Counter*, prompt_count_times> prompt_counts{};
  prometheus::Gauge* connections = nullptr;
};

}  // namespace stint
