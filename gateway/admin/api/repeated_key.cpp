// Tested by tests/gateway/admin/framing_test.cpp.
#include "gateway/admin/api/repeated_key.hpp"

#include <set>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "gateway/silent_json.hpp"

namespace stint {
namespace {

namespace json = boost::json;
using json::error_code;

// Follows the parser that the handlers use, of which only the names are kept.
struct name_watch : silent_json {
  std::vector<std::set<std::string>> open;  // the names of each object that is not closed
  std::string name;
  std::optional<std::string> repeated;

  bool on_object_begin(error_code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    open.pop_back();
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    name.append(part.data(), part.size());
    if (!open.back().insert(name).second && !repeated) repeated = name;
    name.clear();
    return true;
  }
};

}  // namespace

std::optional<std::string> repeated_key(std::string_view json_text) {
  json::basic_parser<name_watch> parser{json::parse_options()};
  error_code broken;
  parser.write_some(false, json_text.data(), json_text.size(), broken);
  return broken ? std::nullopt : parser.handler().repeated;
}

}  // namespace stint
