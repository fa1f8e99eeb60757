// The body of an order to the admin API: a JSON object whose fields are known, with a reason that is
// kept with the record. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "gateway/problem.hpp"

namespace stint {

// The API has one token.
inline constexpr std::string_view order_giver = "admin";

[[nodiscard]] problem wrong_order(std::string_view field, const std::string& what);
// Strings alone, but for the fields in `objects`.
[[nodiscard]] result<boost::json::object> read_order(const std::string& text,
                                                     const std::vector<std::string>& known,
                                                     const std::vector<std::string>& objects = {});
[[nodiscard]] std::optional<std::string> text_of(const boost::json::object& order,
                                                 std::string_view name);
[[nodiscard]] result<std::string> read_reason(const boost::json::object& order);

}  // namespace stint
