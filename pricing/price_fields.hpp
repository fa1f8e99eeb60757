// One map of the price file, read key by key. Whatever is wrong (an unknown or repeated key, a
// missing or malformed value) is added to the caller's list with its line and its fix, and reading
// goes on, so that one run reports every mistake. Start-up and reload only; lives as long as the
// map is being read. Tested by tests/pricing/price_file_test.cpp and price_file_mistakes_test.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "pricing/price_book.hpp"
#include "pricing/price_file.hpp"

namespace stint {

enum class presence : std::uint8_t { required, optional };

// 1-based; 0 where the parser knows no place.
[[nodiscard]] int line_of(const YAML::Node& node);

class price_fields {
 public:
  // `path` names the map in messages: "prices[3]", or "" for the file itself. With no known keys
  // every key is allowed.
  price_fields(const YAML::Node& map, std::string path,
               std::initializer_list<std::string_view> known,
               std::vector<price_file_mistake>& mistakes);

  struct field {
    std::string key;
    YAML::Node value;
    int line = 0;  // of the value, or of the key when the value is empty
  };
  [[nodiscard]] const std::vector<field>& entries() const noexcept { return entries_; }
  // Null when the key is absent.
  [[nodiscard]] const YAML::Node* find(std::string_view key) const noexcept;
  [[nodiscard]] int line() const noexcept { return line_; }
  // Of the value of a key, or of the map when the key is absent.
  [[nodiscard]] int line(std::string_view key) const noexcept;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string path_of(std::string_view key) const;

  // Each gives nothing when the key is absent or wrong; a wrong value, and a required key that is
  // absent, is a mistake.
  std::optional<std::string> text(std::string_view key, presence needed, std::size_t bytes_max);
  std::optional<std::int64_t> rate(std::string_view key, presence needed);
  std::optional<std::int64_t> search_fee(std::string_view key, presence needed);
  std::optional<std::int64_t> multiplier_permille(std::string_view key, presence needed);
  std::optional<std::int64_t> token_count(std::string_view key, presence needed);
  std::optional<wall_time> instant(std::string_view key, presence needed);
  std::optional<std::string> date_or_month(std::string_view key, presence needed);
  std::optional<std::string> date(std::string_view key, presence needed);
  std::optional<int> minute_of_day(std::string_view key, presence needed);   // "01:00" … "24:00"
  std::optional<int> offset_minutes(std::string_view key, presence needed);  // "+08:00"
  // The items of a list, none when it is absent or not a list.
  std::vector<YAML::Node> list(std::string_view key, presence needed, std::string_view example);

  void add_mistake(int line, std::string_view key, std::string_view message);

 private:
  // The value as plain text, with a mistake naming `form` when it is missing, empty or not a
  // scalar.
  std::optional<std::string> scalar(std::string_view key, presence needed, std::string_view form);
  template <typename Parse>
  auto parsed(std::string_view key, presence needed, std::string_view form, Parse parse)
      -> decltype(parse(std::string_view{}));

  [[nodiscard]] const field* find_field(std::string_view key) const noexcept;
  void add_absence(std::string_view key, presence needed, std::string_view form);

  std::vector<field> entries_;
  std::string path_;
  std::vector<price_file_mistake>& mistakes_;
  int line_ = 0;
  bool is_map_ = false;  // otherwise that is the one mistake, and its keys are not missed
};

}  // namespace stint
