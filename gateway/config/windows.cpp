// Tested by tests/gateway/config/caps_test.cpp.
#include "gateway/config/windows.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <date/tz.h>

#include "pricing/text/words.hpp"

namespace stint {
namespace {

const std::vector<std::pair<std::string, window_kind>> windows = {
    {"request", window_kind::request}, {"minute", window_kind::minute},
    {"hour", window_kind::hour},       {"day", window_kind::day},
    {"week", window_kind::week},       {"month", window_kind::month},
    {"quarter", window_kind::quarter}, {"year", window_kind::year},
    {"forever", window_kind::forever}};
const std::vector<std::pair<std::string, int>> weekdays = {
    {"monday", 1}, {"tuesday", 2},  {"wednesday", 3}, {"thursday", 4},
    {"friday", 5}, {"saturday", 6}, {"sunday", 7}};
const std::vector<std::pair<std::string, int>> months = {
    {"january", 1},   {"february", 2}, {"march", 3},     {"april", 4},
    {"may", 5},       {"june", 6},     {"july", 7},      {"august", 8},
    {"september", 9}, {"october", 10}, {"november", 11}, {"december", 12}};

constexpr integer_range month_starts{1, 28};

const date::time_zone* read_zone_name(config_section& section, const config_text& name) {
  try {
    return find_zone(name.text);
  } catch (const std::exception& why) {
    std::vector<std::string> names;
    for (const auto& known : date::get_tzdb().zones)
      names.push_back(known.name());
    if (std::ranges::find(names, name.text) != names.end()) {
      section.mistake(name, why.what());  // there, and damaged
      return nullptr;
    }
    section.mistake(name, "unknown time zone \"" + name.text + "\"" +
                              did_you_mean(name.text, names) +
                              "; use an IANA name like Europe/Berlin or UTC");
    return nullptr;
  }
}

const std::string* only_tenant(const cap& of) {
  for (const auto& [where, pattern] : of.match) {
    if (where == dimension::tenant && pattern.find('*') == std::string::npos) return &pattern;
  }
  return nullptr;
}

void read_tenants_zone(config_section& section, const config_text& word,
                       const std::shared_ptr<const tenant_zones>& tenants, cap& read) {
  const bool split = std::ranges::find(read.per, dimension::tenant) != read.per.end();
  const std::string* only = only_tenant(read);
  if (!split && only == nullptr) {
    section.mistake(word,
                    "tenant: whose time would it be? Give per: [tenant], or match one tenant");
  } else if (tenants == nullptr) {
    section.mistake(word,
                    "tenant: no tenant has a time zone; add tenants: {NAME: {timezone: "
                    "Europe/Berlin}} to the file");
  } else if (only != nullptr) {
    read.zone_name = tenants->zone_of(*only);
    read.window.zone = find_zone(read.zone_name);
  } else {
    read.tenants = tenants;
  }
}

void read_zone(config_section& section, const std::shared_ptr<const tenant_zones>& tenants,
               cap& read) {
  const auto zone = section.text("timezone");
  if (!zone) return;
  const auto kind = read.window.kind;
  if (kind < window_kind::hour || kind > window_kind::year) {
    section.mistake(*zone, "has no effect on this window; delete it");
  } else if (zone->text == "tenant") {
    read_tenants_zone(section, *zone, tenants, read);
  } else if (const auto* found = read_zone_name(section, *zone)) {
    read.window.zone = found;
    read.zone_name = zone->text;
  }
}

// A calendar start that the window never looks at would be a wish that is silently ignored.
bool start_applies(config_section& section, std::string_view key, bool applies,
                   std::string_view needed) {
  if (!section.has(key)) return false;
  if (applies) return true;
  section.mistake(key, "has no effect unless window is " + std::string(needed) + "; delete it");
  return false;
}

void read_calendar(config_section& section, const std::shared_ptr<const tenant_zones>& tenants,
                   cap& read, mistake_list& mistakes) {
  const auto kind = read.window.kind;
  const bool yearly = kind == window_kind::quarter || kind == window_kind::year;
  read_zone(section, tenants, read);
  if (start_applies(section, "week_start", kind == window_kind::week, "week")) {
    if (const auto word = section.text("week_start")) {
      if (const auto day = choose(*word, weekdays, mistakes)) read.window.first_weekday = *day;
    }
  }
  if (start_applies(section, "month_start", yearly || kind == window_kind::month,
                    "month, quarter or year")) {
    section.read("month_start", read.window.first_day_of_month, month_starts);
  }
  if (start_applies(section, "year_start", yearly, "quarter or year")) {
    if (const auto word = section.text("year_start")) {
      if (const auto month = choose(*word, months, mistakes))
        read.window.first_month_of_year = *month;
    }
  }
}

// {rolling: 24h}. False: it is a mistake, which is noted.
bool read_rolling(const config_node& node, cap& read, mistake_list& mistakes) {
  config_section section(node, mistakes);
  section.require("rolling", "say how long the window is, like {rolling: 24h}");
  const auto text = section.text("rolling");
  section.finish();
  if (!text) return false;
  const auto length_ms = parse_duration_ms(text->text);
  const std::chrono::milliseconds length{length_ms.value_or(0)};
  if (length < rolling_length_least || length > rolling_length_most ||
      length % std::chrono::seconds{1} != std::chrono::milliseconds{0}) {
    section.mistake(*text,
                    "expected a duration from 1m to 366d in whole seconds, like 24h or 7d, "
                    "not \"" +
                        text->text + "\"");
    return false;
  }
  read.window.kind = window_kind::rolling;
  read.window.length = std::chrono::duration_cast<std::chrono::seconds>(length);
  return true;
}

bool read_kind(config_section& section, cap& read, mistake_list& mistakes) {
  section.require("window", "say when the cap resets, like day");
  const auto node = section.node("window");
  if (node && node->value.IsMap()) return read_rolling(*node, read, mistakes);
  const auto word = section.text("window");
  if (!word) return false;
  if (word->text == "rolling") {
    section.mistake(*word, "rolling: say how long, like {rolling: 24h}");
    return false;
  }
  const auto kind = choose(*word, windows, mistakes);
  if (kind) read.window.kind = *kind;
  return kind.has_value();
}

}  // namespace

std::shared_ptr<const tenant_zones> read_tenants(config_section& file, mistake_list& mistakes) {
  auto section = file.section("tenants");
  auto zones = std::make_shared<tenant_zones>();
  bool any = false;
  for (const auto& [name, node] : section.entries()) {
    config_section tenant(node, mistakes);
    tenant.require("timezone", "say in whose time the tenant's days begin, like Europe/Berlin");
    const auto zone = tenant.text("timezone");
    tenant.finish();
    if (name.empty() || (name != "*" && name.find('*') != std::string::npos)) {
      section.mistake(name, "write a tenant as it stands in its keys, or * for all others");
      continue;
    }
    if (!zone || read_zone_name(tenant, *zone) == nullptr) continue;
    any = true;
    if (name == "*") {
      zones->set_others(zone->text);
    } else {
      zones->set(name, zone->text);
    }
  }
  return any ? zones : nullptr;
}

void read_window(config_section& section, const std::shared_ptr<const tenant_zones>& tenants,
                 cap& read, mistake_list& mistakes) {
  if (read_kind(section, read, mistakes)) return read_calendar(section, tenants, read, mistakes);
  // The window is already a mistake. Its companions may suit it or not, but they are read: what is wrong in
  // any case is to be said at once.
  const auto zone = section.text("timezone");
  if (zone && zone->text != "tenant") (void)read_zone_name(section, *zone);
  if (const auto word = section.text("week_start")) (void)choose(*word, weekdays, mistakes);
  (void)section.count("month_start", month_starts);
  if (const auto word = section.text("year_start")) (void)choose(*word, months, mistakes);
}

std::vector<cap> expand_zones(std::vector<cap> caps) {
  std::vector<cap> expanded;
  for (cap& each : caps) {
    if (each.tenants == nullptr) {
      expanded.push_back(std::move(each));
      continue;
    }
    for (const std::string& zone : each.tenants->zones()) {
      cap& part = expanded.emplace_back(each);
      part.zone_name = zone;
      part.window.zone = find_zone(zone);
    }
  }
  return expanded;
}

}  // namespace stint
