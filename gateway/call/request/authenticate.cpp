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

// What of the field may be a key; nothing for all others, most of which differ by their name's length.
std::optional<std::string_view> key_in(const header_field& field) noexcept {
  const std::string_view name = field.name;
  if (equals_ignoring_case(name, "authorization")) return bearer(field.value);
  if (equals_ignoring_case(name, "x-api-key") || equals_ignoring_case(name, "api-key"))
    return field.value;
  return std::nullopt;
}
}  // namespace

// A client may send a key of its provider beside ours: Claude Code does, with whatever it was logged in by.
result<caller> authenticate(const request_head& head, const key_ring& keys, wall_time now) {
  caller found;
  std::optional<std::string_view> last;
  for (const header_field& field : head.fields()) {
    const auto offered = key_in(field);
    if (!offered || last == offered) continue;
    last = offered;
    caller one = keys.find(*offered, now);
    if (!one) continue;
    if (found && found->id != one->id) {
      return make_problem(problem_kind::unauthenticated,
                          "two Stint keys, '" + found->id + "' and '" + one->id +
                              "', in different headers; send one of them");
    }
    found = std::move(one);
  }
  if (found) return found;
  if (last) {
    return make_problem(
        problem_kind::unauthenticated,
        "this key is unknown, revoked or expired; 'stint keys list' shows the keys, "
        "'stint keys create' makes one");
  }
  return make_problem(problem_kind::unauthenticated,
                      "no key: send a Stint key as 'Authorization: Bearer sk-stint-…', "
                      "'x-api-key: sk-stint-…' or 'api-key: sk-stint-…'");
}

}  // namespace stint
