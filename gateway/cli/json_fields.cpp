// Tested by tests/gateway/cli/commands_test.cpp.
#include "gateway/cli/json_fields.hpp"

#include <boost/json.hpp>

#include "gateway/cli/command_line.hpp"

namespace stint {
namespace {

namespace json = boost::json;

const json::value& field(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  if (value == nullptr) {
    throw command_failure("the gateway's answer has no \"" + std::string(name) +
                          "\"; it is of another version than this command");
  }
  return *value;
}

[[noreturn]] void wrong_kind(std::string_view name) {
  throw command_failure("the gateway's answer has an unexpected \"" + std::string(name) +
                        "\"; it is of another version than this command");
}

}  // namespace

std::string field_text(const json::object& from, std::string_view name) {
  const auto& value = field(from, name);
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  if (!value.is_array()) return json::serialize(value);
  std::string text;
  for (const auto& item : value.get_array()) {
    if (!text.empty()) text += ", ";
    text += item.is_string() ? std::string(item.get_string()) : json::serialize(item);
  }
  return text;
}

std::int64_t field_count(const json::object& from, std::string_view name) {
  const auto& value = field(from, name);
  if (!value.is_int64()) wrong_kind(name);
  return value.get_int64();
}

const json::array& field_list(const json::object& from, std::string_view name) {
  const auto& value = field(from, name);
  if (!value.is_array()) wrong_kind(name);
  return value.get_array();
}

const json::object& field_object(const json::object& from, std::string_view name) {
  const auto& value = field(from, name);
  if (!value.is_object()) wrong_kind(name);
  return value.get_object();
}

}  // namespace stint
