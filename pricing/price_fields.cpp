#include "pricing/price_fields.hpp"

#include <algorithm>
#include <chrono>

#include "pricing/money.hpp"
#include "pricing/usage.hpp"

namespace stint {

namespace {

constexpr std::int64_t nanodollars_per_permille = nanodollars::per_dollar / 1000;
constexpr std::size_t shown_bytes_max = 40;

// What stood there, for a message: short, and never a control character into a terminal or a log.
std::string shortened(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, shown_bytes_max)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return out + (text.size() > shown_bytes_max ? "…" : "");
}

std::string describe(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (!node.IsScalar() || node.Scalar().empty()) return "nothing";
  return "'" + shortened(node.Scalar()) + "'";
}

bool printable(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// The value of exactly `text.size()` digits; nothing when another character is among them.
std::optional<int> digits(std::string_view text) noexcept {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return text.empty() ? std::nullopt : std::optional{value};
}

// "01:30" → 90; hours up to `hours_max`.
std::optional<int> clock_minutes(std::string_view text, int hours_max) noexcept {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = digits(text.substr(0, 2));
  const auto minutes = digits(text.substr(3, 2));
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const int total = *hours * 60 + *minutes;
  return total <= hours_max * 60 ? std::optional{total} : std::nullopt;
}

std::optional<std::chrono::sys_days> calendar_day(std::string_view text) noexcept {
  using namespace std::chrono;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text.substr(0, 4));
  const auto m = digits(text.substr(5, 2));
  const auto d = digits(text.substr(8, 2));
  if (!y || !m || !d || *y < 1970) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  return date.ok() ? std::optional{sys_days{date}} : std::nullopt;
}

// "2026-12-01" (midnight UTC) or "2026-12-01T08:00:00Z".
std::optional<wall_time> utc_instant(std::string_view text) noexcept {
  using namespace std::chrono;
  const auto day = calendar_day(text.substr(0, 10));
  if (!day) return std::nullopt;
  if (text.size() == 10) return wall_time{*day};
  if (text.size() != 20 || text[10] != 'T' || text[16] != ':' || text[19] != 'Z') {
    return std::nullopt;
  }
  const auto clock = clock_minutes(text.substr(11, 5), 24);
  const auto second = digits(text.substr(17, 2));
  if (!clock || *clock == 24 * 60 || !second || *second > 59) return std::nullopt;
  return wall_time{*day + minutes{*clock} + seconds{*second}};
}

std::optional<std::int64_t> dollars_up_to(std::string_view text, std::int64_t limit) noexcept {
  const auto amount = parse_dollars(text);
  return amount && amount->count() <= limit ? std::optional{amount->count()} : std::nullopt;
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

}  // namespace

int line_of(const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  return mark.is_null() ? 0 : mark.line + 1;
}

price_fields::price_fields(const YAML::Node& map, std::string path,
                           std::initializer_list<std::string_view> known,
                           std::vector<price_file_mistake>& mistakes)
    : path_(std::move(path)), mistakes_(mistakes), line_(line_of(map)), is_map_(map.IsMap()) {
  if (!is_map_) {
    mistakes_.push_back({line_, (path_.empty() ? "the file" : path_) +
                                    ": expected keys and values, found " + describe(map)});
    return;
  }
  // By iteration, because yaml-cpp keeps repeated keys and its look-up silently takes the first.
  for (const auto& item : map) {
    const int line = line_of(item.first);
    if (!item.first.IsScalar()) {
      add_mistake(line, "?", "expected a plain word as the key, found " + describe(item.first));
      continue;
    }
    const std::string& key = item.first.Scalar();
    const std::string shown = shortened(key);
    if (known.size() != 0 && std::find(known.begin(), known.end(), key) == known.end()) {
      add_mistake(line, shown, "unknown key; the keys here are " + joined(known));
    } else if (const field* first = find_field(key); first != nullptr) {
      add_mistake(line, shown,
                  "repeated; it stands on line " + std::to_string(first->line) +
                      " already, keep one of the two");
    } else {
      const bool empty = item.second.IsNull();
      entries_.push_back({key, item.second, empty ? line : line_of(item.second)});
    }
  }
}

const price_fields::field* price_fields::find_field(std::string_view key) const noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const field& entry) { return entry.key == key; });
  return found == entries_.end() ? nullptr : &*found;
}

const YAML::Node* price_fields::find(std::string_view key) const noexcept {
  const field* const found = find_field(key);
  return found == nullptr ? nullptr : &found->value;
}

int price_fields::line(std::string_view key) const noexcept {
  const field* const found = find_field(key);
  return found == nullptr ? line_ : found->line;
}

std::string price_fields::path_of(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + '.' + std::string{key};
}

void price_fields::add_mistake(int line, std::string_view key, std::string_view message) {
  mistakes_.push_back({line, path_of(key) + ": " + std::string{message}});
}

