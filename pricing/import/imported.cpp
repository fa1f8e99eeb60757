// Tested by tests/pricing/import/import_test.cpp.
#include "pricing/import/imported.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <utility>

#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

constexpr std::size_t examples_max = 4;

using given_field = std::optional<std::int64_t> given_rates::*;
using rate_field = std::int64_t token_rates::*;
constexpr std::array<std::pair<given_field, rate_field>, 8> kinds = {{
    {&given_rates::input, &token_rates::input},
    {&given_rates::output, &token_rates::output},
    {&given_rates::cached_input, &token_rates::cached_input},
    {&given_rates::cache_write_5m, &token_rates::cache_write_5m},
    {&given_rates::cache_write_1h, &token_rates::cache_write_1h},
    {&given_rates::cache_write_12h, &token_rates::cache_write_12h},
    {&given_rates::audio_input, &token_rates::audio_input},
    {&given_rates::audio_output, &token_rates::audio_output},
}};

}  // namespace

std::vector<std::string> left_behind::lines() const {
  std::vector<std::pair<std::size_t, std::string>> counted;
  for (const auto& [reason, models] : models_) {
    std::string line = reason + ": " + std::to_string(models.size()) +
                       (models.size() == 1 ? " model (" : " models (");
    for (std::size_t i = 0; i < std::min(models.size(), examples_max); ++i)
      line.append(i > 0 ? ", " : "").append(models[i]);
    line += models.size() > examples_max ? ", …)" : ")";
    counted.emplace_back(models.size(), std::move(line));
  }
  std::ranges::stable_sort(counted, std::greater<>{}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> lines;
  for (auto& [count, line] : counted)
    lines.push_back(std::move(line));
  return lines;
}

token_rates given_rates::filled() const noexcept {
  const std::int64_t text = input.value_or(0);
  const std::int64_t answer = output.value_or(0);
  const std::int64_t write = cache_write_5m.value_or(text);
  const std::int64_t longer = cache_write_1h.value_or(write);
  return {.input = text,
          .cached_input = cached_input.value_or(text),
          .cache_write_5m = write,
          .cache_write_1h = longer,
          .cache_write_12h = cache_write_12h.value_or(longer),
          .audio_input = audio_input.value_or(text),
          .output = answer,
          .audio_output = audio_output.value_or(answer)};
}

token_rates given_rates::filled_from(const token_rates& base) const noexcept {
  token_rates rates = base;
  for (const auto& [given, rate] : kinds) {
    if (this->*given) rates.*rate = *(this->*given);
  }
  return rates;
}

std::optional<std::int64_t> given_rates::factor_on(const token_rates& base) const noexcept {
  std::optional<std::int64_t> factor;
  for (const auto& [given, rate] : kinds) {
    const std::int64_t usual = base.*rate;
    if (!(this->*given) || (usual == 0 && *(this->*given) == 0)) continue;
    if (usual == 0) return std::nullopt;
    const auto wide = static_cast<__int128>(*(this->*given)) * 1000;
    const auto permille = static_cast<std::int64_t>(wide / usual);
    const bool is_exact = static_cast<__int128>(permille) * usual == wide;
    const bool is_possible = permille > 0 && permille <= multiplier_permille_max;
    if (!is_exact || !is_possible || (factor && *factor != permille)) return std::nullopt;
    factor = permille;
  }
  return factor;
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= model_bytes_max &&
         std::ranges::all_of(text, [](char c) { return is_visible(c) || c == ' '; });
}

void keep(price entry, imported_prices& into) {
  if (!is_name(entry.model))
    return into.left.note("a name that no model can have", entry.model.substr(0, 40));
  if (!is_name(entry.provider)) return into.left.note("a seller that cannot be named", entry.model);
  std::ranges::sort(entry.steps, {}, &context_step::first_tokens);
  // A missing fast is priority's, in a price file too.
  const auto fast = static_cast<std::size_t>(service_tier::fast);
  const auto priority = static_cast<std::size_t>(service_tier::priority);
  if (entry.tier_listed[priority] && !entry.tier_listed[fast]) {
    entry.tier_listed[fast] = true;
    entry.tier_permille[fast] = entry.tier_permille[priority];
  }
  if (const char* const fault = fault_of(entry)) return into.left.note(fault, entry.model);
  into.prices.push_back(std::move(entry));
}

}  // namespace stint
