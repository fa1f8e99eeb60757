// dialects.md §7.4, §7.5, §9. Tested by tests/gateway/call/request/known_client_test.cpp.
#include "gateway/call/request/known_client.hpp"

#include "pricing/text/ascii.hpp"

namespace stint {

client_habit habit_of(std::string_view user_agent) noexcept {
  if (user_agent.starts_with("claude-cli/")) return client_habit::claude_code;
  // Both send a product "ai-sdk/…"; opencode, which is built with it, names itself first. Google's own is another:
  // "google-genai-sdk/…".
  const bool retries = user_agent.starts_with("ai/") || user_agent.starts_with("opencode/") ||
                       user_agent.starts_with("ai-sdk/") ||
                       user_agent.find(" ai-sdk/") != std::string_view::npos;
  return retries ? client_habit::retries_429 : client_habit::usual;
}

bool takes_cut_for_retry(const request_head& head) noexcept {
  for (const std::string_view field : {"originator", "user-agent"}) {
    const auto value = head.find(field);
    if (value && begins_ignoring_case(*value, "codex")) return true;
  }
  return false;
}

}  // namespace stint
