// Tested by tests/gateway/call/request/json_fault_test.cpp.
#include "gateway/call/request/json_fault.hpp"

#include <algorithm>
#include <cstddef>

#include <boost/json/basic_parser_impl.hpp>

#include "gateway/silent_json.hpp"

namespace stint {

namespace {
// As deep as simdjson goes.
constexpr std::size_t depth_max = 1'024;
}  // namespace

std::string where_it_breaks(std::string_view text) {
  namespace json = boost::json;
  json::parse_options options;
  options.max_depth = depth_max;
  json::basic_parser<silent_json> parser{options};
  json::error_code broken;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), broken);
  // It stops behind the document, whatever follows.
  const std::size_t more = text.find_first_not_of(" \t\r\n", read);
  if (!broken && more == std::string_view::npos) return {};
  if (broken == json::error::incomplete) return " at its end, where more should follow";
  const std::string_view before = text.substr(0, broken ? std::min(read, text.size()) : more);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = before.size() - (before.rfind('\n') + 1) + 1;
  return " at line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace stint
