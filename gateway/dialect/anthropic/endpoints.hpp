// Anthropic's paths: platform.claude.com's API reference, 2026-11. What is refused may be let through unmetered by
// whoever runs the gateway, but for what manages the account. Files and skills have OpenAI's paths.
#pragma once

#include <array>
#include <string_view>

#include "gateway/dialect/parts/endpoint.hpp"

namespace stint {

inline constexpr std::string_view messages_path = "/v1/messages";

namespace anthropic_reasons {
inline constexpr std::string_view batches =
    "what a batch will cost is not held yet; send its calls one by one";
inline constexpr std::string_view agents =
    "it runs models of its own accord, whose cost nobody can bound; use messages";
}  // namespace anthropic_reasons

inline constexpr std::array<endpoint, 9> messages_endpoints = {{
    {.pattern = messages_path, .streams = true},
    {.pattern = "/v1/messages/count_tokens", .kind = endpoint_kind::free},
    shut("/v1/messages/batches/{any*}", anthropic_reasons::batches),
    shut("/v1/complete", "Anthropic has replaced it by messages"),
    shut("/v1/agents/{any*}", anthropic_reasons::agents),
    shut("/v1/sessions/{any*}", anthropic_reasons::agents),
    shut("/v1/environments/{any*}", anthropic_reasons::agents),
    shut("/v1/user_profiles/{any*}", "it says who else pays for a call"),
    shut_for_good("/v1/organizations/{any*}", "it manages the provider's account"),
}};

}  // namespace stint
