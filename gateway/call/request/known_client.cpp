// dialects.md §7.5. Tested by tests/gateway/call/request/known_client_test.cpp.
#include "gateway/call/request/known_client.hpp"

#include "pricing/text/ascii.hpp"

namespace stint {

bool takes_cut_for_retry(const request_head& head) noexcept {
  for (const std::string_view field : {"originator", "user-agent"}) {
    const auto value = head.find(field);
    if (value && begins_ignoring_case(*value, "codex")) return true;
  }
  return false;
}

}  // namespace stint
