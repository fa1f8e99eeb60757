// Tested by tests/gateway/call/request/recognise_test.cpp.
#include "gateway/call/request/recognise.hpp"

#include <string>
#include <string_view>

#include "gateway/config/metered_paths.hpp"
#include "gateway/dialect/spelling.hpp"

namespace stint {

namespace {
// No rule is a side door to what the table of endpoints has. A prefix is none by what an upstream may read in
// another way either, nor by a path below.
bool passes(const config& settings, const passthrough_config& rule, const request_head& head) {
  if (rule.method != to_string(head.method)) return false;
  std::string_view prefix = rule.path;
  if (!prefix.ends_with('*')) {
    return head.path == prefix && !reaches_metered_call(settings, rule) &&
           shut_endpoint(head.method, head.path, false) == nullptr;
  }
  prefix.remove_suffix(1);
  if (!head.path.starts_with(prefix) || is_ambiguous_path(head.path)) return false;
  return !borders_metered_path(head.path) && !borders_metered_call(settings, rule, head.path) &&
         shut_endpoint(head.method, head.path, true) == nullptr;
}

const passthrough_config* rule_for(const config& settings, const request_head& head) {
  for (const passthrough_config& rule : settings.passthrough) {
    if (passes(settings, rule, head)) return &rule;
  }
  return nullptr;
}

std::string shown_path(const request_head& head) {
  return std::string(head.path.substr(0, 200));
}

std::string shown(const request_head& head) {
  return std::string(to_string(head.method)) + " " + shown_path(head);
}

result<recognised> metered_by(const dialect& speaks, const request_head& head) {
  if (head.method != http_method::post) {
    return make_problem(problem_kind::method_not_allowed, shown_path(head) + " takes POST only");
  }
  recognised found;
  found.speaks = &speaks;
  found.target.at = speaks.facts().endpoints.data();
  found.target.path = head.path;
  found.target.query = head.query;
  return found;
}

problem misspelt(std::string_view right, const request_head& head) {
  return make_problem(problem_kind::not_found,
                      shown(head) + " is not served; write " + std::string(right));
}

problem refused_path(const endpoint& what, const request_head& head) {
  return make_problem(problem_kind::not_found,
                      shown(head) + " is not served here: " + std::string(what.why));
}

// A path that is nobody's fixed one.
result<recognised> recognise_other(const config& settings, const request_head& head) {
  found_endpoint found = find_endpoint(head.method, head.path);
  const bool is_refused =
      found.speaks != nullptr && found.target.at->kind == endpoint_kind::refused;
  if (found.speaks != nullptr && !is_refused) {
    recognised made;
    made.speaks = found.speaks;
    made.target = found.target;
    // Another spelling of the fixed path leaves here as that one does.
    if (found.speaks->has_fixed_path() && found.target.at->kind == endpoint_kind::metered)
      made.target.at = found.speaks->facts().endpoints.data();
    made.target.query = head.query;
    return made;
  }
  if (const passthrough_config* rule = rule_for(settings, head)) {
    recognised made;
    made.unmetered = rule;
    return made;
  }
  if (is_refused) return refused_path(*found.target.at, head);
  if (!found.other_methods.empty()) {
    return make_problem(problem_kind::method_not_allowed,
                        shown_path(head) + " takes " + found.other_methods + " only");
  }
  if (const endpoint* meant = shut_endpoint(head.method, head.path, false);
      meant != nullptr && meant->kind != endpoint_kind::refused)
    return misspelt(std::string(to_string(meant->method)) + " " + std::string(meant->pattern),
                    head);
  return make_problem(
      problem_kind::not_found,
      "Stint meters " + metered_calls() + "; " + shown(head) +
          " is none of them, and whoever runs this gateway has not let it through.");
}
}  // namespace

result<recognised> recognise(const config& settings, const request_head& head) {
  if (const dialect* speaks = dialect_of_path(head.path)) return metered_by(*speaks, head);
  if (const respelt_path near = respelt_metered_path(head.path); near.meant != nullptr) {
    return near.is_plain ? metered_by(*near.meant, head)
                         : misspelt("POST " + std::string(near.meant->facts().path), head);
  }
  return recognise_other(settings, head);
}

}  // namespace stint
