// What a configuration file says, setting by setting, so that a reload can tell each that is written
// otherwise, also those that nobody thought of comparing. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace stint {

// "limits.body_timeout" and "30s"; a list is one value, whatever is in it.
using written_settings = std::map<std::string, std::string, std::less<>>;

// Nothing: its anchors stand for themselves, or unfold into more than a file may say.
[[nodiscard]] std::optional<written_settings> written(const YAML::Node& document);

struct setting_change {
  std::string name;
  std::string was;  // "": it was not given
  std::string is;
  bool operator==(const setting_change&) const = default;
};

// In the order of their names.
[[nodiscard]] std::vector<setting_change> changes_of(const written_settings& was,
                                                     const written_settings& is);

// A setting's value for a message: short, without secrets, and "not given" for none.
[[nodiscard]] std::string told_value(const std::string& setting, const std::string& value);

// Whether the setting is that one, or stands in that section.
[[nodiscard]] bool is_within(std::string_view setting, std::string_view section) noexcept;

}  // namespace stint
