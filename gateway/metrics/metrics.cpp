// Tested by tests/gateway/metrics/metrics_test.cpp; every name and label is explained in
// dashboards/README.md.
//
// Counters are doubles, exact for whole numbers up to 2^53: nine million dollars in nano-dollars,
// per series and process.
#include "gateway/metrics/metrics.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <prometheus/text_serializer.h>

#include "gateway/metrics/process.hpp"
#include "gateway/metrics/registry.hpp"
#include "gateway/metrics/standings.hpp"

namespace stint {
namespace {

const std::vector<int> usual_thresholds = {50, 80, 100};

// A refused call for a model that no price book knows is a typing mistake or an attack, and names
// of that kind must not use up the budget of real models. The ledger row keeps the name.
std::string_view model_label(const ledger_row& row) noexcept {
  const bool unknown =
      row.outcome == call_outcome::refused && (row.flags & row_flag::unpriced) != 0;
  return unknown ? overflow_label : std::string_view(row.charged.model);
}

// The series in the slot; looked up where none is there yet, and kept if it may be.
prometheus::Counter& resolved(prometheus::Counter*& slot, counter_family& family,
                              std::initializer_list<std::string_view> labels) {
  if (slot != nullptr) return *slot;
  prometheus::Counter& found = family.at(labels);
  slot = family.own(labels);
  return found;
}

double seconds(std::chrono::nanoseconds time) noexcept {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string_view to_string(upstream_fault fault) noexcept {
  switch (fault) {
    case upstream_fault::refused:
      return "refused";
    case upstream_fault::tls:
      return "tls";
    case upstream_fault::reset:
      return "reset";
    case upstream_fault::timeout:
      return "timeout";
    case upstream_fault::garbage:
      return "garbage";
    case upstream_fault::status_4xx:
      return "status_4xx";
    case upstream_fault::status_429:
      return "status_429";
    case upstream_fault::status_5xx:
      return "status_5xx";
  }
  return "unknown";
}

std::string_view to_string(prompt_count_time when) noexcept {
  switch (when) {
    case prompt_count_time::before_hold:
      return "before_hold";
    case prompt_count_time::after_forwarding:
      return "after_forwarding";
    case prompt_count_time::not_needed:
      return "not_needed";
  }
  return "unknown";
}

std::string_view to_string(estimate_basis basis) noexcept {
  switch (basis) {
    case estimate_basis::exact:
      return "exact";
    case estimate_basis::learned:
      return "learned";
    case estimate_basis::fixed:
      return "fixed";
  }
  return "fixed";
}

class metrics::implementation : public metrics_registry {
 public:
  using metrics_registry::metrics_registry;

  void commit(const ledger_row& row);
  void expect_crossings(const std::vector<const cap_standing*>& standings);
  void watch(const std::vector<cap>& caps, const std::vector<std::string>& providers);

 private:
  using counter = prometheus::Counter;
  static constexpr std::size_t outcomes = static_cast<std::size_t>(call_outcome::cut) + 1;

  // The series of most rows of one tenant, feature, model and provider, each null until it is needed
  // first and while it has no place of its own.
  struct charged_series {
    std::array<counter*, outcomes> calls{};
    counter* input = nullptr;
    counter* cached_input = nullptr;
    counter* output = nullptr;
    counter* reasoning = nullptr;
    counter* cost = nullptr;
  };

  void commit_usage(const ledger_row& row, std::string_view model, charged_series& series);
  [[nodiscard]] charged_series& series_of(const attribution& to, std::string_view model);

  // Ledger thread only, as many as a family has series.
  boost::unordered_flat_map<std::string, charged_series> charged_;
  charged_series beyond_;  // of one row that finds no place there
  std::string charged_key_;
  std::mutex thresholds_mutex_;
  std::map<std::string, std::vector<int>> thresholds_;  // by cap
};

void metrics::implementation::commit(const ledger_row& row) {
  const attribution& to = row.charged;
  const std::string_view model = model_label(row);
  charged_series& series = series_of(to, model);
  const auto outcome = static_cast<std::size_t>(row.outcome);
  resolved(series.calls[outcome], *calls,
           {to.tenant, to.feature, model, to.provider, to_string(row.outcome)})
      .Increment();
  for (std::size_t i = 0; i < counted_flags.size(); ++i) {
    if ((row.flags & counted_flags[i].first) != 0) flagged[i]->Increment();
  }
  // A refusal alone makes no series of tokens and money.
  if (row.outcome != call_outcome::refused || carries_usage(row)) commit_usage(row, model, series);
}

// Made when a row of the kind comes first; each label makes a name of its own, so that they cannot run
// into each other.
metrics::implementation::charged_series& metrics::implementation::series_of(
    const attribution& to, std::string_view model) {
  charged_key_.clear();
  for (const std::string_view part : {std::string_view(to.tenant), std::string_view(to.feature),
                                      model, std::string_view(to.provider)}) {
    charged_key_.append(part.substr(0, label_bytes_max)).push_back('\xff');
  }
  const auto found = charged_.find(charged_key_);
  if (found != charged_.end()) return found->second;
  if (charged_.size() < series_max) return charged_[charged_key_];
  beyond_ = charged_series();
  return beyond_;
}

void metrics::implementation::commit_usage(const ledger_row& row, std::string_view model,
                                           charged_series& series) {
  const attribution& to = row.charged;
  const auto add = [&](counter*& slot, std::string_view kind, std::int64_t count) {
    resolved(slot, *tokens, {to.tenant, to.feature, model, to.provider, kind})
        .Increment(static_cast<double>(count));
  };
  const auto add_if_any = [&](std::string_view kind, std::int64_t count) {
    if (count == 0) return;
    tokens->at({to.tenant, to.feature, model, to.provider, kind})
        .Increment(static_cast<double>(count));
  };
  const usage& used = row.used;
  add(series.input, "input", used.input_tokens);
  add(series.cached_input, "cached_input", used.cached_input_tokens);
  add(series.output, "output", used.output_tokens);
  add_if_any("cache_write_5m", used.cache_write_5m_tokens);
  add_if_any("cache_write_1h", used.cache_write_1h_tokens);
  add_if_any("cache_write_12h", used.cache_write_12h_tokens);
  add_if_any("audio_input", used.audio_input_tokens);
  add_if_any("audio_output", used.audio_output_tokens);
  resolved(series.reasoning, *reasoning, {to.tenant, to.feature, model, to.provider})
      .Increment(static_cast<double>(used.reasoning_tokens));
  if (used.web_searches != 0) {
    web_searches->at({to.tenant, to.feature, model, to.provider})
        .Increment(static_cast<double>(used.web_searches));
  }
  resolved(series.cost, *cost, {to.tenant, to.feature, model, to.provider})
      .Increment(static_cast<double>(row.cost.count()));
}

void metrics::implementation::expect_crossings(const std::vector<const cap_standing*>& standings) {
  const std::scoped_lock lock(thresholds_mutex_);
  for (const cap_standing* standing : standings) {
    const auto known = thresholds_.find(standing->cap);
    for (const int percent : known == thresholds_.end() ? usual_thresholds : known->second) {
      // Making the series is enough: it starts at 0.
      static_cast<void>(crossings->at({standing->cap, standing->scope, std::to_string(percent)}));
    }
  }
}

void metrics::implementation::watch(const std::vector<cap>& caps,
                                    const std::vector<std::string>& providers) {
  for (const std::string& provider : providers) {
    for (std::size_t i = 0; i < upstream_fault_count; ++i) {
      static_cast<void>(upstream_errors->at({provider, to_string(static_cast<upstream_fault>(i))}));
    }
  }
  std::map<std::string, std::vector<int>> thresholds;
  for (const cap& each : caps)
    thresholds.emplace(each.name, each.alert_percent);
  const std::scoped_lock lock(thresholds_mutex_);
  thresholds_ = std::move(thresholds);
}

metrics::metrics(std::size_t series_per_family_max)
    : implementation_(std::make_unique<implementation>(series_per_family_max)) {}

metrics::~metrics() = default;

void metrics::watch(const std::vector<cap>& caps, const std::vector<std::string>& providers) {
  implementation_->watch(caps, providers);
}

void metrics::amended(std::span<const amended_row> rows) {
  for (const amended_row& row : rows) {
    implementation_->corrections->Increment();
    const attribution& to = row.is.charged;
    const std::string_view model = model_label(row.is);
    const auto add = [&](counter_family& family, std::int64_t by) {
      if (by == 0) return;
      family.at({to.tenant, to.feature, model, to.provider, by < 0 ? "given_back" : "charged"})
          .Increment(static_cast<double>(by < 0 ? -by : by));
    };
    add(*implementation_->corrected_cost, row.is.cost.count() - row.was.cost.count());
    add(*implementation_->corrected_tokens, row.is.used.total() - row.was.used.total());
  }
}

void metrics::committed(std::span<const ledger_row> rows,
                        std::span<const alert_crossing> crossings) {
  for (const ledger_row& row : rows)
    implementation_->commit(row);
  for (const alert_crossing& crossing : crossings) {
    implementation_->crossings->at({crossing.cap, crossing.scope, std::to_string(crossing.percent)})
        .Increment();
  }
}

void metrics::observe(const call_timing& timing) {
  const std::string_view streaming = timing.streaming ? "true" : "false";
  const auto record = [&](implementation& to, auto family, std::chrono::nanoseconds time) {
    (to.*family)->at({timing.model, timing.provider, streaming}).Observe(seconds(time));
  };
  record(*implementation_, &implementation::overhead, timing.overhead);
  record(*implementation_, &implementation::duration, timing.duration);
  if (timing.first_byte.count() > 0) {
    record(*implementation_, &implementation::first_token, timing.first_byte);
  }
}

void metrics::estimated(const estimate_outcome& compared) {
  const std::string_view basis = to_string(compared.basis);
  const auto reported = static_cast<double>(std::max<std::int64_t>(compared.reported_tokens, 1));
  implementation_->estimates->at({compared.model, compared.provider, basis})
      .Observe(static_cast<double>(compared.expected_tokens) / reported);
  auto& above = implementation_->above_bound->at({compared.model, compared.provider, basis});
  if (compared.reported_tokens > compared.bound_tokens) above.Increment();
}

void metrics::upstream_failed(std::string_view provider, upstream_fault fault) {
  implementation_->upstream_errors->at({provider, to_string(fault)}).Increment();
}

void metrics::unserved(std::string_view pattern) {
  implementation_->unserved->at({pattern}).Increment();
}

void metrics::refused(problem_kind kind) {
  const auto index = static_cast<std::size_t>(kind);
  if (index < problem_kind_count) implementation_->rejected[index]->Increment();
}

void metrics::refused_by_cap(std::string_view cap, refusal_reason reason, std::string_view tenant) {
  implementation_->refusals->at({cap, tenant, to_string(reason)}).Increment();
}

void metrics::connections_changed(int difference) {
  implementation_->connections->Increment(difference);
}

void metrics::storage_failed() {
  implementation_->storage_failures->Increment();
}

void metrics::prompt_counted(prompt_count_time when) {
  implementation_->prompt_counts[static_cast<std::size_t>(when)]->Increment();
}

std::string metrics::expose(const std::vector<cap_standing>& standings, const ledger_health& ledger,
                            std::size_t left_out) const {
  shown_standings shown = choose_standings(standings, implementation_->series_max);
  shown.hidden += left_out;
  implementation_->expect_crossings(shown.fullest);

  std::vector<prometheus::MetricFamily> families = implementation_->registry.Collect();
  for (auto& family : describe_standings(shown))
    families.push_back(family);
  for (auto& family : describe_ledger(ledger))
    families.push_back(family);
  for (auto& family : describe_process())
    families.push_back(family);

  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, families);
  return std::move(text).str();
}

}  // namespace stint
