// Tested by tests/budgets/books/recovery_test.cpp.
#include "budgets/books/recovery.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>

#include "budgets/books/damage.hpp"

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

ledger_recovery::ledger_recovery(ledger_store& store, const std::vector<cap>& caps,
                                 const opening& how)
    : store_(store), register_(ledger_store::moment(store)) {
  const wall_time last_seen = store_.committed().last_seen;
  auto entered = register_.enter(caps, last_seen);
  write_register(caps, how);
  ledger_ = std::make_unique<ledger>(std::move(entered.caps), register_.epoch(), last_seen);
  load_adjustments();
  std::vector<std::uint32_t> fresh;
  for (const unread_cap& each : entered.unread)
    fresh.push_back(each.number);
  ledger_->expect_history(fresh);
  load_open_counters();
  load_histories(entered.unread);
}

void ledger_recovery::write_register(const std::vector<cap>& caps, const opening& how) {
  const ledger_changes none;
  auto puts = register_.puts();
  audit_caps(caps, how, puts);
  const wall_time last_seen = store_.committed().last_seen;
  if (const auto failed = store_.write({.changes = &none, .last_seen = last_seen, .puts = puts})) {
    throw std::runtime_error("the ledger cannot be written (" + failed->what +
                             "): check the disk and its free space");
  }
}

void ledger_recovery::audit_caps(const std::vector<cap>& caps, const opening& how,
                                 std::vector<std::pair<std::string, std::string>>& puts) const {
  const shown_caps next = shown(caps);
  const auto bytes = ledger_store::moment(store_).get(format::caps_shown_key);
  const auto was = bytes ? format::read_shown_caps(*bytes) : next;
  if (!was) refuse_damaged_start("what the caps said");
  std::uint64_t number = next_audit();
  for (audit_record& each : changes_of_caps(*was, next, how.by)) {
    each.made = how.now;
    auto& [key, value] = puts.emplace_back();
    format::append_audit_key(key, number++);
    format::append_audit(value, each);
  }
  auto& [key, value] = puts.emplace_back();
  key = format::caps_shown_key;
  format::append_shown_caps(value, next);
}

void ledger_recovery::load_adjustments() {
  const ledger_store::moment at(store_);
  at.scan(family::state, format::space_begin(format::space::adjustments),
          format::space_end(format::space::adjustments),
          [&](std::string_view key, std::string_view value) {
            const auto number = format::read_adjustment_key(key);
            auto made = number ? format::read_adjustment(*number, value) : std::nullopt;
            if (!made) refuse_damaged_start("an adjustment of a cap");
            next_adjustment_ = *number + 1;
            ledger_->restore_adjustment(std::move(*made));
            return true;
          });
}

std::uint64_t ledger_recovery::next_audit() const {
  std::uint64_t next = 1;
  ledger_store::moment(store_).scan_down(family::state, format::space_begin(format::space::audits),
                                         format::space_end(format::space::audits),
                                         [&](std::string_view key, std::string_view) {
                                           const auto number = format::read_audit_key(key);
                                           if (!number) refuse_damaged_start("an audit record");
                                           next = *number + 1;
                                           return false;
                                         });
  return next;
}

void ledger_recovery::load_histories(const std::vector<unread_cap>& unread) {
  if (unread.empty()) return;
  histories_ = read_histories(ledger_store::moment(store_), unread);
  for (const cap_history& each : histories_)
    each.give(*ledger_);
}

// Of the windows that were open at the latest time seen, and of rolling windows the buckets that
// counted then: the ledger goes on from there, and a later window has no counters yet.
void ledger_recovery::load_open_counters() {
  const ledger_store::moment at(store_);
  const auto& caps = ledger_->caps();
  for (std::uint32_t index = 0; index < caps.size(); ++index) {
    if (!caps[index].counts() || ledger_->expects_history(caps[index].number())) continue;
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
      if (!start || !scope || !stored)
        refuse_damaged_start("a counter of cap " + caps[index].definition().name);
      ledger_->restore_counter(index, format::restorable(*start, *scope, *stored));
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
            if (!hold) refuse_damaged_start("a pending hold");
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
      if (!stored) refuse_damaged_start("a counter of cap " + of->definition().name);
      into.restore_counter(index, format::restorable(each.start, each.scope, *stored));
    }
    restored.push_back(
        {.cap_index = index, .start = each.start, .scope = each.scope, .amount = each.amount});
  }
  return restored;
}

}  // namespace stint
