// Tested by tests/pricing/price_changes_test.cpp.
#include "pricing/price_changes.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "pricing/money.hpp"
#include "pricing/time_text.hpp"

namespace stint {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t token_rates::*>, 8> rate_names = {
    {{"input", &token_rates::input},
     {"cached_input", &token_rates::cached_input},
     {"cache_write_5m", &token_rates::cache_write_5m},
     {"cache_write_1h", &token_rates::cache_write_1h},
     {"cache_write_12h", &token_rates::cache_write_12h},
     {"audio_input", &token_rates::audio_input},
     {"output", &token_rates::output},
     {"audio_output", &token_rates::audio_output}}};

// One model has an entry for each time at which its price changes.
using dated_prices = std::map<std::pair<std::string_view, wall_time>, const price*>;

dated_prices by_model_and_time(const price_book& book) {
  dated_prices all;
  for (const price& each : book.prices())
    all.emplace(std::pair(std::string_view(each.model), each.valid_from), &each);
  return all;
}

std::string named(const price& of) {
  if (of.valid_from == wall_time{}) return of.model;
  return of.model + " from " + to_iso_date(of.valid_from);
}

std::string dollars(std::int64_t rate) {
  return "$" + to_dollars(nanodollars(rate));
}

std::string changed_rates(const token_rates& was, const token_rates& is) {
  std::string text;
  for (const auto& [name, rate] : rate_names) {
    if (was.*rate == is.*rate) continue;
    text += text.empty() ? " " : ", ";
    text += std::string(name) + " " + dollars(was.*rate) + " → " + dollars(is.*rate);
  }
  return text.empty() ? text : text + " a million tokens";
}

bool same_but_for_its_source(price was, const price& is) {
  was.source = is.source;
  was.source_date = is.source_date;
  was.note = is.note;
  return was == is;
}

std::string change_of(const price& was, const price& is) {
  std::string text = changed_rates(was.base, is.base);
  price alike = was;
  alike.base = is.base;
  if (!same_but_for_its_source(std::move(alike), is))
    text += std::string(text.empty() ? "" : ";") +
            " its steps, tiers, periods, fees, limits or end differ";
  return named(is) + ":" + text;
}

}  // namespace

std::vector<price_change> price_changes(const price_book& was, const price_book& is) {
  std::vector<price_change> changes;
  const dated_prices before = by_model_and_time(was);
  const dated_prices after = by_model_and_time(is);
  for (const auto& [key, one] : after) {
    const auto old = before.find(key);
    if (old == before.end()) {
      changes.push_back({.line = named(*one) + ": new", .is_new = true});
    } else if (!same_but_for_its_source(*old->second, *one)) {
      changes.push_back({.line = change_of(*old->second, *one)});
    }
  }
  for (const auto& [key, one] : before) {
    if (!after.contains(key)) changes.push_back({.line = named(*one) + ": not listed any more"});
  }
  return changes;
}

}  // namespace stint
