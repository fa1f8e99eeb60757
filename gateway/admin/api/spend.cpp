// Tested by tests/gateway/admin/server_test.cpp.
#include <algorithm>

#include <boost/json.hpp>

#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::size_t lines_max = 100'000;  // about 30 MB of JSON

json::object to_json(const rollup_sums& sums) {
  json::object object{{"calls", sums.calls}, {"flagged_calls", sums.flagged}};
  put_usage(object, sums.used);
  put_cost(object, sums.cost);
  return object;
}

result<std::vector<dimension>> read_by(const admin_request& request) {
  std::vector<dimension> by;
  std::string rest = request.parameter("by").value_or("");
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto chosen = parse_dimension(rest.substr(0, comma));
    if (!chosen || *chosen == dimension::user ||
        std::find(by.begin(), by.end(), *chosen) != by.end()) {
      return make_problem(problem_kind::bad_request,
                          "by: expected some of tenant,feature,key,model,provider, each once",
                          "by");
    }
    by.push_back(*chosen);
    rest.erase(0, std::min(comma + 1, rest.size()));
  }
  return by;
}

// Every other dimension is one of the sums. A pattern for users would meet no user, and the answer
// would be $0.00 for somebody who spent.
result<match_list> read_summed_match(const admin_request& request) {
  auto match = read_match(request);
  const auto is_of_users = [](const auto& each) { return each.first == dimension::user; };
  if (match && std::ranges::any_of(*match, is_of_users)) {
    return make_problem(problem_kind::bad_request,
                        "match: sums know no users; `stint ledger list --match user:…` lists the "
                        "calls of one, and a cap that is split by user counts what each uses",
                        "match");
  }
  return match;
}

result<rollup_query> read_query(const admin_request& request, wall_time now) {
  rollup_query query;
  auto by = read_by(request);
  if (!by) return by.error();
  auto match = read_summed_match(request);
  if (!match) return match.error();
  const auto from = read_time(request, "from");
  if (!from) return from.error();
  const auto to = read_time(request, "to");
  if (!to) return to.error();
  query.by = std::move(*by);
  query.match = std::move(*match);
  // The roll-ups are by the hour: say what is really summed.
  query.from = std::chrono::floor<std::chrono::hours>(from->value_or(start_of_month(now)));
  query.until = std::chrono::ceil<std::chrono::hours>(to->value_or(now));
  if (query.until <= query.from)
    return make_problem(problem_kind::bad_request, "to: must be after from", "to");
  const auto day = request.parameter("day").value_or("0");
  if (day != "0" && day != "1")
    return make_problem(problem_kind::bad_request, "day: expected 0 or 1", "day");
  query.by_day = day == "1";
  return query;
}

// Of calls of the simulated provider: whether they are left out, in, or all that is summed.
result<std::string_view> choose_books(const admin_request& request, const simulation& how,
                                      rollup_query& query) {
  const auto only = request.parameter("simulated").value_or("0");
  if (only != "0" && only != "1")
    return make_problem(problem_kind::bad_request, "simulated: expected 0 or 1", "simulated");
  if (only == "1") {
    query.match.emplace_back(dimension::provider, simulated_provider_name);
    return "only";
  }
  if (!how.apart) return "in";
  query.except_provider = simulated_provider_name;
  return "out";
}

wall_time until_now(wall_time now) {
  return std::chrono::ceil<std::chrono::seconds>(now);
}

json::object to_json(const rollup_line& line, const rollup_query& query) {
  json::object object;
  if (query.by_day)
    object["day"] = line.day ? json::value(to_iso_date(*line.day)) : json::value(nullptr);
  for (std::size_t i = 0; i < query.by.size() && i < line.values.size(); ++i) {
    object[to_string(query.by[i])] = line.values[i];
  }
  for (auto& field : to_json(line.sums))
    object[field.key()] = field.value();
  return object;
}

}  // namespace

admin_answer get_spend(const admin_request& request, admin_services& services) {
  if (auto refused =
          refuse_unknown_parameters(request, {"by", "from", "to", "day", "match", "simulated"}))
    return *refused;
  const auto now = wall_now();
  auto query = read_query(request, now);
  if (!query) return answer_problem(query.error());
  const auto books = choose_books(request, services.settings.simulated, *query);
  if (!books) return answer_problem(books.error());
  const auto lines = services.ledger.spend(*query);
  if (lines.size() > lines_max) {
    return error_answer(
        422, "over 100000 lines; narrow from and to, add match, or drop a dimension of by", "by");
  }
  rollup_sums total;
  json::array shown;
  for (const auto& line : lines) {
    total += line.sums;
    shown.push_back(to_json(line, *query));
  }
  json::array by;
  for (const auto chosen : query->by)
    by.emplace_back(to_string(chosen));
  return json_answer(200, json::object{{"from", to_iso_time(query->from)},
                                       // Whole hours are summed, and the last one is not over.
                                       {"to", to_iso_time(std::min(query->until, until_now(now)))},
                                       {"by", std::move(by)},
                                       {"day", query->by_day},
                                       {"simulated", std::string(*books)},
                                       {"lines", std::move(shown)},
                                       {"total", to_json(total)}});
}

}  // namespace stint
