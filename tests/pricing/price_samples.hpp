// Prices written out by hand for the tests of this folder, independent of config/prices.yaml: what
// a test checks must not come from the data that it checks. Amounts in nano-dollars per million
// tokens: 1 dollar per million is 1'000'000'000.
#pragma once

#include <chrono>

#include "pricing/price_book.hpp"

namespace stint::samples {

inline constexpr std::int64_t dollar = 1'000'000'000;
inline constexpr std::int64_t cent = dollar / 100;

// The instant of a UTC date and time of day.
inline wall_time utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                     int second = 0, int microsecond = 0) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)} +
         hours{hour} + minutes{minute} + seconds{second} + microseconds{microsecond};
}

// A Friday noon: outside every period used here.
inline wall_time any_time() {
  return utc(2026, 11, 20, 12);
}

inline token_rates plain_rates(std::int64_t input, std::int64_t output) {
  return {.input = input,
          .cached_input = input,
          .cache_write_5m = input,
          .cache_write_1h = input,
          .cache_write_12h = input,
          .audio_input = input,
          .output = output,
          .audio_output = output};
}

inline price plain_price(const std::string& model, const token_rates& rates) {
  price sample;
  sample.model = model;
  sample.provider = "sample";
  sample.base = rates;
  return sample;
}

inline void set_tier(price& sample, service_tier tier, std::int64_t permille) {
  sample.tier_permille[static_cast<std::size_t>(tier)] = permille;
  sample.tier_listed[static_cast<std::size_t>(tier)] = true;
}

}  // namespace stint::samples
