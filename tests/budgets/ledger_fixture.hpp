// What the ledger's tests share: a directory that goes away, calls that differ where a test cares,
// and a ledger writer driven one operation at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "budgets/records/alert.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/writer/ledger_writer.hpp"
#include "scratch_directory.hpp"

namespace stint::testing {

// 2026-03-02 10:00:00 UTC, a Monday.
inline constexpr wall_time monday_ten{std::chrono::seconds{1'772'445'600}};

[[nodiscard]] inline call_id numbered_id(std::uint64_t number, wall_time at = monday_ten) {
  return make_call_id(at, number, number);
}

[[nodiscard]] inline cap usd_cap(std::string name, std::int64_t limit,
                                 window_kind kind = window_kind::day) {
  cap result;
  result.name = std::move(name);
  result.limit = limit;
  result.window.kind = kind;
  return result;
}

[[nodiscard]] inline cap token_cap(std::string name, std::int64_t limit,
                                   window_kind kind = window_kind::day) {
  cap result = usd_cap(std::move(name), limit, kind);
  result.unit = cap_unit::tokens;
  return result;
}

[[nodiscard]] inline attribution charged_to(std::string tenant, std::string feature = "chat") {
  return {.tenant = std::move(tenant),
          .feature = std::move(feature),
          .key = "key_1",
          .user = "",
          .model = "gpt-5",
          .provider = "openai"};
}

// Holds this many nano-dollars and as many tokens, half of them output.
[[nodiscard]] inline hold_request hold_of(std::uint64_t number, std::int64_t worst,
                                          wall_time at = monday_ten,
                                          const std::string& tenant = "acme") {
  hold_request request;
  request.id = numbered_id(number, at);
  request.admitted = at;
  request.charged = charged_to(tenant);
  request.worst = {.input_tokens = worst - worst / 2,
                   .output_tokens = worst / 2,
                   .cost = nanodollars{worst},
                   .requests = 1};
  request.known.input_tokens = worst - worst / 2;
  request.known_cost = nanodollars{worst - worst / 2};
  request.price_version = "2026-03-01";
  return request;
}

[[nodiscard]] inline settlement settle_of(const call_id& id, std::int64_t used,
                                          wall_time at = monday_ten) {
  settlement what;
  what.id = id;
  what.used.input_tokens = used - used / 2;
  what.used.output_tokens = used / 2;
  what.cost = nanodollars{used};
  what.status = 200;
  what.ended = at;
  return what;
}

// A writer whose clock is set by hand, and whose operations are groups of one.
class driven_writer {
 public:
  explicit driven_writer(ledger_options options) : writer(configured(std::move(options))) {}

  [[nodiscard]] admission hold(hold_request request) {
    std::optional<admission> result;
    run(hold_operation{.request = std::make_unique<hold_request>(std::move(request)),
                       .answer = [&](admission answer) { result = std::move(answer); }});
    return std::move(result.value());
  }
  [[nodiscard]] settled settle(settlement what) {
    std::optional<settled> result;
    run(settle_operation{.what = std::move(what),
                         .answer = [&](settled answer) { result = std::move(answer); }});
    return std::move(result.value());
  }
  [[nodiscard]] settled record(ledger_row row) {
    std::optional<settled> result;
    run(record_operation{.row = std::move(row),
                         .answer = [&](settled answer) { result = std::move(answer); }});
    return std::move(result.value());
  }
  [[nodiscard]] std::vector<cap_standing> standings() {
    std::vector<cap_standing> result;
    run(standings_operation{
        .answer = [&](listed_standings answer) { result = std::move(answer.list); }});
    sort_standings(result);
    return result;
  }
  // The first half of a change of caps: they count from now on, and their histories are to be read.
  [[nodiscard]] reconfigured begin_reconfigure(std::vector<cap> caps) {
    std::optional<reconfigured> result;
    run(reconfigure_operation{.caps = std::move(caps),
                              .by = {.who = "configuration", .from = "f", .reason = "reload"},
                              .answer = [&](reconfigured answer) { result = std::move(answer); }});
    return std::move(result.value());
  }
  // The second half; false when the storage failed.
  bool add_histories(reconfigured begun) {
    if (begun.unread.empty()) return begun.recorded;
    auto histories = read_histories(*begun.as_of, begun.unread);
    begun.as_of.reset();
    bool recorded = false;
    run(history_operation{.histories = std::move(histories),
                          .answer = [&](bool answer) { recorded = answer; }});
    return recorded;
  }
  bool reconfigure(std::vector<cap> caps) {
    auto begun = begin_reconfigure(std::move(caps));
    return begun.recorded && add_histories(std::move(begun));
  }
  [[nodiscard]] adjusted adjust(adjustment_order order) {
    order.at = clock;
    std::optional<adjusted> result;
    run(adjust_operation{.order = std::move(order),
                         .answer = [&](adjusted answer) { result = std::move(answer); }});
    return std::move(result.value());
  }
  [[nodiscard]] amended amend(amendment_order order) {
    order.at = clock;
    std::optional<amended> result;
    run(amend_operation{.order = std::move(order),
                        .answer = [&](amended answer) { result = std::move(answer); }});
    return std::move(result.value());
  }
  void run(operation what) { writer.process(std::span(&what, 1)); }
  void upkeep(int runs = 1) {
    for (int i = 0; i < runs; ++i)
      writer.upkeep(writer.next_upkeep());
  }

  wall_time clock = monday_ten;
  std::vector<ledger_row> committed;
  std::vector<alert_crossing> alerts;

 private:
  ledger_options configured(ledger_options options) {
    if (!options.now) options.now = [this] { return clock; };
    options.on_committed = [this](std::span<const ledger_row> rows,
                                  std::span<const alert_crossing> crossings) {
      committed.insert(committed.end(), rows.begin(), rows.end());
      alerts.insert(alerts.end(), crossings.begin(), crossings.end());
    };
    return options;
  }

 public:
  ledger_writer writer;  // after what its options refer to
};

[[nodiscard]] inline const cap_standing* find_standing(const std::vector<cap_standing>& all,
                                                       const std::string& cap,
                                                       const std::string& scope = "") {
  for (const auto& each : all) {
    if (each.cap == cap && each.scope == scope) return &each;
  }
  return nullptr;
}

}  // namespace stint::testing
