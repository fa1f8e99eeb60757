// Fields of the gateway's answers as text for tables. Throws command_failure when a field is not
// there: then the gateway is of another version than this command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace stint {

// A string as it is, a number in digits, nothing for null, a list joined by ", ".
[[nodiscard]] std::string field_text(const boost::json::object& from, std::string_view name);
[[nodiscard]] std::int64_t field_count(const boost::json::object& from, std::string_view name);
[[nodiscard]] const boost::json::array& field_list(const boost::json::object& from,
                                                   std::string_view name);
[[nodiscard]] const boost::json::object& field_object(const boost::json::object& from,
                                                      std::string_view name);

}  // namespace stint
