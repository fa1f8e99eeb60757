// What the ledger says about where its caps stand. Tested by tests/budgets/state/standings_test.cpp.
#include <algorithm>
#include <tuple>

#include "budgets/state/ledger/ledger.hpp"

namespace stint {
namespace {

__extension__ using wide = __int128;

[[nodiscard]] wide left_of(const counter& at) noexcept {
  return static_cast<wide>(at.limit) - at.posted - at.held;
}

}  // namespace

// The smallest share of its limit left, compared by cross-multiplication. A cap that enforces comes
// before one that only warns; a limit of zero has no share left.
std::optional<cap_standing> ledger::tightest_of(std::span<const touch> touches) const {
  const counter* best = nullptr;
  for (const auto& each : touches) {
    if (best == nullptr) {
      best = each.at;
      continue;
    }
    const cap& rule = caps_[each.at->cap_index].definition();
    const cap& best_rule = caps_[best->cap_index].definition();
    if (rule.mode != best_rule.mode) {
      if (rule.mode == cap_mode::enforce) best = each.at;
      continue;
    }
    if (best->limit <= 0) continue;
    if (each.at->limit <= 0 || left_of(*each.at) * best->limit < left_of(*best) * each.at->limit) {
      best = each.at;
    }
  }
  if (best == nullptr) return std::nullopt;
  return caps_[best->cap_index].standing_of(*best);
}

std::vector<cap_standing> ledger::standings(wall_time now) const {
  const wall_time moment = std::max(now, last_seen_);
  std::vector<cap_standing> all;
  for (const auto& each : caps_) {
    if (!each.counts()) continue;
    bool any = false;
    each.each([&](const counter& at) {
      auto standing = each.standing_at(at, moment);
      if (!standing) return;
      any |= !standing->window.end || moment < *standing->window.end;
      all.push_back(std::move(*standing));
    });
    // A cap that is not split has one scope, known before its first call.
    if (!any && each.definition().per.empty()) {
      counter none;
      none.window = window_at(each.definition().window, moment);
      none.limit = each.limit_of("", moment);
      all.push_back(each.standing_of(none));
    }
  }
  std::ranges::sort(
      all, {}, [](const cap_standing& at) { return std::tie(at.cap, at.scope, at.window.start); });
  return all;
}

}  // namespace stint
