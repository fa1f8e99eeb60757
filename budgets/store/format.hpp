// The bytes of every key and value on disk; the grammar is docs/ledger.md. Encoding appends to a
// buffer that the caller reuses; decoding checks every length and answers nothing for bytes it did
// not write itself. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "budgets/records/alert.hpp"
#include "budgets/records/audit.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "budgets/store/rollup.hpp"

namespace stint::ledger_format {

// Raised when a store written by this program could be misread by an older one. 2: rows of streams
// that were cut, roll-ups with their requests, counters with the limit their alerts fired at. 3: rows
// with legs and context, usage by kind, audit records. 4: what legs move between models, holds with their
// searches, counters with what is unknown, the caps as they were last shown.
inline constexpr std::uint32_t version = 4;
// The one whose rows have legs and of which nothing was moved (upgrade.hpp).
inline constexpr std::uint32_t version_without_moved = 3;
// What an older program wrote from this one on is read as it is.
inline constexpr std::uint32_t oldest_version = 1;

// The first byte of each key in the column family of the state.
enum class space : char {
  adjustments = 'a',
  caps = 'c',
  days = 'd',
  moved_days = 'e',
  holds = 'h',
  keys = 'k',
  meta = 'm',
  counters = 'n',
  answers = 'p',
  hours = 'r',
  moved_hours = 's',
  audits = 'u'
};
[[nodiscard]] std::string space_begin(space of);
[[nodiscard]] std::string space_end(space of);  // exclusive

inline constexpr std::string_view format_key = "mformat";
inline constexpr std::string_view group_key = "mgroup";
inline constexpr std::string_view epoch_key = "mepoch";
inline constexpr std::string_view caps_shown_key = "mcaps";
inline constexpr std::string_view rows_deleted_key = "mrows_deleted";
inline constexpr std::string_view pruned_key = "mpruned";
inline constexpr std::string_view early_ids_from_key = "mearly_ids_from";
inline constexpr std::string_view early_ids_until_key = "mearly_ids_until";
// In the column family of the rows, after every id that a clock before the year 10000 can make.
inline constexpr std::string_view rows_group_key = "\xff";

// How far the log has come. In every batch.
struct group_mark {
  std::uint64_t sequence = 0;  // of the batch: each is one more than the last
  wall_time last_seen{};       // ledger::last_seen()
  bool operator==(const group_mark&) const noexcept = default;
};

struct counter_key {
  std::uint32_t cap_number = 0;
  wall_time start{};
  std::string_view scope;
};

struct counter_value {
  std::int64_t posted = 0;
  int threshold = 0;                       // the highest percentage that has fired at the limit …
  std::optional<std::int64_t> limit = {};  // … that was in force then; nothing in version 1
  std::vector<fired_at> fired_before = {};
  std::int64_t unknown = 0;  // of what was posted: for ends that nobody saw
  bool operator==(const counter_value&) const noexcept = default;
};

// As the ledger takes it back.
[[nodiscard]] cap_counters::stored restorable(wall_time start, std::string_view scope,
                                              const counter_value& value);

// What is known of a cap that has ever been configured. Its key is the identity: what its counters
// mean.
struct cap_value {
  std::uint32_t number = 0;       // in the keys of its counters
  std::uint32_t since_epoch = 0;  // the first cap list that had it
  std::string match;              // as text; a cap that selects other calls keeps its usage
  window_kind kind = window_kind::day;
  std::chrono::seconds length{};  // of a rolling window
  bool active = true;             // in the current list
  // Its history was being read when this was written: its counters are rebuilt at the next start.
  bool rebuilding = false;
  // Counters of windows that start here or later are the sum of the rows that the cap selects,
  // those of cap lists before since_epoch apart.
  wall_time whole_from{};
  std::optional<wall_time> incomplete;  // the start of the window of which rows were missing
  bool operator==(const cap_value&) const = default;
};

struct hold_touch {
  std::uint32_t cap_number = 0;
  wall_time start{};
  std::string scope;
  std::int64_t amount = 0;
};

struct hold_value {
  hold_request request;
  std::uint32_t epoch = 0;
  std::vector<hold_touch> touches;
};

struct row_value {
  ledger_row row;
  std::uint32_t epoch = 0;
};

[[nodiscard]] std::string cap_identity(const cap& of);
[[nodiscard]] std::string match_text(const cap& of);

void append_adjustment_key(std::string& out, std::uint64_t number);
void append_audit_key(std::string& out, std::uint64_t number);
void append_cap_key(std::string& out, std::string_view identity);
void append_counter_key(std::string& out, const counter_key& key);
void append_counters_prefix(std::string& out, std::uint32_t cap_number, wall_time start);
void append_hold_key(std::string& out, const call_id& id);
void append_row_key(std::string& out, const call_id& id);
void append_rollup_key(std::string& out, space of, const rollup_key& key);
// The key of the day that the hour of this key lies in, moved sums in that of moved ones.
void append_day_key_of_hour(std::string& out, std::string_view hour_key);
void append_rollup_prefix(std::string& out, space of, std::int64_t start_seconds);
void append_stored_key(std::string& out, std::string_view id);
void append_stored_answer_key(std::string& out, std::string_view id);

[[nodiscard]] std::optional<std::uint64_t> read_adjustment_key(std::string_view key);
[[nodiscard]] std::optional<std::uint64_t> read_audit_key(std::string_view key);
[[nodiscard]] std::optional<std::string_view> read_counter_scope(std::string_view key);
[[nodiscard]] std::optional<wall_time> read_counter_start(std::string_view key);
[[nodiscard]] std::optional<counter_key> read_counter_key(std::string_view key);
[[nodiscard]] std::optional<call_id> read_hold_key(std::string_view key);
[[nodiscard]] std::optional<call_id> read_row_key(std::string_view key);
[[nodiscard]] std::optional<rollup_key> read_rollup_key(std::string_view key);

void append_format(std::string& out, std::uint32_t number);
void append_group(std::string& out, const group_mark& mark);
void append_number(std::string& out, std::int64_t number);
void append_counter(std::string& out, const counter_value& value);
void append_cap(std::string& out, const cap_value& value);
void append_adjustment(std::string& out, const adjustment& value);
void append_audit(std::string& out, const audit_record& value);
void append_shown_caps(std::string& out, const shown_caps& value);
void append_hold(std::string& out, const active_hold& value);
void append_row(std::string& out, const ledger_row& row, std::uint32_t epoch);
void append_sums(std::string& out, const rollup_sums& sums);

[[nodiscard]] std::optional<std::uint32_t> read_format(std::string_view bytes);
[[nodiscard]] std::optional<group_mark> read_group(std::string_view bytes);
[[nodiscard]] std::optional<std::int64_t> read_number(std::string_view bytes);
[[nodiscard]] std::optional<counter_value> read_counter(std::string_view bytes);
[[nodiscard]] std::optional<cap_value> read_cap(std::string_view bytes);
[[nodiscard]] std::optional<adjustment> read_adjustment(std::uint64_t number,
                                                        std::string_view bytes);
[[nodiscard]] std::optional<shown_caps> read_shown_caps(std::string_view bytes);
[[nodiscard]] std::optional<audit_record> read_audit(std::uint64_t number, std::string_view bytes);
[[nodiscard]] std::optional<hold_value> read_hold(const call_id& id, std::string_view bytes);
[[nodiscard]] std::optional<row_value> read_row(const call_id& id, std::string_view bytes);
[[nodiscard]] std::optional<rollup_sums> read_sums(std::string_view bytes);

}  // namespace stint::ledger_format
