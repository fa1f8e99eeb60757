// What an operator did to a cap while it counted: a raise lifts its limit for a time, a reset lets
// it start again at nothing. Each is kept for ever as an immutable record that says who, when, why
// and how much. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "budgets/records/cap.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

enum class adjustment_kind : std::uint8_t {
  raise,
  reset,
  correction  // of what resets forgave: a call from before one is told differently
};
[[nodiscard]] std::string_view to_string(adjustment_kind kind) noexcept;

struct adjustment {
  std::uint64_t number = 0;  // 1, 2, … in the order in which they were made
  adjustment_kind kind = adjustment_kind::raise;
  wall_time made{};
  std::string who;
  std::string reason;
  std::string cap;
  std::uint32_t cap_number = 0;  // of its counters on disk
  cap_unit unit = cap_unit::usd;
  bool every_scope = false;  // a raise of the whole cap; then `scope` is empty
  std::string scope;
  // In the cap's unit. A raise: what is added to the limit. A reset: what the counter stood at; the
  // counter on disk still has it, and is what the rows add up to. A correction: by how much more.
  std::int64_t amount = 0;
  wall_time window_start{};        // a reset: of the counter
  std::optional<wall_time> until;  // a raise; nothing: without end

  bool operator==(const adjustment&) const = default;
};

struct adjustment_order {
  adjustment_kind kind = adjustment_kind::raise;
  std::string cap;
  std::optional<std::string> scope;  // nothing: every scope
  std::int64_t by = 0;               // a raise; above 0
  std::optional<wall_time> until;    // a raise; nothing: to the end of the window that is open
  std::string who;
  std::string from;  // an address
  std::string reason;
  wall_time at{};
};

enum class adjustment_refusal : std::uint8_t {
  unknown_cap,
  of_each_call,     // a cap of the request window has no counter
  not_split,        // a scope was named, and the cap has none
  wrong_scope,      // not a value of what the cap is split by
  not_positive,     // a raise by nothing
  over_already,     // it would end before it began
  without_end,      // a cap that never resets needs to be told
  nothing_used,     // there is nothing to reset
  too_many_scopes,  // to be reset at once
  rebuilding,       // the cap's history is being read; a moment later it works
  rolling,          // usage that leaves bit by bit cannot be reset
  storage_unavailable
};

// Either what was made (a reset of every scope makes one record for each) or why nothing was.
struct adjusted {
  std::optional<adjustment_refusal> refused;
  std::vector<adjustment> made;
  // Of a raise, for each that was made: the limit that its scope had before.
  std::vector<std::int64_t> limits_before;
};

}  // namespace stint
