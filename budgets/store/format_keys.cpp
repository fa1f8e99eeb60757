// The keys of format.hpp. Tested by tests/budgets/store/format_test.cpp.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "budgets/store/byte_codec.hpp"
#include "budgets/store/format.hpp"

namespace stint::ledger_format {
namespace {

void append_space(byte_writer& write, space of) {
  write.byte(static_cast<std::uint8_t>(of));
}

void append_id(byte_writer& write, const call_id& id) {
  for (const std::uint8_t each : id.bytes)
    write.byte(each);
}

[[nodiscard]] std::optional<call_id> read_id(std::string_view bytes) {
  call_id id;
  if (bytes.size() != id.bytes.size()) return std::nullopt;
  std::ranges::transform(bytes, id.bytes.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return id;
}

void append_numbered(std::string& out, space of, std::uint64_t number) {
  byte_writer write(out);
  append_space(write, of);
  write.sortable(number);
}

[[nodiscard]] std::optional<std::uint64_t> read_numbered(std::string_view key) {
  byte_reader read(key);
  (void)read.byte();
  const auto number = read.sortable<std::uint64_t>();
  if (!read.finished()) return std::nullopt;
  return number;
}

[[nodiscard]] std::int64_t microseconds(wall_time at) {
  return at.time_since_epoch().count();
}

}  // namespace

std::string space_begin(space of) {
  return std::string(1, static_cast<char>(of));
}
std::string space_end(space of) {
  return std::string(1, static_cast<char>(static_cast<char>(of) + 1));
}

// Whatever changes the meaning of the cap's counters: a cap that differs in any of it starts from
// nothing. The limit, the mode and the alerts do not, so that editing them keeps the usage.
std::string cap_identity(const cap& of) {
  std::string identity;
  byte_writer write(identity);
  write.text(of.name);
  write.text(to_string(of.unit));
  write.text(describe_window(of.window));
  write.text(of.window.zone == nullptr ? "UTC" : of.zone_name);
  write.signed_number(of.window.first_weekday);
  write.signed_number(of.window.first_day_of_month);
  write.signed_number(of.window.first_month_of_year);
  for (const dimension each : of.per)
    write.text(to_string(each));
  return identity;
}

std::string match_text(const cap& of) {
  std::string text;
  byte_writer write(text);
  for (const auto& [where, pattern] : of.match) {
    write.text(to_string(where));
    write.text(pattern);
  }
  if (!of.except_provider.empty()) {
    write.text("not provider");
    write.text(of.except_provider);
  }
  if (of.tenants != nullptr) write.number(of.tenants->fingerprint(of.zone_name));
  return text;
}

void append_adjustment_key(std::string& out, std::uint64_t number) {
  append_numbered(out, space::adjustments, number);
}

void append_audit_key(std::string& out, std::uint64_t number) {
  append_numbered(out, space::audits, number);
}

std::optional<std::uint64_t> read_adjustment_key(std::string_view key) {
  return read_numbered(key);
}

std::optional<std::uint64_t> read_audit_key(std::string_view key) {
  return read_numbered(key);
}

void append_cap_key(std::string& out, std::string_view identity) {
  byte_writer write(out);
  append_space(write, space::caps);
  write.raw(identity);
}

void append_counters_prefix(std::string& out, std::uint32_t cap_number, wall_time start) {
  byte_writer write(out);
  append_space(write, space::counters);
  write.sortable(cap_number);
  write.sortable_signed(microseconds(start));
}

void append_counter_key(std::string& out, const counter_key& key) {
  append_counters_prefix(out, key.cap_number, key.start);
  byte_writer(out).raw(key.scope);
}

std::optional<counter_key> read_counter_key(std::string_view key) {
  const auto start = read_counter_start(key);
  const auto scope = read_counter_scope(key);
  if (!start || !scope) return std::nullopt;
  byte_reader read(key);
  (void)read.byte();
  return counter_key{
      .cap_number = read.sortable<std::uint32_t>(), .start = *start, .scope = *scope};
}

std::optional<std::string_view> read_counter_scope(std::string_view key) {
  byte_reader read(key);
  (void)read.byte();
  (void)read.sortable<std::uint32_t>();
  (void)read.sortable_signed();
  if (!read.ok()) return std::nullopt;
  return read.rest();
}

std::optional<wall_time> read_counter_start(std::string_view key) {
  byte_reader read(key);
  (void)read.byte();
  (void)read.sortable<std::uint32_t>();
  const wall_time start{std::chrono::microseconds{read.sortable_signed()}};
  return read.ok() ? std::optional(start) : std::nullopt;
}

void append_hold_key(std::string& out, const call_id& id) {
  byte_writer write(out);
  append_space(write, space::holds);
  append_id(write, id);
}

std::optional<call_id> read_hold_key(std::string_view key) {
  return key.empty() ? std::nullopt : read_id(key.substr(1));
}

void append_row_key(std::string& out, const call_id& id) {
  byte_writer write(out);
  append_id(write, id);
}

std::optional<call_id> read_row_key(std::string_view key) {
  return read_id(key);
}

void append_rollup_prefix(std::string& out, space of, std::int64_t start_seconds) {
  byte_writer write(out);
  append_space(write, of);
  write.sortable_signed(start_seconds);
}

void append_rollup_key(std::string& out, space of, const rollup_key& key) {
  append_rollup_prefix(out, of, key.start_seconds);
  byte_writer write(out);
  for (const auto part : {key.tenant, key.feature, key.model, key.provider, key.key}) {
    write.text(part);
  }
}

void append_day_key_of_hour(std::string& out, std::string_view hour_key) {
  byte_reader read(hour_key);
  const auto of = static_cast<space>(static_cast<char>(read.byte()));
  const std::int64_t hour = read.sortable_signed();
  const wall_time start{std::chrono::seconds{hour}};
  append_rollup_prefix(out, of == space::moved_hours ? space::moved_days : space::days,
                       period_start(start, seconds_per_day));
  byte_writer(out).raw(read.rest());
}

std::optional<rollup_key> read_rollup_key(std::string_view key) {
  byte_reader read(key);
  (void)read.byte();
  rollup_key result;
  result.start_seconds = read.sortable_signed();
  result.tenant = read.text();
  result.feature = read.text();
  result.model = read.text();
  result.provider = read.text();
  result.key = read.text();
  if (!read.finished()) return std::nullopt;
  return result;
}

void append_stored_key(std::string& out, std::string_view id) {
  byte_writer write(out);
  append_space(write, space::keys);
  write.raw(id);
}

void append_stored_answer_key(std::string& out, std::string_view id) {
  byte_writer write(out);
  append_space(write, space::answers);
  write.raw(id);
}

}  // namespace stint::ledger_format
