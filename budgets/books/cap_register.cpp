// Tested by tests/budgets/books/recovery_test.cpp and cap_history_test.cpp.
#include "budgets/books/cap_register.hpp"

#include <algorithm>
#include <string_view>

#include "budgets/books/damage.hpp"

namespace stint {

namespace format = ledger_format;

namespace {

// Counters of a closed calendar window are of use to people for a while; single buckets of a
// rolling one are not.
constexpr std::chrono::hours calendar_kept{24 * 40};
constexpr std::chrono::hours rolling_kept{24};

// The first moment at which a window can start that has not started yet.
[[nodiscard]] wall_time after(wall_time last_seen) {
  return last_seen + std::chrono::microseconds{1};
}

}  // namespace

std::optional<std::chrono::hours> kept_after_start(const format::cap_value& of) noexcept {
  using std::chrono::hours;
  switch (of.kind) {
    case window_kind::minute:
    case window_kind::hour:
      return calendar_kept + hours{1};
    case window_kind::day:
      return calendar_kept + hours{25};
    case window_kind::week:
      return calendar_kept + hours{24 * 7 + 1};
    case window_kind::month:
      return calendar_kept + hours{24 * 31 + 1};
    case window_kind::quarter:
      return calendar_kept + hours{24 * 92 + 1};
    case window_kind::year:
      return calendar_kept + hours{24 * 366 + 1};
    case window_kind::rolling:
      return rolling_kept + std::chrono::ceil<hours>(2 * of.length);
    case window_kind::request:
    case window_kind::forever:
      return std::nullopt;
  }
  return std::nullopt;
}

cap_register::cap_register(const ledger_store::moment& at) {
  at.scan(ledger_store::family::state, format::space_begin(format::space::caps),
          format::space_end(format::space::caps),
          [&](std::string_view key, std::string_view value) {
            const auto stored = format::read_cap(value);
            if (!stored) refuse_damaged_start("the register of caps");
            next_number_ = std::max(next_number_, stored->number + 1);
            caps_.emplace(key.substr(1), *stored);
            return true;
          });
  if (const auto bytes = at.get(format::epoch_key)) {
    const auto last = format::read_number(*bytes);
    if (!last) refuse_damaged_start("the number of the cap list");
    epoch_ = static_cast<std::uint32_t>(*last);
  }
}

cap_register::entered cap_register::enter(const std::vector<cap>& list, wall_time last_seen) {
  ++epoch_;
  const std::map<std::string, format::cap_value> before = caps_;
  for (auto& [identity, stored] : caps_)
    stored.active = false;
  entered result;
  for (const cap& each : list) {
    const std::string identity = format::cap_identity(each);
    const auto [at, fresh] = caps_.try_emplace(identity);
    format::cap_value& stored = at->second;
    const std::string match = format::match_text(each);
    // Whoever came to a zone was counted in the windows of another: as if the cap were new.
    const bool moved = each.tenants != nullptr && stored.match != match;
    const bool stays = !fresh && before.at(identity).active && !stored.rebuilding && !moved;
    if (fresh) stored.number = next_number_++;
    if (stays && (stored.match != match || stored.whole_from == wall_time::max())) {
      stored.whole_from = after(last_seen);
    }
    stored.match = match;
    stored.kind = each.window.kind;
    stored.length = each.window.length;
    stored.active = true;
    if (!stays && each.window.kind != window_kind::request) {
      const window open = window_at(each.window, last_seen);
      stored.since_epoch = 0;
      stored.whole_from = open.start;
      stored.rebuilding = true;
      result.unread.push_back({.definition = each, .number = stored.number, .window = open});
    }
    result.caps.push_back({.definition = each,
                           .number = stored.number,
                           .incomplete = stored.incomplete,
                           .fresh = stored.rebuilding});
  }
  return result;
}

void cap_register::rebuilt(const std::vector<cap_history>& histories, wall_time last_seen) {
  for (const cap_history& each : histories) {
    const auto at = std::ranges::find(caps_, each.number,
                                      [](const auto& entry) { return entry.second.number; });
    if (at == caps_.end()) continue;
    at->second.rebuilding = false;
    at->second.incomplete.reset();
    if (each.complete) continue;
    at->second.incomplete = each.start;
    at->second.whole_from = after(last_seen);
  }
}

std::vector<std::pair<std::string, std::string>> cap_register::puts() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [identity, stored] : caps_) {
    auto& [key, value] = result.emplace_back();
    format::append_cap_key(key, identity);
    format::append_cap(value, stored);
  }
  auto& [key, value] = result.emplace_back();
  key = format::epoch_key;
  format::append_number(value, epoch_);
  return result;
}

bool cap_register::counted(std::uint32_t number, std::uint32_t epoch,
                           wall_time start) const noexcept {
  return std::ranges::any_of(caps_, [&](const auto& entry) {
    const format::cap_value& of = entry.second;
    return of.number == number && of.since_epoch <= epoch && of.whole_from <= start;
  });
}

std::vector<registered_cap> cap_register::registered() const {
  std::vector<registered_cap> result;
  for (const auto& [identity, stored] : caps_) {
    if (const auto span = kept_after_start(stored))
      result.push_back({.number = stored.number, .counters_kept = *span});
  }
  return result;
}

}  // namespace stint
