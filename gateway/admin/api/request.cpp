// Tested by tests/gateway/admin/request_test.cpp.
#include "gateway/admin/api/request.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "gateway/config/words.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::size_t parameters_max = 64;

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 3986 §2.1, with '+' for a space as HTML forms and curl --data-urlencode write it.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return std::nullopt;
    decoded += c;
  }
  return decoded;
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

admin_answer json_answer(int status, const json::value& body) {
  return {.status = status,
          .content_type = "application/json",
          .body = json::serialize(body) + "\n",
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
  const auto question = std::min(target.find('?'), target.size());
  const auto path = decode(target.substr(0, question), false);
  if (!path || !path->starts_with('/')) return false;
  into.path = *path;
  auto rest = target.substr(std::min(question + 1, target.size()));
  while (!rest.empty()) {
    if (into.query.size() == parameters_max) return false;
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return false;
    into.query.emplace_back(std::move(*name), std::move(*value));
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
