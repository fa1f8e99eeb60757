// Tested by tests/gateway/call/request/recognise_test.cpp.
#include "gateway/call/request/recognise.hpp"

namespace stint {

namespace {
bool passes(const passthrough_config& rule, const request_head& head) noexcept {
  if (rule.method != to_string(head.method)) return false;
  std::string_view path = rule.path;
  if (!path.ends_with('*')) return head.path == path;
  path.remove_suffix(1);
  // A prefix must not be a side door to a metered API: not by escapes that an upstream may decode,
  // nor by a path below.
  if (head.path.find('%') != std::string_view::npos) return false;
  if (borders_metered_path(head.path)) return false;
  return head.path.starts_with(path);
}
}  // namespace

result<recognised> recognise(const config& settings, const request_head& head) {
  if (const dialect* speaks = dialect_of_path(head.path)) {
    if (head.method != http_method::post) {
      return make_problem(problem_kind::method_not_allowed,
                          std::string(head.path) + " takes POST only");
    }
    return recognised{.speaks = speaks};
  }
  for (const passthrough_config& rule : settings.passthrough) {
    if (passes(rule, head)) return recognised{.unmetered = &rule};
  }
  return make_problem(
      problem_kind::not_found,
      "Stint meters " + metered_calls() + "; " + std::string(to_string(head.method)) + " " +
          std::string(head.path.substr(0, 200)) +
          " is none of them, and whoever runs this gateway has not let it through.");
}

}  // namespace stint
