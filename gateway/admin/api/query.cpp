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
  into["input_tokens"] = used.input_tokens;
  into["cached_input_tokens"] = used.cached_input_tokens;
  into["cache_write_5m_tokens"] = used.cache_write_5m_tokens;
  into["cache_write_1h_tokens"] = used.cache_write_1h_tokens;
  into["audio_input_tokens"] = used.audio_input_tokens;
  into["output_tokens"] = used.output_tokens;
  into["reasoning_tokens"] = used.reasoning_tokens;
  into["audio_output_tokens"] = used.audio_output_tokens;
  into["web_searches"] = used.web_searches;
  into["total_tokens"] = used.total();
}

void put_amount(boost::json::object& into, const std::string& name, cap_unit unit,
                std::int64_t amount) {
  into[name] = amount;
  if (unit != cap_unit::usd) return;
  // used and held may pass the limit, so that left is negative; to_dollars knows no sign.
  const auto absolute = to_dollars(nanodollars(amount < 0 ? -amount : amount));
  into[name + "_usd"] = amount < 0 ? "-" + absolute : absolute;
}

void put_cost(boost::json::object& into, nanodollars cost) {
  into["cost_nanodollars"] = cost.count();
  into["cost_usd"] = to_dollars(cost);
}

admin_answer answer_problem(const problem& why) {
  return error_answer(why.status, why.message, why.param);
}

}  // namespace stint
