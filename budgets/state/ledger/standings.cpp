// What the ledger says about where its caps stand. Tested by tests/budgets/state/standings_test.cpp.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "budgets/state/ledger/ledger.hpp"

namespace stint {
namespace {

__extension__ using wide = __int128;

// The share of the limit that is used or held; a limit of 0 forbids, so it is always full.
struct fullness {
  wide part = 1;
  wide limit = 1;
  bool yields_place = false;
};

[[nodiscard]] fullness fullness_of(const counter& at, const cap& rule) noexcept {
  if (at.limit <= 0) return {.yields_place = rule.yields_place};
  return {.part = static_cast<wide>(at.posted) + at.held,
          .limit = at.limit,
          .yields_place = rule.yields_place};
}

[[nodiscard]] fullness fullness_of(const cap_standing& at) noexcept {
  if (at.limit <= 0) return {.yields_place = at.yields_place};
  return {.part = static_cast<wide>(at.used) + at.held,
          .limit = at.limit,
          .yields_place = at.yields_place};
}

// Whether the one is to be shown rather than the other.
[[nodiscard]] bool fuller(const fullness& a, const fullness& b) noexcept {
  if (a.yields_place != b.yields_place) return b.yields_place;
  return a.part * b.limit > b.part * a.limit;
}

[[nodiscard]] bool fuller_standing(const cap_standing& a, const cap_standing& b) noexcept {
  return fuller(fullness_of(a), fullness_of(b));
}

[[nodiscard]] wide left_of(const counter& at) noexcept {
  return static_cast<wide>(at.limit) - at.posted - at.held;
}

}  // namespace

void standings_walk::begin_again() {
  found.clear();
  left_out = 0;
  cap = 0;
  ahead.reset();
  any = false;
}

void standings_walk::take(cap_standing standing) {
  if (found.size() < count_max) {
    found.push_back(std::move(standing));
    if (found.size() == count_max) std::ranges::make_heap(found, fuller_standing);
    return;
  }
  ++left_out;
  if (found.empty() || !fuller_standing(standing, found.front())) return;
  std::ranges::pop_heap(found, fuller_standing);
  found.back() = std::move(standing);
  std::ranges::push_heap(found, fuller_standing);
}

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

void ledger::weigh_standing(const cap_counters& of, const counter& at, wall_time moment,
                            standings_walk& into) const {
  const bool open = !at.window.end || moment < *at.window.end;
  auto& found = into.found;
  const bool full = found.size() >= into.count_max;
  // Most are as empty as most: they need not be told to be left out.
  if (full && !of.rolls() &&
      !fuller(fullness_of(at, of.definition()), fullness_of(found.front()))) {
    if (!open && at.held == 0) return;
    into.any |= open;
    ++into.left_out;
    return;
  }
  auto standing = of.standing_at(at, moment);
  if (!standing) return;
  into.any |= !standing->window.end || moment < *standing->window.end;
  into.take(std::move(*standing));
}

bool ledger::walk_standings(standings_walk& walk, wall_time now, std::size_t& budget) const {
  const wall_time moment = std::max(now, last_seen_);
  for (; walk.cap < caps_.size(); ++walk.cap) {
    const cap_counters& of = caps_[walk.cap];
    if (!of.counts()) continue;
    std::size_t ahead =
        std::min(walk.ahead.value_or(of.counters_in_memory()), of.counters_in_memory());
    for (; ahead != 0 && budget != 0; --budget)
      weigh_standing(of, of.counter_at(--ahead), moment, walk);
    walk.ahead = ahead;
    if (ahead != 0) return false;
    // A cap that is not split has one scope, known before its first call.
    if (!walk.any && of.definition().per.empty()) {
      counter none;
      none.window = window_at(of.definition().window, moment);
      none.limit = of.limit_of("", moment);
      walk.take(of.standing_of(none));
    }
    walk.ahead.reset();
    walk.any = false;
  }
  return true;
}

std::vector<cap_standing> ledger::standings(wall_time now) const {
  standings_walk all;
  auto budget = std::numeric_limits<std::size_t>::max();
  (void)walk_standings(all, now, budget);
  sort_standings(all.found);
  return std::move(all.found);
}

}  // namespace stint
