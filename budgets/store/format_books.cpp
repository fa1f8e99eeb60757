// The records of format.hpp that are sums or say how sums are made: counters, the register
// of caps, roll-ups, adjustments. Tested by tests/budgets/store/format_test.cpp.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "budgets/store/format.hpp"
#include "budgets/store/record_codec.hpp"

namespace stint::ledger_format {
namespace {

// Version 1 of a counter did not say which limit its alerts had fired at, that of a cap not from
// when its counters are whole, and that of a roll-up not how many of its calls are requests; version
// 2 of a roll-up had all kinds of usage in their places, and that of a counter did not tell what of it was
// charged for ends that nobody saw.
constexpr std::uint8_t counter_version = 3;
constexpr std::uint8_t cap_version = 2;
constexpr std::uint8_t sums_version = 3;

constexpr std::uint8_t cap_exact_bit = 1;  // version 1 only
constexpr std::uint8_t cap_active_bit = 2;
constexpr std::uint8_t cap_rebuilding_bit = 4;
constexpr std::uint8_t cap_incomplete_bit = 8;

}  // namespace

void append_counter(std::string& out, const counter_value& value) {
  byte_writer write(out);
  write.byte(counter_version);
  write.signed_number(value.posted);
  write.signed_number(value.threshold);
  write.signed_number(value.limit.value_or(0));
  write.number(value.fired_before.size());
  for (const fired_at& each : value.fired_before) {
    write.signed_number(each.limit);
    write.signed_number(each.percent);
  }
  write.signed_number(value.unknown);
}

std::optional<counter_value> read_counter(std::string_view bytes) {
  auto [read, written_as] = reader_of(bytes, counter_version);
  counter_value value;
  value.posted = read.signed_number();
  value.threshold = static_cast<int>(read.signed_number());
  if (written_as >= 2) {
    value.limit = read.signed_number();
    for (std::uint64_t left = read.number(); left != 0 && read.ok(); --left) {
      fired_at& each = value.fired_before.emplace_back();
      each.limit = read.signed_number();
      each.percent = static_cast<int>(read.signed_number());
    }
  }
  if (written_as >= 3) value.unknown = read.signed_number();
  if (!read.finished()) return std::nullopt;
  return value;
}

cap_counters::stored restorable(wall_time start, std::string_view scope,
                                const counter_value& value) {
  return {.start = start,
          .scope = scope,
          .posted = value.posted,
          .forgiven = 0,
          .threshold = value.threshold,
          .limit = value.limit,
          .fired_before = value.fired_before,
          .unknown = value.unknown};
}

void append_cap(std::string& out, const cap_value& value) {
  byte_writer write(out);
  write.byte(cap_version);
  write.number(value.number);
  write.number(value.since_epoch);
  write.text(value.match);
  write.byte(static_cast<std::uint8_t>(value.kind));
  int bits = value.active ? cap_active_bit : 0;
  if (value.rebuilding) bits |= cap_rebuilding_bit;
  if (value.incomplete) bits |= cap_incomplete_bit;
  write.byte(static_cast<std::uint8_t>(bits));
  if (value.kind == window_kind::rolling) write.signed_number(value.length.count());
  write_time(write, value.whole_from);
  if (value.incomplete) write_time(write, *value.incomplete);
}

std::optional<cap_value> read_cap(std::string_view bytes) {
  auto [read, written_as] = reader_of(bytes, cap_version);
  cap_value value;
  value.number = static_cast<std::uint32_t>(read.number());
  value.since_epoch = static_cast<std::uint32_t>(read.number());
  value.match = read.text();
  value.kind = read.one_of(window_kind::rolling);
  const std::uint8_t bits = read.byte();
  value.active = (bits & cap_active_bit) != 0;
  if (value.kind == window_kind::rolling) {
    value.length = std::chrono::seconds{read.signed_number()};
    if (value.length < rolling_length_least || value.length > rolling_length_most)
      return std::nullopt;
  }
  if (written_as >= 2) {
    value.rebuilding = (bits & cap_rebuilding_bit) != 0;
    value.whole_from = read_time(read);
    if ((bits & cap_incomplete_bit) != 0) value.incomplete = read_time(read);
  } else if ((bits & cap_exact_bit) == 0) {
    value.whole_from = wall_time::max();
  }
  if (!read.finished()) return std::nullopt;
  return value;
}

void append_adjustment(std::string& out, const adjustment& value) {
  byte_writer write(out);
  write.byte(record_version);
  write.byte(static_cast<std::uint8_t>(value.kind));
  write_time(write, value.made);
  write.text(value.who);
  write.text(value.reason);
  write.text(value.cap);
  write.number(value.cap_number);
  write.byte(static_cast<std::uint8_t>(value.unit));
  write.byte(value.every_scope ? 1 : 0);
  write.text(value.scope);
  write.signed_number(value.amount);
  write_time(write, value.window_start);
  write.byte(value.until ? 1 : 0);
  if (value.until) write_time(write, *value.until);
}

std::optional<adjustment> read_adjustment(std::uint64_t number, std::string_view bytes) {
  byte_reader read = reader_of(bytes);
  adjustment value;
  value.number = number;
  value.kind = read.one_of(adjustment_kind::correction);
  value.made = read_time(read);
  value.who = read.text();
  value.reason = read.text();
  value.cap = read.text();
  value.cap_number = static_cast<std::uint32_t>(read.number());
  value.unit = read.one_of(cap_unit::requests);
  value.every_scope = read.one_of(std::uint8_t{1}) == 1;
  value.scope = read.text();
  value.amount = read.signed_number();
  value.window_start = read_time(read);
  if (read.one_of(std::uint8_t{1}) == 1) value.until = read_time(read);
  if (!read.finished()) return std::nullopt;
  return value;
}

void append_audit(std::string& out, const audit_record& value) {
  byte_writer write(out);
  write.byte(record_version);
  write.byte(static_cast<std::uint8_t>(value.act));
  write_time(write, value.made);
  for (const auto* text :
       {&value.by.who, &value.by.from, &value.by.reason, &value.subject, &value.was, &value.is}) {
    write.text(*text);
  }
}

void append_shown_caps(std::string& out, const shown_caps& value) {
  byte_writer write(out);
  write.byte(record_version);
  write.number(value.size());
  for (const auto& [name, text] : value) {
    write.text(name);
    write.text(text);
  }
}

std::optional<shown_caps> read_shown_caps(std::string_view bytes) {
  byte_reader read = reader_of(bytes);
  shown_caps value;
  for (std::uint64_t left = read.number(); left != 0 && read.ok(); --left) {
    std::string name(read.text());
    value.emplace(std::move(name), read.text());
  }
  if (!read.finished()) return std::nullopt;
  return value;
}

std::optional<audit_record> read_audit(std::uint64_t number, std::string_view bytes) {
  byte_reader read = reader_of(bytes);
  audit_record value;
  value.number = number;
  value.act = read.one_of(audited_act::clock_repaired);
  value.made = read_time(read);
  for (auto* text :
       {&value.by.who, &value.by.from, &value.by.reason, &value.subject, &value.was, &value.is}) {
    *text = read.text();
  }
  if (!read.finished()) return std::nullopt;
  return value;
}

void append_sums(std::string& out, const rollup_sums& sums) {
  byte_writer write(out);
  write.byte(sums_version);
  write.signed_number(sums.calls);
  write.signed_number(sums.flagged);
  write_usage(write, sums.used);
  write.signed_number(sums.cost.count());
  write.byte(sums.requests ? 1 : 0);
  if (sums.requests) write.signed_number(*sums.requests);
}

std::optional<rollup_sums> read_sums(std::string_view bytes) {
  auto [read, written_as] = reader_of(bytes, sums_version);
  rollup_sums sums;
  sums.calls = read.signed_number();
  sums.flagged = read.signed_number();
  if (written_as >= 3) {
    read_usage(read, sums.used);
  } else {
    read_dense_usage(read, sums.used);
  }
  sums.cost = nanodollars{read.signed_number()};
  sums.requests.reset();
  const bool has_requests = written_as >= 3 ? read.one_of(std::uint8_t{1}) == 1 : written_as == 2;
  if (has_requests) sums.requests = read.signed_number();
  if (!read.finished()) return std::nullopt;
  return sums;
}

}  // namespace stint::ledger_format
