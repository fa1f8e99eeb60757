// What somebody did by hand to the books, the caps or the keys: who, from where, what was, what is,
// and why. Kept for ever beside whatever it changed. Plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "budgets/records/adjustment.hpp"
#include "budgets/records/cap.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

enum class audited_act : std::uint8_t {
  cap_raised,
  cap_reset,
  caps_changed,  // by another configuration
  key_created,
  key_revoked,
  call_released,
  call_corrected,
  clock_repaired
};
[[nodiscard]] std::string_view to_string(audited_act act) noexcept;

// Who does something, from where, and why; as they say it.
struct signature {
  std::string who;   // "admin"
  std::string from;  // an address, or "configuration"
  std::string reason;
  bool operator==(const signature&) const = default;
};

struct audit_record {
  std::uint64_t number = 0;  // 1, 2, … in the order in which they were made
  wall_time made{};
  audited_act act = audited_act::cap_raised;
  signature by;
  std::string subject;  // a cap's name and scope, a key's id, a call's id
  std::string was;
  std::string is;
  bool operator==(const audit_record&) const = default;
};

// "12.50 usd", "500 tokens", as records show it; below zero with its sign.
[[nodiscard]] std::string shown_amount(cap_unit unit, std::int64_t amount);
// All that a cap says, in one line.
[[nodiscard]] std::string shown_cap(const cap& of);

// What a raise or a reset changed. `limits` of a raise: before and after it.
struct limit_change {
  std::int64_t was = 0;
  std::int64_t is = 0;
};
[[nodiscard]] audit_record audit_of(const adjustment& made, const limit_change& limits,
                                    const std::string& from);

// What each cap of a list says, by its name.
using shown_caps = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] shown_caps shown(const std::vector<cap>& list);
// One record for each cap that is new, gone or said anew; neither numbered nor dated.
[[nodiscard]] std::vector<audit_record> changes_of_caps(const shown_caps& was, const shown_caps& is,
                                                        const signature& by);

}  // namespace stint
