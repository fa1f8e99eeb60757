// Tested by tests/budgets/records/audit_test.cpp.
#include "budgets/records/audit.hpp"

#include <utility>

#include "pricing/time_text.hpp"

namespace stint {

std::string_view to_string(audited_act act) noexcept {
  switch (act) {
    case audited_act::cap_raised:
      return "cap_raised";
    case audited_act::cap_reset:
      return "cap_reset";
    case audited_act::caps_changed:
      return "caps_changed";
    case audited_act::key_created:
      return "key_created";
    case audited_act::key_revoked:
      return "key_revoked";
    case audited_act::call_released:
      return "call_released";
    case audited_act::call_corrected:
      return "call_corrected";
    case audited_act::clock_repaired:
      return "clock_repaired";
  }
  return "unknown";
}

std::string shown_amount(cap_unit unit, std::int64_t amount) {
  const std::string sign = amount < 0 ? "-" : "";
  const std::int64_t size = amount < 0 ? -amount : amount;
  const std::string text =
      unit == cap_unit::usd ? to_dollars(nanodollars{size}) : std::to_string(size);
  return sign + text + " " + std::string(to_string(unit));
}

std::string shown_cap(const cap& of) {
  std::string text =
      shown_amount(of.unit, of.limit) + " a " + std::string(to_string(of.window.kind));
  if (of.window.kind == window_kind::rolling)
    text += " of " + std::to_string(of.window.length.count()) + " s";
  if (of.zone_name != "UTC") text += " in " + of.zone_name;
  if (of.window.first_weekday != 1)
    text += " from weekday " + std::to_string(of.window.first_weekday);
  if (of.window.first_month_of_year != 1)
    text += " from month " + std::to_string(of.window.first_month_of_year);
  if (of.window.first_day_of_month != 1)
    text += " from day " + std::to_string(of.window.first_day_of_month);
  for (const dimension each : of.per)
    text += " per " + std::string(to_string(each));
  for (const auto& [what, glob] : of.match)
    text += " where " + std::string(to_string(what)) + " is " + glob;
  if (of.mode == cap_mode::warn) text += ", warns";
  text += "; alerts at";
  for (const int percent : of.alert_percent)
    text += " " + std::to_string(percent);
  return text + " %";
}

audit_record audit_of(const adjustment& made, const limit_change& limits, const std::string& from) {
  audit_record record;
  record.made = made.made;
  record.by = {.who = made.who, .from = from, .reason = made.reason};
  record.subject = made.scope.empty() ? made.cap : made.cap + " " + made.scope;
  if (made.kind == adjustment_kind::raise) {
    record.act = audited_act::cap_raised;
    record.was = "limit " + shown_amount(made.unit, limits.was);
    record.is = "limit " + shown_amount(made.unit, limits.is) + ", raised by " +
                shown_amount(made.unit, made.amount) +
                (made.until ? " until " + to_iso_time(*made.until) : std::string());
  } else {
    record.act = audited_act::cap_reset;
    record.was = shown_amount(made.unit, made.amount) + " used";
    record.is = shown_amount(made.unit, 0) + " used";
  }
  return record;
}

shown_caps shown(const std::vector<cap>& list) {
  shown_caps all;
  // A cap that keeps each tenant's own time is several of one name, which say the same.
  for (const cap& each : list)
    all.try_emplace(each.name, shown_cap(each));
  return all;
}

std::vector<audit_record> changes_of_caps(const shown_caps& was, const shown_caps& is,
                                          const signature& by) {
  constexpr const char* none = "not there";
  std::vector<audit_record> changes;
  const auto add = [&](const std::string& name, const std::string& before, std::string after) {
    audit_record& one = changes.emplace_back();
    one.act = audited_act::caps_changed;
    one.by = by;
    one.subject = name;
    one.was = before;
    one.is = std::move(after);
  };
  for (const auto& [name, text] : was) {
    const auto now = is.find(name);
    if (now == is.end()) {
      add(name, text, none);
    } else if (now->second != text) {
      add(name, text, now->second);
    }
  }
  for (const auto& [name, text] : is) {
    if (!was.contains(name)) add(name, none, text);
  }
  return changes;
}

}  // namespace stint
