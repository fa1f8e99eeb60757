// Tested by tests/gateway/admin/framing_test.cpp.
#include "gateway/admin/api/repeated_key.hpp"

#include <set>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

namespace stint {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

// Follows the parser that the handlers use, of which only the names are kept.
struct name_watch {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::vector<std::set<std::string>> open;  // the names of each object that is not closed
  std::string name;
  std::optional<std::string> repeated;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    open.pop_back();
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
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
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
  bool on_double(double, string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

}  // namespace

std::optional<std::string> repeated_key(std::string_view json_text) {
  json::basic_parser<name_watch> parser{json::parse_options()};
  error_code broken;
  parser.write_some(false, json_text.data(), json_text.size(), broken);
  return broken ? std::nullopt : parser.handler().repeated;
}

}  // namespace stint
