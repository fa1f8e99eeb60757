// Tested by tests/budgets/records/row_test.cpp.
#include "budgets/records/row.hpp"

namespace stint {

std::string_view to_string(usage_source source) noexcept {
  switch (source) {
    case usage_source::provider:
      return "provider";
    case usage_source::counted:
      return "counted";
    case usage_source::orphaned:
      return "orphaned";
    case usage_source::none:
      return "none";
  }
  return "unknown";
}

std::string_view to_string(call_outcome outcome) noexcept {
  switch (outcome) {
    case call_outcome::completed:
      return "completed";
    case call_outcome::client_gone:
      return "client_gone";
    case call_outcome::upstream_error:
      return "upstream_error";
    case call_outcome::upstream_gone:
      return "upstream_gone";
    case call_outcome::rejected:
      return "rejected";
    case call_outcome::refused:
      return "refused";
    case call_outcome::orphaned:
      return "orphaned";
    case call_outcome::unmetered:
      return "unmetered";
    case call_outcome::cut:
      return "cut";
  }
  return "unknown";
}

bool has_sound_legs(const ledger_row& row) noexcept {
  if (row.legs.empty()) return true;
  if (row.legs.size() == 1 || row.legs.size() > legs_max) return false;
  usage used;
  std::int64_t cost = 0;
  bool overflows = false;  // as only bytes that somebody else wrote can
  const auto add = [&overflows](std::int64_t& sum, std::int64_t more) {
    overflows = __builtin_add_overflow(sum, more, &sum) || overflows;
  };
  for (const leg& each : row.legs) {
    for (const usage_kind& kind : usage_kinds)
      add(used.*kind.count, each.used.*kind.count);
    add(cost, each.cost.count());
  }
  return !overflows && used == row.used && nanodollars{cost} == row.cost;
}

std::vector<leg> legs_of(const ledger_row& row) {
  if (!row.legs.empty()) return row.legs;
  return {{.why = leg_reason::answer,
           .model = row.model_served,
           .provider = row.charged.provider,
           .tier = row.tier,
           .used = row.used,
           .cost = row.cost,
           .price_version = row.price_version}};
}

bool carries_usage(const ledger_row& row) noexcept {
  return row.used != usage{} || row.cost != nanodollars{};
}

amounts posted_amounts(const ledger_row& row) noexcept {
  const bool was_held = row.held.requests != 0;
  return {.input_tokens = row.used.input_total(),
          .output_tokens = row.used.output_total(),
          .cost = row.cost,
          .requests = was_held ? row.held.requests : (carries_usage(row) ? 1 : 0)};
}

bool exceeds(const amounts& used, const amounts& held) noexcept {
  return used.input_tokens > held.input_tokens || used.output_tokens > held.output_tokens ||
         used.cost > held.cost;
}

}  // namespace stint
