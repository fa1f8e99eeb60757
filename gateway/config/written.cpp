// Tested by tests/gateway/config/advice_test.cpp.
#include "gateway/config/written.hpp"

#include <cstddef>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "pricing/yaml/section.hpp"

namespace stint {
namespace {

// An anchor may stand for itself, and a few that stand for one another unfold into more than any memory
// holds. A file is of 4 MiB at most, and its settings stand a few levels deep.
constexpr int levels_max = 32;
constexpr std::size_t unfolded_bytes_max = std::size_t{48} << 20;
constexpr std::size_t bytes_of_any = 16;  // also what says nothing takes time

class setting_walk {
 public:
  void note(const std::string& name, const YAML::Node& value, int level) {
    if (!take(name.size(), level) || !value.IsDefined() || value.IsNull()) return;
    if (!value.IsMap()) {
      into_.emplace(name, in_one_line(value, level));
      return;
    }
    for (const auto& each : value) {
      if (!each.first.IsScalar()) continue;
      const std::string& key = each.first.Scalar();
      note(name.empty() ? key : name + "." + key, each.second, level + 1);
    }
  }

  [[nodiscard]] std::optional<written_settings> noted() && {
    return is_whole_ ? std::optional(std::move(into_)) : std::nullopt;
  }

 private:
  // False from the first that is too much on.
  [[nodiscard]] bool take(std::size_t bytes, int level) noexcept {
    bytes += bytes_of_any;
    is_whole_ = is_whole_ && level <= levels_max && bytes <= bytes_left_;
    if (is_whole_) bytes_left_ -= bytes;
    return is_whole_;
  }

  std::string in_one_line(const YAML::Node& value, int level) {
    if (!take(value.IsScalar() ? value.Scalar().size() : 0, level)) return "";
    if (value.IsScalar()) return value.Scalar();
    std::string text;
    for (const auto& each : value) {
      if (!text.empty()) text += ", ";
      if (value.IsMap())
        text += in_one_line(each.first, level + 1) + ": " + in_one_line(each.second, level + 1);
      if (value.IsSequence()) text += in_one_line(each, level + 1);
    }
    if (value.IsMap()) return "{" + text + "}";
    return value.IsSequence() ? "[" + text + "]" : text;
  }

  written_settings into_;
  std::size_t bytes_left_ = unfolded_bytes_max;
  bool is_whole_ = true;
};

std::string said_in(const written_settings& by, const std::string& name) {
  const auto found = by.find(name);
  return found == by.end() ? std::string() : found->second;
}

}  // namespace

std::optional<written_settings> written(const YAML::Node& document) {
  setting_walk walk;
  walk.note("", document, 0);
  return std::move(walk).noted();
}

std::vector<setting_change> changes_of(const written_settings& was, const written_settings& is) {
  written_settings either = was;
  either.insert(is.begin(), is.end());
  std::vector<setting_change> changes;
  for (const auto& [name, text] : either) {
    setting_change change{name, said_in(was, name), said_in(is, name)};
    if (change.was != change.is) changes.push_back(std::move(change));
  }
  return changes;
}

// Behind the '?' of a provider's path may stand what opens it.
std::string told_value(const std::string& setting, const std::string& value) {
  if (value.empty()) return "not given";
  const std::size_t query = is_within(setting, "providers") ? value.find('?') : std::string::npos;
  return shown_in_message(value.substr(0, query)) + (query == std::string::npos ? "" : "?…");
}

bool is_within(std::string_view setting, std::string_view section) noexcept {
  return setting.starts_with(section) &&
         (setting.size() == section.size() || setting[section.size()] == '.');
}

}  // namespace stint
