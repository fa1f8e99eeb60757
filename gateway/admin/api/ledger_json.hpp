// One ledger row as JSON, for the API and the commands. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "budgets/records/row.hpp"

namespace stint {

[[nodiscard]] boost::json::object to_json(const ledger_row& row);
[[nodiscard]] std::vector<std::string> names_of_flags(std::uint32_t flags);
[[nodiscard]] std::optional<std::uint32_t> flag_of(std::string_view name) noexcept;

}  // namespace stint
