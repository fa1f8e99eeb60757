// A JSON object that somebody else wrote, read as YAML, of which JSON is a part: yaml-cpp keeps numbers as they
// stand. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <yaml-cpp/yaml.h>

#include "pricing/import/decimal.hpp"

namespace stint {

// "": it is not there, or no scalar.
[[nodiscard]] inline std::string text_at(const YAML::Node& object, const std::string& key) {
  const YAML::Node found = object[key];
  return found && found.IsScalar() ? found.Scalar() : std::string();
}

// As scaled_decimal; nothing too where it is not there.
[[nodiscard]] inline std::optional<std::int64_t> amount_at(const YAML::Node& object,
                                                           const std::string& key, int power) {
  const std::string text = text_at(object, key);
  return text.empty() ? std::nullopt : scaled_decimal(text, power);
}

// Dollars per token, per million tokens, per use, per thousand uses → our units.
inline constexpr int per_token = 15;
inline constexpr int per_million = 9;
inline constexpr int per_use = 9;
inline constexpr int per_thousand = 6;

}  // namespace stint
