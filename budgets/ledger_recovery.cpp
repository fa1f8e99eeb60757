// Tested by tests/budgets/ledger_recovery_test.cpp.
#include "budgets/ledger_recovery.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

namespace {

[[noreturn]] void damaged(const std::string& what) {
  throw std::runtime_error("the ledger cannot be used: " + what +
                           " cannot be read. Restore the latest backup, or move the directory "
                           "away to start an empty ledger");
}

// Counters of a closed calendar window are of use to people for a while; single buckets of a
// rolling one are not.
constexpr std::chrono::hours calendar_kept{24 * 40};
constexpr std::chrono::hours rolling_kept{24};

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

// Every cap that was ever configured, by identity. A cap that was away, or that selects other calls
// than before, keeps its usage, but its counters are no longer the sum of any set of rows.
struct ledger_recovery::registry {
  std::map<std::string, format::cap_value> caps;
  std::uint32_t next_number = 1;

  explicit registry(const ledger_store::moment& at) {
    at.scan(family::state, format::space_begin(format::space::caps),
            format::space_end(format::space::caps),
            [&](std::string_view key, std::string_view value) {
              const auto stored = format::read_cap(value);
              if (!stored) damaged("the register of caps");
              next_number = std::max(next_number, stored->number + 1);
              caps.emplace(key.substr(1), *stored);
              return true;
            });
  }

  [[nodiscard]] std::vector<numbered_cap> enter(const std::vector<cap>& list, std::uint32_t epoch) {
    std::map<std::string, format::cap_value> before = caps;
    for (auto& [identity, stored] : caps)
      stored.active = false;
    std::vector<numbered_cap> numbered;
    for (const cap& each : list) {
      const std::string identity = format::cap_identity(each);
      auto [at, fresh] = caps.try_emplace(identity);
      format::cap_value& stored = at->second;
      if (fresh) {
        stored = {.number = next_number++,
                  .since_epoch = epoch,
                  .match = format::match_text(each),
                  .kind = each.window.kind,
                  .length = each.window.length};
      } else {
        const format::cap_value& was = before.at(identity);
        stored.exact = was.exact && was.active && was.match == format::match_text(each);
        stored.match = format::match_text(each);
        stored.active = true;
      }
      numbered.push_back({.definition = each, .number = stored.number});
    }
    return numbered;
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> puts(std::uint32_t epoch) const {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& [identity, stored] : caps) {
      auto& [key, value] = result.emplace_back();
      format::append_cap_key(key, identity);
      format::append_cap(value, stored);
    }
    auto& [key, value] = result.emplace_back();
    key = format::epoch_key;
    format::append_number(value, epoch);
    return result;
  }
};

ledger_recovery::ledger_recovery(ledger_store& store, const std::vector<cap>& caps)
    : store_(store) {
  std::uint32_t epoch = 1;
  std::optional<registry> register_of_caps;
  {
    const ledger_store::moment at(store_);
    register_of_caps.emplace(at);
    if (const auto bytes = at.get(format::epoch_key)) {
      const auto last = format::read_number(*bytes);
      if (!last) damaged("the number of the cap list");
      epoch = static_cast<std::uint32_t>(*last) + 1;
    }
  }
  auto numbered = register_of_caps->enter(caps, epoch);
  const wall_time last_seen = store_.committed().last_seen;
  const ledger_changes none;
  const auto puts = register_of_caps->puts(epoch);
  if (const auto failed = store_.write({.changes = &none, .last_seen = last_seen, .puts = puts})) {
    throw std::runtime_error("the ledger cannot be written (" + failed->what +
                             "): check the disk and its free space");
  }
  for (const auto& [identity, stored] : register_of_caps->caps) {
    if (const auto span = kept_after_start(stored)) {
      registered_.push_back({.number = stored.number, .counters_kept = *span});
    }
  }
  ledger_ = std::make_unique<ledger>(std::move(numbered), epoch, last_seen);
  load_open_counters();
}

// Of the windows that were open at the latest time seen, and of rolling windows the buckets that
// counted then: the ledger goes on from there, and a later window has no counters yet.
void ledger_recovery::load_open_counters() {
  const ledger_store::moment at(store_);
  const auto& caps = ledger_->caps();
  for (std::uint32_t index = 0; index < caps.size(); ++index) {
    if (!caps[index].counts()) continue;
    const wall_time latest = counter_start(caps[index].definition().window, ledger_->last_seen());
    std::string from;
    std::string until;
    format::append_counters_prefix(from, caps[index].number(), caps[index].current().start);
    format::append_counters_prefix(until, caps[index].number(),
                                   latest + std::chrono::microseconds{1});
    at.scan(family::state, from, until, [&](std::string_view key, std::string_view value) {
      const auto start = format::read_counter_start(key);
      const auto scope = format::read_counter_scope(key);
      const auto stored = format::read_counter(value);
      if (!start || !scope || !stored) damaged("a counter of cap " + caps[index].definition().name);
      ledger_->restore_counter(index, {.start = *start,
                                       .scope = *scope,
                                       .posted = stored->posted,
                                       .threshold = stored->threshold});
      return true;
    });
  }
}

std::vector<call_id> ledger_recovery::restore_holds(ledger& into, std::size_t count) {
  std::vector<format::hold_value> found;
  std::string from = format::space_begin(format::space::holds);
  if (last_restored_) {
    from.clear();
    format::append_hold_key(from, *last_restored_);
    from.push_back('\0');
  }
  const ledger_store::moment at(store_);
  at.scan(family::state, from, format::space_end(format::space::holds),
          [&](std::string_view key, std::string_view value) {
            const auto id = format::read_hold_key(key);
            auto hold = id ? format::read_hold(*id, value) : std::nullopt;
            if (!hold) damaged("a pending hold");
            found.push_back(std::move(*hold));
            return found.size() < count;
          });
  std::vector<call_id> ids;
  for (format::hold_value& each : found) {
    ids.push_back(each.request.id);
    auto touches = restore_counters(into, each.touches);
    into.restore_hold(std::move(each.request), each.epoch, touches);
  }
  if (!ids.empty()) last_restored_ = ids.back();
  return ids;
}

// A hold of a cap that is no longer configured has no counter to settle in; nobody asks for it.
std::vector<ledger::stored_touch> ledger_recovery::restore_counters(
    ledger& into, const std::vector<format::hold_touch>& touches) {
  std::vector<ledger::stored_touch> restored;
  const auto& caps = into.caps();
  for (const format::hold_touch& each : touches) {
    const auto of = std::ranges::find(caps, each.cap_number, &cap_counters::number);
    if (of == caps.end()) continue;
    const auto index = static_cast<std::uint32_t>(of - caps.begin());
    if (of->find_at(each.start, each.scope) == nullptr) {
      std::string key;
      format::append_counter_key(
          key, {.cap_number = each.cap_number, .start = each.start, .scope = each.scope});
      const auto bytes = ledger_store::moment(store_).get(key);
      const auto stored = bytes ? format::read_counter(*bytes) : format::counter_value{};
      if (!stored) damaged("a counter of cap " + of->definition().name);
      into.restore_counter(index, {.start = each.start,
                                   .scope = each.scope,
                                   .posted = stored->posted,
                                   .threshold = stored->threshold});
    }
    restored.push_back(
        {.cap_index = index, .start = each.start, .scope = each.scope, .amount = each.amount});
  }
  return restored;
}

}  // namespace stint
