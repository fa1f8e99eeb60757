// Tested by tests/gateway/call/request/authenticate_test.cpp.
#include "gateway/call/request/authenticate.hpp"

#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// RFC 9110 §11.1: the scheme is case-insensitive.
std::optional<std::string_view> bearer(std::string_view value) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (!equals_ignoring_case(value.substr(0, scheme.size()), scheme)) return std::nullopt;
  value.remove_prefix(scheme.size());
  while (value.starts_with(' '))
    value.remove_prefix(1);
  return value;
}
}  // namespace

result<caller> authenticate(const request_head& head, const key_ring& keys, wall_time now) {
  const auto api_key = head.find("x-api-key");
  const auto authorization = head.find("authorization");
  const auto token = authorization ? bearer(*authorization) : std::nullopt;
  if (!api_key && !token) {
    return make_problem(problem_kind::unauthenticated,
                        "no key: send a Stint key as 'Authorization: Bearer sk-stint-…' or "
                        "'x-api-key: sk-stint-…'");
  }
  if (api_key && token && *api_key != *token) {
    return make_problem(
        problem_kind::unauthenticated,
        "two different keys: Authorization and x-api-key disagree; send one of them");
  }
  if (caller found = keys.find(api_key ? *api_key : *token, now)) return found;
  return make_problem(problem_kind::unauthenticated,
                      "this key is unknown, revoked or expired; 'stint keys list' shows the keys, "
                      "'stint keys create' "
                      "makes one");
}

}  // namespace stint
