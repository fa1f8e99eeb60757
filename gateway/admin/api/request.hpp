// One request to the admin listener and its answer, apart from any socket. Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

namespace stint {

struct admin_request {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;  // percent-decoded, in order
  std::string body;
  std::string id;    // the {id} of the route
  std::string from;  // the address that it comes from

  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> parameters(std::string_view name) const;
};

struct admin_answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow;  // with 405
};

[[nodiscard]] admin_answer json_answer(int status, const boost::json::value& body);
[[nodiscard]] admin_answer text_answer(int status, std::string body);
// {"error": {"message": …, "param": …}}
[[nodiscard]] admin_answer error_answer(int status, std::string_view message,
                                        std::string_view param = {});

// Fills path and query of "/path?a=b&c=d"; false when an escape is broken, a control character is
// in it or there are more than 64 parameters.
[[nodiscard]] bool read_target(std::string_view target, admin_request& into);

// A parameter that the route does not know, so that a misspelt filter is never silently ignored.
[[nodiscard]] std::optional<admin_answer> refuse_unknown_parameters(
    const admin_request& request, const std::vector<std::string>& known);

}  // namespace stint
