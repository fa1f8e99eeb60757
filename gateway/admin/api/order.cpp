// Tested by tests/gateway/cli/caps_adjust_test.cpp and amend_test.cpp.
#include "gateway/admin/api/order.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "pricing/text/ascii.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace json = boost::json;

namespace {
constexpr std::size_t order_text_bytes_max = 500;
}

problem wrong_order(std::string_view field, const std::string& what) {
  return make_problem(problem_kind::bad_request, std::string(field) + ": " + what,
                      std::string(field));
}

result<json::object> read_order(const std::string& text, const std::vector<std::string>& known,
                                const std::vector<std::string>& objects) {
  boost::system::error_code broken;
  const auto value = json::parse(text, broken);
  if (broken || !value.is_object()) {
    return make_problem(problem_kind::bad_request,
                        "expected a JSON object like {\"reason\": \"launch\"}");
  }
  for (const auto& field : value.get_object()) {
    const std::string name(field.key());
    if (std::ranges::find(known, name) == known.end())
      return wrong_order(
          name, "unknown field" + did_you_mean(name, known) + "; known: " + list_choices(known));
    if (std::ranges::find(objects, name) != objects.end()) {
      if (!field.value().is_object()) return wrong_order(name, "expected an object");
      continue;
    }
    if (!field.value().is_string()) return wrong_order(name, "expected a string");
    if (field.value().get_string().size() > order_text_bytes_max)
      return wrong_order(name,
                         "expected at most " + std::to_string(order_text_bytes_max) + " bytes");
  }
  return value.get_object();
}

std::optional<std::string> text_of(const json::object& order, std::string_view name) {
  const auto* value = order.if_contains(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value->get_string());
}

result<std::string> read_reason(const json::object& order) {
  const auto reason = text_of(order, "reason").value_or("");
  const bool shown = std::ranges::any_of(reason, [](char c) { return c != ' '; });
  const bool plain = std::ranges::none_of(reason, is_control);
  if (shown && plain) return reason;
  return wrong_order("reason", "say in one line why, like \"launch\"; it is kept with the record");
}

}  // namespace stint
