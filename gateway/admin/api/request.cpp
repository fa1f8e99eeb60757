// Tested by tests/gateway/admin/request_test.cpp.
#include "gateway/admin/api/request.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "pricing/text/ascii.hpp"
#include "pricing/text/utf8.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace urls = boost::urls;

constexpr std::size_t parameters_max = 64;

// Boost.URL makes sure that every escape is whole; what it stands for may still end a line, or be no
// text at all.
bool is_plain(std::string_view decoded) noexcept {
  return is_utf8(decoded) && std::none_of(decoded.begin(), decoded.end(), is_control);
}

}  // namespace

std::optional<std::string> admin_request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> admin_request::parameters(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query) {
    if (key == name) values.push_back(value);
  }
  return values;
}

// What is stored may hold bytes that are no UTF-8, of a time when they were let in; one of them would
// make the whole page unreadable.
admin_answer json_answer(int status, const json::value& body) {
  return {.status = status,
          .content_type = "application/json",
          .body = with_utf8_alone(json::serialize(body)) + "\n",
          .allow = {}};
}

admin_answer text_answer(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(body),
          .allow = {}};
}

admin_answer error_answer(int status, std::string_view message, std::string_view param) {
  json::object error{{"message", message}};
  if (!param.empty()) error["param"] = param;
  return json_answer(status, json::object{{"error", std::move(error)}});
}

bool read_target(std::string_view target, admin_request& into) {
  const auto read = urls::parse_origin_form(target);
  if (!read) return false;
  into.path = read->path();
  if (!is_plain(into.path)) return false;
  urls::encoding_opts form;
  form.space_as_plus = true;  // as HTML forms and curl --data-urlencode write it
  for (const urls::param pair : read->params(form)) {
    if (into.query.size() == parameters_max) return false;
    if (pair.key.empty() && !pair.has_value) continue;  // "a=1&&b=2"
    if (!is_plain(pair.key) || !is_plain(pair.value)) return false;
    into.query.emplace_back(pair.key, pair.value);
  }
  return true;
}

std::optional<admin_answer> refuse_unknown_parameters(const admin_request& request,
                                                      const std::vector<std::string>& known) {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto choices = known.empty() ? std::string("none is") : list_choices(known) + " are";
    return error_answer(
        400, "unknown parameter" + did_you_mean(name, known) + "; " + choices + " understood here",
        name);
  }
  return std::nullopt;
}

}  // namespace stint
