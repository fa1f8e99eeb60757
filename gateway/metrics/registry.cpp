// Tested by tests/gateway/metrics/metrics_test.cpp.
#include "gateway/metrics/registry.hpp"

#include <algorithm>
#include <vector>

namespace stint {
namespace {

using prometheus::Counter;
using prometheus::Histogram;

// From "nothing to do" (tens of microseconds) up to where an operator should look.
const Histogram::BucketBoundaries overhead_buckets = {
    0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5};
// Short classifications to long reasoning; ten minutes is the usual client time-out.
const Histogram::BucketBoundaries duration_buckets = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600};
const Histogram::BucketBoundaries first_token_buckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 2.5, 5, 10, 30, 60};

// Estimated ÷ reported: dense around 1, where learning brings it.
const Histogram::BucketBoundaries estimate_buckets = {
    0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.9999, 1.0001, 1.01, 1.02, 1.05, 1.1, 1.25, 1.5, 2};

struct description {
  std::string name;
  std::string help;
};

Counter& make_counter(prometheus::Registry& registry, const description& what,
                      const prometheus::Labels& labels = {}) {
  return prometheus::BuildCounter().Name(what.name).Help(what.help).Register(registry).Add(labels);
}

Counter& make_overflow(prometheus::Registry& registry, const std::string& family) {
  const description what{
      "stint_metric_series_overflow_total",
      "Observations labelled \"other\" because their family's series budget is used up."};
  return make_counter(registry, what, {{"family", family}});
}

std::unique_ptr<counter_family> make_counters(metrics_registry& in, const description& what,
                                              const family_labels& labels) {
  auto& family = prometheus::BuildCounter().Name(what.name).Help(what.help).Register(in.registry);
  return std::make_unique<counter_family>(
      labels, in.series_max, make_overflow(in.registry, what.name),
      [&family](const prometheus::Labels& values) -> Counter& { return family.Add(values); });
}

// `buckets` must outlive the family.
std::unique_ptr<histogram_family> make_histograms(metrics_registry& in, const description& what,
                                                  const Histogram::BucketBoundaries& buckets,
                                                  const std::string& fixed = "streaming") {
  auto& family = prometheus::BuildHistogram().Name(what.name).Help(what.help).Register(in.registry);
  // One histogram is a series per bucket, and +Inf, sum and count.
  const std::size_t histograms_max = std::max<std::size_t>(in.series_max / (buckets.size() + 3), 1);
  const family_labels labels{.free = {"model", "provider"}, .fixed = {fixed}};
  return std::make_unique<histogram_family>(
      labels, histograms_max, make_overflow(in.registry, what.name),
      [&family, &buckets](const prometheus::Labels& values) -> Histogram& {
        return family.Add(values, buckets);
      });
}

void make_ledger_families(metrics_registry& in) {
  const std::vector<std::string> charged = {"tenant", "feature", "model", "provider"};
  in.calls = make_counters(in, {"stint_calls_total", "Calls on the ledger, by how they ended."},
                           {charged, {"outcome"}});
  in.tokens = make_counters(
      in, {"stint_tokens_total", "Billed tokens by kind. The kinds are disjoint: they add up."},
      {charged, {"kind"}});
  in.reasoning =
      make_counters(in,
                    {"stint_reasoning_tokens_total",
                     "The part of stint_tokens_total{kind=\"output\"} that is reasoning."},
                    {charged, {}});
  in.web_searches =
      make_counters(in, {"stint_web_searches_total", "Searches that a provider ran and bills for."},
                    {charged, {}});
  in.cost = make_counters(
      in, {"stint_cost_nanodollars_total", "Cost of settled calls in nano-dollars (1e-9 USD)."},
      {charged, {}});
  in.crossings = make_counters(in,
                               {"stint_cap_threshold_crossed_total",
                                "Thresholds crossed; once per cap, scope, window and percent."},
                               {{"cap", "scope", "percent"}, {}});
  for (std::size_t i = 0; i < counted_flags.size(); ++i) {
    in.flagged[i] = &make_counter(
        in.registry,
        {"stint_flagged_calls_total", "Calls on the ledger that finance must be able to find."},
        {{"flag", std::string(counted_flags[i].second)}});
  }
}

void make_correction_counters(metrics_registry& in) {
  in.corrections =
      &make_counter(in.registry, {"stint_corrected_calls_total",
                                  "Releases and corrections of calls that were settled before."});
  const family_labels labels = {{"tenant", "feature", "model", "provider"}, {"direction"}};
  in.corrected_cost =
      make_counters(in,
                    {"stint_corrected_cost_nanodollars_total",
                     "What they were charged less or more, in nano-dollars. Spend is "
                     "stint_cost_nanodollars_total less the one and plus the other."},
                    labels);
  in.corrected_tokens = make_counters(
      in,
      {"stint_corrected_tokens_total",
       "Tokens of all kinds that they were charged less or more; stint_tokens_total never falls."},
      labels);
}

void make_observed_families(metrics_registry& in) {
  in.overhead = make_histograms(
      in, {"stint_overhead_seconds", "Time that the gateway itself added to a call."},
      overhead_buckets);
  in.duration = make_histograms(
      in, {"stint_call_duration_seconds", "From the request's head to the answer's last byte."},
      duration_buckets);
  in.first_token = make_histograms(in,
                                   {"stint_time_to_first_token_seconds",
                                    "From forwarding to the first byte of the provider's answer."},
                                   first_token_buckets);
  in.estimates = make_histograms(
      in,
      {"stint_prompt_estimate_ratio",
       "Expected prompt tokens over those that the provider reported, where they compare."},
      estimate_buckets, "basis");
  in.above_bound = make_counters(
      in,
      {"stint_prompt_above_bound_total", "Prompts that the provider counted above their bound."},
      {{"model", "provider"}, {"basis"}});
  in.upstream_errors =
      make_counters(in, {"stint_upstream_errors_total", "Failures of providers by category."},
                    {{"provider"}, {"category"}});
  in.unserved =
      make_counters(in,
                    {"stint_unserved_requests_total",
                     "Requests for what is not served here, by the pattern of their path."},
                    {{"path"}, {}});
  in.refusals = make_counters(in, {"stint_refusals_total", "Calls that a cap refused."},
                              {{"cap", "tenant"}, {"reason"}});
  for (std::size_t i = 0; i < in.rejected.size(); ++i) {
    const auto kind = static_cast<problem_kind>(i);
    in.rejected[i] = &make_counter(
        in.registry,
        {"stint_rejected_requests_total", "Requests turned away, by the kind of problem."},
        {{"kind", std::string(to_string(kind))}});
  }
  in.storage_failures = &make_counter(
      in.registry, {"stint_storage_failures_total", "Calls that the ledger could not record."});
  for (std::size_t i = 0; i < in.prompt_counts.size(); ++i) {
    const auto when = static_cast<prompt_count_time>(i);
    in.prompt_counts[i] = &make_counter(in.registry,
                                        {"stint_prompt_counts_total",
                                         "Prompts by when they were counted; all but before_hold "
                                         "were admitted by their byte bound."},
                                        {{"when", std::string(to_string(when))}});
  }
  in.connections = &prometheus::BuildGauge()
                        .Name("stint_connections_open")
                        .Help("Client connections open now.")
                        .Register(in.registry)
                        .Add({});
}

}  // namespace

metrics_registry::metrics_registry(std::size_t series_per_family_max)
    : series_max(series_per_family_max) {
  make_correction_counters(*this);
  make_ledger_families(*this);
  make_observed_families(*this);
}

}  // namespace stint
