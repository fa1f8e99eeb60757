// Tested by tests/gateway/config/advice_test.cpp.
#include "gateway/config/written.hpp"

#include <yaml-cpp/yaml.h>

#include "pricing/yaml/section.hpp"

namespace stint {
namespace {

// As deep as the document is, which its parser bounds.
std::string in_one_line(const YAML::Node& value) {
  if (value.IsScalar()) return value.Scalar();
  std::string text;
  for (const auto& each : value) {
    if (!text.empty()) text += ", ";
    if (value.IsMap()) text += in_one_line(each.first) + ": " + in_one_line(each.second);
    if (value.IsSequence()) text += in_one_line(each);
  }
  if (value.IsMap()) return "{" + text + "}";
  return value.IsSequence() ? "[" + text + "]" : text;
}

void note(const std::string& name, const YAML::Node& value, written_settings& into) {
  if (!value.IsDefined() || value.IsNull()) return;
  if (!value.IsMap()) {
    into.emplace(name, in_one_line(value));
    return;
  }
  for (const auto& each : value) {
    if (!each.first.IsScalar()) continue;
    note(name.empty() ? each.first.Scalar() : name + "." + each.first.Scalar(), each.second, into);
  }
}

std::string said_in(const written_settings& by, const std::string& name) {
  const auto found = by.find(name);
  return found == by.end() ? std::string() : found->second;
}

}  // namespace

written_settings written(const YAML::Node& document) {
  written_settings all;
  note("", document, all);
  return all;
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

std::string told_value(const std::string& value) {
  return value.empty() ? "not given" : shown_in_message(value);
}

bool is_within(std::string_view setting, std::string_view section) noexcept {
  return setting.starts_with(section) &&
         (setting.size() == section.size() || setting[section.size()] == '.');
}

}  // namespace stint
