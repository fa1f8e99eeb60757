// The filters that the spend and ledger routes share: match=tenant:acme, from=…, to=….
#pragma once

#include <boost/json/object.hpp>

#include "budgets/records/cap.hpp"
#include "gateway/admin/api/request.hpp"
#include "gateway/problem.hpp"

namespace stint {

using match_list = std::vector<std::pair<dimension, std::string>>;
[[nodiscard]] result<match_list> read_match(const admin_request& request);

[[nodiscard]] result<std::optional<wall_time>> read_time(const admin_request& request,
                                                         std::string_view name);

// Every kind of token, under the names of the ledger.
void put_usage(boost::json::object& into, const usage& used);
// An amount in a cap's unit; money as a decimal too.
void put_amount(boost::json::object& into, const std::string& name, cap_unit unit,
                std::int64_t amount);
void put_cost(boost::json::object& into, nanodollars cost);

[[nodiscard]] admin_answer answer_problem(const problem& why);

}  // namespace stint
