// What Prometheus sees. Everything that counts calls, tokens or money is derived from committed ledger rows, on the ledger
// thread; only what the ledger cannot know (latencies, open connections, faults) is observed beside it. Handles are kept, so
// that an observation costs no look-up, and every family has a bounded number of series: what is beyond it is labelled "other".
// All names and labels: dashboards/README.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "budgets/records/alert.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/writer/ledger_thread.hpp"
#include "gateway/problem.hpp"

namespace stint {

enum class upstream_fault : std::uint8_t {
  refused,
  tls,
  reset,
  timeout,
  garbage,
  status_4xx,
  status_429,
  status_5xx
};
[[nodiscard]] std::string_view to_string(upstream_fault fault) noexcept;

// When a prompt was counted: before its call was held; while the provider was thinking, because its byte bound had admitted the
// call; or not at all, because the call ended before the count did.
enum class prompt_count_time : std::uint8_t { before_hold, after_forwarding, not_needed };
[[nodiscard]] std::string_view to_string(prompt_count_time when) noexcept;

// One call's times, measured with the monotonic clock by the connection that served it.
struct call_timing {
  std::string_view model;
  std::string_view provider;
  bool streaming = false;
  // Ours: total minus waiting for the client and for the provider.
  std::chrono::nanoseconds overhead{};
  std::chrono::nanoseconds duration{};    // head read to last byte written
  std::chrono::nanoseconds first_byte{};  // forwarded to first byte of the answer; 0: none
};

// How our count of a prompt compares with the provider's.
enum class estimate_basis : std::uint8_t { exact, learned, fixed };
[[nodiscard]] std::string_view to_string(estimate_basis basis) noexcept;
struct estimate_outcome {
  std::string_view model;
  std::string_view provider;
  estimate_basis basis = estimate_basis::fixed;
  std::int64_t expected_tokens = 0;
  std::int64_t bound_tokens = 0;
  std::int64_t reported_tokens = 0;  // above 0
};

class metrics {
 public:
  explicit metrics(std::size_t series_per_family_max);
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  // The thresholds of the caps and the names of the providers, at start and after every reload, so that crossing counters of
  // each live scope and error counters of each provider are exposed at 0 before they count anything: increase() cannot see a
  // counter that first appears at 1. Thresholds of a cap not named here are taken to be 50, 80 and 100. Any thread.
  void watch(const std::vector<cap>& caps, const std::vector<std::string>& providers);

  // The ledger's on_committed. Ledger thread only.
  void committed(std::span<const ledger_row> rows, std::span<const alert_crossing> crossings);

  // The ledger's on_amended. What a call was charged at first stays in the counters above, which never fall; ledger thread only.
  void amended(std::span<const amended_row> rows);

  // Any thread.
  void observe(const call_timing& timing);
  void estimated(const estimate_outcome& compared);
  void upstream_failed(std::string_view provider, upstream_fault fault);
  // A request for what is refused or unknown: by a pattern of the table, or "unknown", so that nobody who
  // may ask anything makes series.
  void unserved(std::string_view pattern);
  void refused(problem_kind kind);  // refusals before a ledger row exists (401, 404, 413, …)
  void refused_by_cap(std::string_view cap, refusal_reason reason, std::string_view tenant);
  void connections_changed(int difference);
  void storage_failed();
  void prompt_counted(prompt_count_time when);

  // The exposition text (Prometheus format 0.0.4, "text/plain; version=0.0.4; charset=utf-8"): the registry plus gauges of the
  // given standings and ledger health. Of more standings than the series budget the fullest are shown; `left_out` more were
  // not even listed. Any thread.
  [[nodiscard]] std::string expose(const std::vector<cap_standing>& standings,
                                   const ledger_health& ledger, std::size_t left_out = 0) const;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace stint
