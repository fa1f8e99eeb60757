// Tested by tests/gateway/admin/server_test.cpp.
#include <array>

#include <boost/json.hpp>

#include "gateway/admin/api/ledger_json.hpp"
#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"
#include "pricing/text/words.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::int64_t rows_max = 1'000;
// Some 50 ms. Who asks for rare rows goes on from where a page ends.
constexpr std::size_t rows_looked_at = 20'000;

problem wrong_id() {
  return make_problem(problem_kind::bad_request,
                      "expected a request id like 019356a0-0000-7000-8000-000000000000", "id");
}

result<row_query> read_query(const admin_request& request) {
  row_query query;
  auto match = read_match(request);
  if (!match) return match.error();
  const auto from = read_time(request, "from");
  if (!from) return from.error();
  const auto to = read_time(request, "to");
  if (!to) return to.error();
  query.match = std::move(*match);
  query.from = from->value_or(wall_time{});
  query.until = *to;
  if (const auto before = request.parameter("before")) {
    query.before = parse_call_id(*before);
    if (!query.before) return wrong_id();
  }
  for (const auto& name : request.parameters("flag")) {
    const auto flag = flag_of(name);
    if (!flag) {
      return make_problem(problem_kind::bad_request,
                          "flag: there is none called \"" + name + "\"" +
                              did_you_mean(name, names_of_flags(~0U)) + "; there are " +
                              list_choices(names_of_flags(~0U)),
                          "flag");
    }
    query.flags |= *flag;
  }
  const auto limit = parse_count(request.parameter("limit").value_or("100"));
  if (!limit || *limit < 1 || *limit > rows_max) {
    return make_problem(problem_kind::bad_request, "limit: expected a number from 1 to 1000",
                        "limit");
  }
  query.limit = static_cast<std::size_t>(*limit);
  query.looked_at_max = rows_looked_at;
  return query;
}

}  // namespace

admin_answer list_rows(const admin_request& request, admin_services& services) {
  if (auto refused =
          refuse_unknown_parameters(request, {"limit", "before", "from", "to", "match", "flag"}))
    return *refused;
  const auto query = read_query(request);
  if (!query) return answer_problem(query.error());
  const row_page page = services.ledger.page(*query);
  json::array shown;
  for (const auto& row : page.rows)
    shown.push_back(to_json(row));
  json::value next = nullptr;
  json::value back_to = nullptr;
  if (page.next_before) {
    next = json::string(to_string(*page.next_before));
    back_to = json::string(to_iso_time(page.back_to));
  }
  return json_answer(200, json::object{{"rows", std::move(shown)},
                                       {"next_before", std::move(next)},
                                       {"looked_back_to", std::move(back_to)}});
}

admin_answer get_row(const admin_request& request, admin_services& services) {
  const auto id = parse_call_id(request.id);
  if (!id) return answer_problem(wrong_id());
  const auto row = services.ledger.row(*id);
  if (!row) {
    return error_answer(404,
                        "no call with this id is recorded; it may still be running, have been "
                        "refused before anything was held, or be older than rows_kept_days",
                        "id");
  }
  return json_answer(200, json::object{{"row", to_json(*row)}});
}

}  // namespace stint
