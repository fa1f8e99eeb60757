// The values that the price file has and no other: rates, factors, dates, times of day. Each is read
// from one section of the file; whatever is missing or malformed is noted there, with its line and
// its fix, and reads as nothing. Start-up and reload only. Tested by
// tests/pricing/price_file_test.cpp and price_file_mistakes_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/wall_time.hpp"
#include "pricing/yaml/section.hpp"

namespace stint {

enum class presence : std::uint8_t { required, optional };

class price_fields : public config_section {
 public:
  using config_section::config_section;

  std::optional<std::string> printable(std::string_view key, presence needed,
                                       std::size_t bytes_max);
  std::optional<std::int64_t> rate(std::string_view key, presence needed);
  std::optional<std::int64_t> search_fee(std::string_view key, presence needed);
  std::optional<std::int64_t> request_fee(std::string_view key, presence needed);
  std::optional<std::int64_t> multiplier_permille(std::string_view key, presence needed);
  std::optional<std::int64_t> token_count(std::string_view key, presence needed);
  std::optional<wall_time> instant(std::string_view key, presence needed);
  std::optional<std::string> date_or_month(std::string_view key, presence needed);
  std::optional<std::string> date(std::string_view key, presence needed);
  std::optional<int> minute_of_day(std::string_view key, presence needed);   // "01:00" … "24:00"
  std::optional<int> offset_minutes(std::string_view key, presence needed);  // "+08:00"

 private:
  // `form` says what is expected.
  template <typename Parse>
  auto parsed(std::string_view key, presence needed, const std::string& form, Parse parse)
      -> decltype(parse(std::string_view{}));
};

}  // namespace stint
