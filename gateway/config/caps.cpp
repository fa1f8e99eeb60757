// Tested by tests/gateway/config/caps_test.cpp.
#include "gateway/config/caps.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "gateway/config/windows.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/glob.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

constexpr std::size_t caps_max = 1'000;  // each is checked on every call
constexpr std::size_t name_bytes_max = 64;

const std::vector<std::pair<std::string, dimension>> dimensions = {
    {"tenant", dimension::tenant}, {"feature", dimension::feature},
    {"key", dimension::key},       {"user", dimension::user},
    {"model", dimension::model},   {"provider", dimension::provider}};
const std::vector<std::pair<std::string, cap_unit>> units = {
    {"tokens", cap_unit::tokens},
    {"input_tokens", cap_unit::input_tokens},
    {"output_tokens", cap_unit::output_tokens},
    {"usd", cap_unit::usd},
    {"requests", cap_unit::requests}};
const std::vector<std::pair<std::string, cap_mode>> modes = {{"enforce", cap_mode::enforce},
                                                             {"warn", cap_mode::warn}};

bool is_name_character(char c) noexcept {
  return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

void read_name(config_section& section, cap& read) {
  section.require("name", "give each cap a short unique name, like tenant-day");
  const auto name = section.text("name");
  if (!name) return;
  const bool fits = !name->text.empty() && name->text.size() <= name_bytes_max &&
                    std::all_of(name->text.begin(), name->text.end(), is_name_character);
  if (!fits) {
    section.mistake(*name,
                    "expected 1 to 64 letters, digits, '-', '_' or '.': the name is a metric label "
                    "and is kept with "
                    "the counters");
  }
  read.name = name->text;
}

void read_match(config_section& section, const std::vector<std::string>& providers, cap& read,
                mistake_list& mistakes) {
  const auto match = section.node("match");
  if (!match) return;
  config_section selected(*match, mistakes);
  for (const auto& [name, chosen] : dimensions) {
    const auto glob = selected.text(name);
    if (!glob || !check_glob(*glob, mistakes)) continue;
    read.match.emplace_back(chosen, glob->text);
    if (chosen != dimension::provider) continue;
    const bool any = std::any_of(providers.begin(), providers.end(),
                                 [&](const auto& p) { return glob_match(glob->text, p); });
    if (!any) {
      selected.mistake(*glob, "no provider is called \"" + glob->text + "\"" +
                                  did_you_mean(glob->text, providers) +
                                  "; configured: " + list_choices(providers));
    }
  }
  selected.finish();
}

void read_per(config_section& section, cap& read, mistake_list& mistakes) {
  for (const auto& word : section.words("per")) {
    const auto chosen = choose(word, dimensions, mistakes);
    if (!chosen) continue;
    if (std::find(read.per.begin(), read.per.end(), *chosen) != read.per.end()) {
      section.mistake(word, "\"" + word.text + "\" is listed twice");
      continue;
    }
    read.per.push_back(*chosen);
  }
}

void read_limit(config_section& section, bool unit_known, cap& read) {
  section.require("limit", "say how much the cap allows, like 50 (usd) or 200_000 (tokens)");
  if (!section.has("limit")) return;
  if (!unit_known) {  // what is a limit in no unit is one mistake more
    const auto value = section.text("limit");
    if (value && !parse_dollars(value->text) && !parse_count(value->text))
      section.mistake(*value, "expected an amount like 50 or 200_000, not \"" + value->text + "\"");
    return;
  }
  if (read.unit != cap_unit::usd) {
    section.read("limit", read.limit, {0, std::numeric_limits<std::int64_t>::max()});
    return;
  }
  const auto value = section.text("limit");
  if (!value) return;
  if (const auto amount = parse_dollars(value->text)) {
    read.limit = amount->count();
  } else {
    section.mistake(
        *value, "expected dollars like 50, 1_000 or 0.25 (no sign, at most nine places), not \"" +
                    value->text + "\"");
  }
}

void read_alerts(config_section& section, cap& read) {
  if (!section.has("alerts")) return;
  std::vector<int> percents;
  for (const auto& word : section.words("alerts")) {
    const auto percent = parse_count(word.text);
    if (!percent || *percent < 1 || *percent > 1'000) {
      section.mistake(word, "expected a percentage from 1 to 1000, not \"" + word.text + "\"");
    } else if (!percents.empty() && *percent <= percents.back()) {
      section.mistake(word, "percentages must ascend, each only once");
    } else {
      percents.push_back(static_cast<int>(*percent));
    }
  }
  read.alert_percent = std::move(percents);
}

cap read_cap(const config_node& item, const cap_surroundings& known, mistake_list& mistakes) {
  config_section section(item, mistakes);
  cap read;
  read_name(section, read);
  read_match(section, known.providers, read, mistakes);
  read_per(section, read, mistakes);
  section.require(
      "unit", "say what the cap measures: tokens, input_tokens, output_tokens, usd or requests");
  bool unit_known = false;
  if (const auto word = section.text("unit")) {
    if (const auto unit = choose(*word, units, mistakes)) {
      read.unit = *unit;
      unit_known = true;
    }
  }
  read_window(section, known.tenants, read, mistakes);
  read_limit(section, unit_known, read);
  if (const auto word = section.text("mode")) {
    if (const auto mode = choose(*word, modes, mistakes)) read.mode = *mode;
  }
  read_alerts(section, read);
  section.finish();
  return read;
}

}  // namespace

bool check_glob(const config_text& glob, mistake_list& mistakes) {
  const auto& text = glob.text;
  std::string wrong;
  if (text.empty()) wrong = "is empty; write * for any";
  if (text.find("**") != std::string::npos) wrong = "** is the same as *; write one";
  for (const char c : text) {
    if (c == '?' || c == '[' || c == ']' || c == '{' || c == '}')
      wrong = "only * is special in a pattern";
    if (c == ' ' || is_control(c)) wrong = "a pattern holds no spaces or control characters";
  }
  if (wrong.empty()) return true;
  mistakes.add(glob.line, glob.path + ": \"" + text + "\": " + wrong);
  return false;
}

std::vector<cap> read_caps(const std::vector<config_node>& items, const cap_surroundings& known,
                           mistake_list& mistakes) {
  if (items.size() > caps_max) {
    mistakes.add(items.front().line,
                 "caps: at most " + std::to_string(caps_max) + "; split with per: instead");
    return {};
  }
  std::vector<cap> caps;
  std::vector<std::pair<std::string, int>> seen;
  for (const auto& item : items) {
    caps.push_back(read_cap(item, known, mistakes));
    const auto& name = caps.back().name;
    const auto earlier =
        std::find_if(seen.begin(), seen.end(), [&](const auto& s) { return s.first == name; });
    if (!name.empty() && earlier != seen.end()) {
      mistakes.add(item.line, item.path + ".name: \"" + name + "\" is taken by the cap on line " +
                                  std::to_string(earlier->second) + "; names are unique");
    }
    seen.emplace_back(name, item.line);
  }
  caps = expand_zones(std::move(caps));
  if (caps.size() > caps_max) {
    mistakes.add(items.front().line,
                 "caps: with timezone: tenant a cap is checked once for each "
                 "zone, and that makes more than " +
                     std::to_string(caps_max));
    return {};
  }
  return caps;
}

}  // namespace stint
