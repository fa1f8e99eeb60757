// The part of ledger_writer.hpp that tells settled calls differently, and records who changed what.
// Tested by tests/budgets/writer/amend_test.cpp.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "budgets/store/format.hpp"
#include "budgets/writer/ledger_writer.hpp"

namespace stint {

namespace format = ledger_format;

namespace {

[[nodiscard]] std::string shown_charge(const ledger_row& row) {
  return std::to_string(row.used.input_total()) + " input and " +
         std::to_string(row.used.output_total()) + " output tokens, " +
         shown_amount(cap_unit::usd, row.cost.count());
}

}  // namespace

void ledger_writer::apply(amend_operation& what) {
  amended result;
  try {
    result = amend_row(what.order);
  } catch (const std::runtime_error& unreadable) {
    note_failure({unreadable.what()});
    cap_puts_.clear();
    result.refused = amendment_refusal::storage_unavailable;
  }
  caps_waiters_.emplace_back(
      [answer = std::move(what.answer), result = std::move(result)](bool recorded) mutable {
        if (!recorded && !result.refused) result.refused = amendment_refusal::storage_unavailable;
        answer(std::move(result));
      });
}

amended ledger_writer::amend_row(const amendment_order& order) {
  const auto refuse = [](amendment_refusal why) { return amended{.refused = why, .row = {}}; };
  if (ledger_->find_hold(order.id) != nullptr) return refuse(amendment_refusal::still_running);
  const ledger_store::moment at(store_);
  const auto bytes = at.row(order.id);
  if (!bytes) return refuse(amendment_refusal::no_such_call);
  auto found = format::read_row(order.id, *bytes);
  if (!found) throw std::runtime_error("a row of the ledger is damaged");
  amended result;
  result.row.was = found->row;
  result.row.epoch = found->epoch;
  result.row.is = std::move(found->row);
  result.refused = amend(order, result.row.is);
  if (result.refused) return result;
  for (const cap_counters& each : ledger_->caps()) {
    if (ledger_->expects_history(each.number())) return refuse(amendment_refusal::rebuilding);
  }
  repost(at, result.row, order);
  audit_record record;
  record.made = order.at;
  record.act = order.correct ? audited_act::call_corrected : audited_act::call_released;
  record.by = order.by;
  record.subject = to_string(order.id);
  record.was = shown_charge(result.row.was);
  record.is = shown_charge(result.row.is);
  cap_puts_.push_back(audit(std::move(record)));
  ledger_->replace_row(result.row);
  return result;
}

// Every counter that has the row in it, in memory or, of windows that are long over, on disk alone.
// One that is gone was deleted with its window. What must be read is read before anything changes.
void ledger_writer::repost(const ledger_store::moment& at, const amended_row& row,
                           const amendment_order& order) {
  const amounts was = posted_amounts(row.was);
  const amounts is = posted_amounts(row.is);
  struct place {
    std::uint32_t index = 0;
    wall_time start{};
    std::string scope;
    ledger::charge_change charge;
  };
  const bool was_unknown = (row.was.flags & row_flag::unknown) != 0;
  std::vector<place> in_memory;
  const auto& caps = ledger_->caps();
  for (std::uint32_t index = 0; index < caps.size(); ++index) {
    const cap& rule = caps[index].definition();
    ledger::charge_change charge{.by = is.in(rule.unit) - was.in(rule.unit)};
    if (was_unknown) charge.known_since = was.in(rule.unit);
    const bool changes = charge.by != 0 || charge.known_since != 0;
    if (!changes || !caps[index].counts() || !rule.selects(row.is.charged)) continue;
    place one{.index = index,
              .start = counter_start(rule.window, row.is.admitted),
              .scope = scope_of(row.is.charged, rule.per),
              .charge = charge};
    if (!register_.counted(caps[index].number(), row.epoch, one.start)) continue;
    if (caps[index].find_at(one.start, one.scope) != nullptr) {
      in_memory.push_back(std::move(one));
    } else {
      repost_on_disk(
          at, {.cap_number = caps[index].number(), .start = one.start, .scope = one.scope}, charge);
    }
  }
  for (const place& one : in_memory) {
    const counter_place where{.start = one.start, .scope = one.scope};
    if (ledger_->repost(one.index, where, row.is.ended, one.charge) != ledger::reposted::forgiven)
      continue;
    if (one.charge.by == 0) continue;
    const cap& rule = caps[one.index].definition();
    adjustment less;
    less.number = next_adjustment_++;
    less.kind = adjustment_kind::correction;
    less.made = order.at;
    less.who = order.by.who;
    less.reason = "call " + to_string(order.id) + ": " + order.by.reason;
    less.cap = rule.name;
    less.cap_number = caps[one.index].number();
    less.unit = rule.unit;
    less.scope = one.scope;
    less.amount = one.charge.by;
    less.window_start = one.start;
    auto& [key, value] = cap_puts_.emplace_back();
    format::append_adjustment_key(key, less.number);
    format::append_adjustment(value, less);
  }
}

void ledger_writer::repost_on_disk(const ledger_store::moment& at, const format::counter_key& of,
                                   const ledger::charge_change& charge) {
  std::string key;
  format::append_counter_key(key, of);
  const auto bytes = at.get(key);
  auto stored = bytes ? format::read_counter(*bytes) : std::nullopt;
  if (!stored) return;
  stored->posted += charge.by;
  stored->unknown = std::max<std::int64_t>(stored->unknown - charge.known_since, 0);
  std::string value;
  format::append_counter(value, *stored);
  cap_puts_.emplace_back(std::move(key), std::move(value));
}

std::pair<std::string, std::string> ledger_writer::audit(audit_record record) {
  record.number = next_audit_++;
  if (record.made == wall_time{}) record.made = options_.now();
  std::pair<std::string, std::string> put;
  format::append_audit_key(put.first, record.number);
  format::append_audit(put.second, record);
  return put;
}

void ledger_writer::audit_caps(shown_caps next, const signature& by) {
  for (audit_record& each : changes_of_caps(caps_shown_, next, by))
    cap_puts_.push_back(audit(std::move(each)));
  caps_shown_ = std::move(next);
  auto& [key, value] = cap_puts_.emplace_back();
  key = format::caps_shown_key;
  format::append_shown_caps(value, caps_shown_);
}

}  // namespace stint
