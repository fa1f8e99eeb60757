// Tested by tests/gateway/admin/server_test.cpp.
#include "gateway/admin/api/query.hpp"

#include "pricing/text/words.hpp"
#include "pricing/time_text.hpp"

namespace stint {

result<match_list> read_match(const admin_request& request) {
  match_list match;
  for (const auto& text : request.parameters("match")) {
    const auto colon = text.find(':');
    const auto chosen = parse_dimension(text.substr(0, colon));
    if (colon == std::string::npos || !chosen || colon + 1 == text.size()) {
      return make_problem(problem_kind::bad_request,
                          "match: expected dimension:pattern, like tenant:acme or model:gpt-*",
                          "match");
    }
    match.emplace_back(*chosen, text.substr(colon + 1));
  }
  return match;
}

result<std::optional<wall_time>> read_time(const admin_request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text) return std::optional<wall_time>{};
  const auto at = parse_iso_time(*text);
  if (at) return at;
  return make_problem(
      problem_kind::bad_request,
      std::string(name) + ": expected a UTC time like 2026-11-01 or 2026-11-01T12:00:00Z",
      std::string(name));
}

void put_usage(boost::json::object& into, const usage& used) {
  for (const usage_kind& kind : usage_kinds)
    into[kind.name] = used.*kind.count;
  into["total_tokens"] = used.total();
}

namespace {
// used and held may pass the limit, so that left is negative, and a correction takes away;
// to_dollars knows no sign.
std::string signed_dollars(std::int64_t amount) {
  const auto absolute = to_dollars(nanodollars(amount < 0 ? -amount : amount));
  return amount < 0 ? "-" + absolute : absolute;
}
}  // namespace

void put_amount(boost::json::object& into, const std::string& name, cap_unit unit,
                std::int64_t amount) {
  into[name] = amount;
  if (unit == cap_unit::usd) into[name + "_usd"] = signed_dollars(amount);
}

void put_cost(boost::json::object& into, nanodollars cost) {
  into["cost_nanodollars"] = cost.count();
  into["cost_usd"] = signed_dollars(cost.count());
}

admin_answer answer_problem(const problem& why) {
  return error_answer(why.status, why.message, why.param);
}

}  // namespace stint