void price_fields::add_absence(std::string_view key, presence needed, std::string_view form) {
  if (needed == presence::required && is_map_) {
    add_mistake(line_, key, "missing; expected " + std::string{form});
  }
}

std::optional<std::string> price_fields::scalar(std::string_view key, presence needed,
                                                std::string_view form) {
  const YAML::Node* node = find(key);
  if (node == nullptr) {
    add_absence(key, needed, form);
    return std::nullopt;
  }
  if (!node->IsScalar()) {
    add_mistake(line(key), key, "expected " + std::string{form} + ", found " + describe(*node));
    return std::nullopt;
  }
  return node->Scalar();
}

template <typename Parse>
auto price_fields::parsed(std::string_view key, presence needed, std::string_view form, Parse parse)
    -> decltype(parse(std::string_view{})) {
  const auto text = scalar(key, needed, form);
  if (!text) return std::nullopt;
  auto value = parse(std::string_view{*text});
  if (!value) {
    const YAML::Node& node = *find(key);
    add_mistake(line(key), key, "expected " + std::string{form} + ", found " + describe(node));
  }
  return value;
}

std::optional<std::string> price_fields::text(std::string_view key, presence needed,
                                              std::size_t bytes_max) {
  const std::string form = "1 to " + std::to_string(bytes_max) + " printable characters";
  return parsed(key, needed, form, [&](std::string_view text) -> std::optional<std::string> {
    if (text.empty() || text.size() > bytes_max || !printable(text)) return std::nullopt;
    return std::string{text};
  });
}

std::optional<std::int64_t> price_fields::rate(std::string_view key, presence needed) {
  return parsed(key, needed, "dollars per million tokens up to 10_000, like 2.50",
                [](std::string_view text) { return dollars_up_to(text, rate_max); });
}

std::optional<std::int64_t> price_fields::search_fee(std::string_view key, presence needed) {
  return parsed(key, needed, "dollars per search up to 1, like 0.01", [](std::string_view text) {
    return dollars_up_to(text, web_search_nanodollars_max);
  });
}

std::optional<std::int64_t> price_fields::multiplier_permille(std::string_view key,
                                                              presence needed) {
  constexpr std::string_view form =
      "a factor above 0 and up to 10 with at most three decimals, like 0.5";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::int64_t> {
    const auto factor = dollars_up_to(text, multiplier_permille_max * nanodollars_per_permille);
    if (!factor || *factor == 0 || *factor % nanodollars_per_permille != 0) return std::nullopt;
    return *factor / nanodollars_per_permille;
  });
}

std::optional<std::int64_t> price_fields::token_count(std::string_view key, presence needed) {
  constexpr std::string_view form = "a whole number of tokens from 1 to 1_000_000_000";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::int64_t> {
    if (text.find('.') != std::string_view::npos) return std::nullopt;
    const auto amount = parse_dollars(text);
    if (!amount) return std::nullopt;
    const std::int64_t count = amount->count() / nanodollars::per_dollar;
    return count >= 1 && count <= usage_count_max ? std::optional{count} : std::nullopt;
  });
}

std::optional<wall_time> price_fields::instant(std::string_view key, presence needed) {
  return parsed(key, needed, "a date or time in UTC, like 2026-12-01 or 2026-12-01T08:00:00Z",
                utc_instant);
}

std::optional<std::string> price_fields::date_or_month(std::string_view key, presence needed) {
  constexpr std::string_view form = "the date of the source, like 2026-11-21 or 2026-11";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::string> {
    const std::string day = text.size() == 7 ? std::string{text} + "-01" : std::string{text};
    return calendar_day(day) ? std::optional{std::string{text}} : std::nullopt;
  });
}

std::optional<std::string> price_fields::date(std::string_view key, presence needed) {
  constexpr std::string_view form = "a date, like 2026-11-21";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::string> {
    return calendar_day(text) ? std::optional{std::string{text}} : std::nullopt;
  });
}

std::optional<int> price_fields::minute_of_day(std::string_view key, presence needed) {
  return parsed(key, needed, "a time of day in UTC from \"00:00\" to \"24:00\"",
                [](std::string_view text) { return clock_minutes(text, 24); });
}

std::optional<int> price_fields::offset_minutes(std::string_view key, presence needed) {
  constexpr std::string_view form = "an offset from UTC, like \"+08:00\"";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<int> {
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const auto minutes = clock_minutes(text.substr(1), 14);
    if (!minutes) return std::nullopt;
    return text[0] == '-' ? -*minutes : *minutes;
  });
}

std::vector<YAML::Node> price_fields::list(std::string_view key, presence needed,
                                           std::string_view example) {
  const YAML::Node* node = find(key);
  if (node == nullptr) {
    add_absence(key, needed, example);
    return {};
  }
  if (!node->IsSequence()) {
    add_mistake(line(key), key, "expected " + std::string{example} + ", found " + describe(*node));
    return {};
  }
  return {node->begin(), node->end()};
}

}  // namespace stint
