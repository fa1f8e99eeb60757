// Tested by tests/gateway/call/request/authenticate_test.cpp.
#include "gateway/call/request/authenticate.hpp"

namespace stint {

namespace {
// RFC 9110 §11.1: the scheme is case-insensitive.
std::optional<std::string_view> bearer(std::string_view value) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (value.size() < scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char lower =
        value[i] >= 'A' && value[i] <= 'Z' ? static_cast<char>(value[i] + 32) : value[i];
    if (lower != scheme[i]) return std::nullopt;
  }
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
