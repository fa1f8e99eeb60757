// Tested by tests/gateway/call/request/recognise_test.cpp.
#include "gateway/call/request/recognise.hpp"

#include "gateway/config/metered_paths.hpp"
#include "gateway/dialect/spelling.hpp"

namespace stint {

namespace {
// No rule is a side door to a metered API. A prefix is none by what an upstream may read in another way
// either, nor by a path below.
bool passes(const config& settings, const passthrough_config& rule, const request_head& head) {
  if (rule.method != to_string(head.method)) return false;
  std::string_view prefix = rule.path;
  if (!prefix.ends_with('*')) return head.path == prefix && !reaches_metered_call(settings, rule);
  prefix.remove_suffix(1);
  if (!head.path.starts_with(prefix) || is_ambiguous_path(head.path)) return false;
  return !borders_metered_path(head.path) && !borders_metered_call(settings, rule, head.path);
}

result<recognised> metered_by(const dialect& speaks, const request_head& head) {
  if (head.method == http_method::post) return recognised{.speaks = &speaks};
  return make_problem(problem_kind::method_not_allowed,
                      std::string(head.path.substr(0, 200)) + " takes POST only");
}

problem misspelt(const dialect& meant, const request_head& head) {
  return make_problem(problem_kind::not_found, std::string(to_string(head.method)) + " " +
                                                   std::string(head.path.substr(0, 200)) +
                                                   " is not served; write POST " +
                                                   std::string(meant.facts().path));
}
}  // namespace

result<recognised> recognise(const config& settings, const request_head& head) {
  if (const dialect* speaks = dialect_of_path(head.path)) return metered_by(*speaks, head);
  if (const respelt_path near = respelt_metered_path(head.path); near.meant != nullptr)
    return near.is_plain ? metered_by(*near.meant, head) : misspelt(*near.meant, head);
  for (const passthrough_config& rule : settings.passthrough) {
    if (passes(settings, rule, head)) return recognised{.unmetered = &rule};
  }
  return make_problem(
      problem_kind::not_found,
      "Stint meters " + metered_calls() + "; " + std::string(to_string(head.method)) + " " +
          std::string(head.path.substr(0, 200)) +
          " is none of them, and whoever runs this gateway has not let it through.");
}

}  // namespace stint
