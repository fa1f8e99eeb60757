// Tested by tests/budgets/books/clock_repair_test.cpp.
#include "budgets/books/clock_repair.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "budgets/books/damage.hpp"
#include "budgets/books/early_ids.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace format = ledger_format;
using family = ledger_store::family;

constexpr std::size_t rows_at_once = 1'024;

// What one batch changes, as group() takes it.
struct repair_step {
  ledger_changes changes;
  std::vector<std::pair<std::string, std::string>> puts;
  std::vector<ledger_store::state_edit> edits;
};

void write_step(ledger_store& store, const repair_step& step, wall_time last_seen) {
  ledger_store::group group;
  group.changes = &step.changes;
  group.last_seen = last_seen;
  group.puts = step.puts;
  group.edits = step.edits;
  if (const auto failed = store.write(group))
    throw std::runtime_error("the ledger cannot be written (" + failed->what + ")");
}

// It ends as long after its admission as it did.
[[nodiscard]] ledger_row dated_back(ledger_row row, wall_time now) {
  const auto by = row.admitted - now;
  row.admitted = now;
  row.ended -= by;
  if (row.first_byte != wall_time{}) row.first_byte -= by;
  return row;
}

// The next rows of the future from `from` on, which is moved behind them.
[[nodiscard]] std::vector<amended_row> find_future_rows(const ledger_store& store, wall_time now,
                                                        std::string& from) {
  std::vector<amended_row> found;
  const ledger_store::moment at(store);
  at.scan(family::rows, from, format::rows_group_key,
          [&](std::string_view key, std::string_view value) {
            const auto id = format::read_row_key(key);
            auto stored = id ? format::read_row(*id, value) : std::nullopt;
            if (!stored) refuse_damaged_start("a row");
            from.assign(key).push_back('\0');
            if (stored->row.admitted <= now) return true;
            amended_row each;
            each.epoch = stored->epoch;
            each.is = dated_back(stored->row, now);
            each.was = std::move(stored->row);
            found.push_back(std::move(each));
            return found.size() < rows_at_once;
          });
  return found;
}

std::size_t date_rows_back(ledger_store& store, wall_time now) {
  std::size_t count = 0;
  early_ids early{ledger_store::moment(store)};
  std::string from;
  format::append_row_key(from, make_call_id(std::max(now - arrival_slack, wall_time{}), 0, 0));
  while (true) {
    repair_step step;
    step.changes.amended = find_future_rows(store, now, from);
    if (step.changes.amended.empty()) return count;
    count += step.changes.amended.size();
    for (const amended_row& each : step.changes.amended) {
      if (early_ids::is_early(each.is.id, each.is.admitted)) early.include(each.is.id);
    }
    early.append_puts(step.puts);
    write_step(store, step, store.committed().last_seen);
  }
}

// Counters of windows that begin in the future go; answers the numbers of their caps.
[[nodiscard]] std::set<std::uint32_t> drop_future_counters(const ledger_store::moment& at,
                                                           wall_time now, repair_step& into) {
  std::set<std::uint32_t> caps;
  at.scan(family::state, format::space_begin(format::space::counters),
          format::space_end(format::space::counters), [&](std::string_view key, std::string_view) {
            const auto of = format::read_counter_key(key);
            if (!of) refuse_damaged_start("a counter");
            if (of->start <= now) return true;
            caps.insert(of->cap_number);
            into.edits.push_back({.key = std::string(key), .value = {}});
            return true;
          });
  return caps;
}

// As if the caps had been away: the next start reads what their windows have seen.
void rebuild_at_next_start(const ledger_store::moment& at, const std::set<std::uint32_t>& caps,
                           repair_step& into) {
  at.scan(family::state, format::space_begin(format::space::caps),
          format::space_end(format::space::caps),
          [&](std::string_view key, std::string_view value) {
            auto stored = format::read_cap(value);
            if (!stored) refuse_damaged_start("the register of caps");
            if (!caps.contains(stored->number)) return true;
            stored->active = false;
            std::string told;
            format::append_cap(told, *stored);
            into.puts.emplace_back(key, std::move(told));
            return true;
          });
}

void date_notes_back(const ledger_store::moment& at, wall_time now, repair_step& into) {
  for (const std::string_view key : {format::rows_deleted_key, format::pruned_key}) {
    const auto bytes = at.get(key);
    const auto noted = bytes ? format::read_number(*bytes) : std::nullopt;
    if (!noted || *noted <= now.time_since_epoch().count()) continue;
    std::string value;
    format::append_number(value, now.time_since_epoch().count());
    into.puts.emplace_back(key, std::move(value));
  }
}

void append_repair_audit(const ledger_store::moment& at, audit_record record, repair_step& into) {
  record.number = 1;
  at.scan_down(family::state, format::space_begin(format::space::audits),
               format::space_end(format::space::audits),
               [&](std::string_view key, std::string_view) {
                 const auto last = format::read_audit_key(key);
                 if (!last) refuse_damaged_start("an audit record");
                 record.number = *last + 1;
                 return false;
               });
  auto& [key, value] = into.puts.emplace_back();
  format::append_audit_key(key, record.number);
  format::append_audit(value, record);
}

[[nodiscard]] bool has_holds(const ledger_store::moment& at) {
  bool any = false;
  at.scan(family::state, format::space_begin(format::space::holds),
          format::space_end(format::space::holds), [&](std::string_view, std::string_view) {
            any = true;
            return false;
          });
  return any;
}

}  // namespace

clock_repair repair_clock(const std::string& directory, wall_time now, const signature& by) {
  store_options opened;
  opened.directory = directory;
  opened.sync_each_group = true;
  ledger_store store(std::move(opened));
  clock_repair done;
  done.was = store.committed().last_seen;
  if (done.was <= now)
    throw std::runtime_error("the latest time in the ledger is not in the future: " +
                             to_iso_time(done.was));
  if (has_holds(ledger_store::moment(store)))
    throw std::runtime_error("calls are still held in it");
  done.rows = date_rows_back(store, now);
  repair_step last;
  {
    const ledger_store::moment at(store);
    const auto caps = drop_future_counters(at, now, last);
    done.caps = caps.size();
    rebuild_at_next_start(at, caps, last);
    date_notes_back(at, now, last);
    audit_record record;
    record.made = now;
    record.act = audited_act::clock_repaired;
    record.by = by;
    record.subject = "clock";
    record.was = to_iso_time(done.was);
    record.is = to_iso_time(now);
    append_repair_audit(at, std::move(record), last);
  }
  write_step(store, last, now);
  return done;
}

}  // namespace stint
