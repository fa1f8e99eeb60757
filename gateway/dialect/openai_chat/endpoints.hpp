// OpenAI's paths beside those that have a dialect of their own: openai/openai-openapi of 2026-08-21. What is refused for
// good leads around the gateway, or is everybody's who has the provider's key; what costs and is not metered yet may be
// let through by whoever runs the gateway, unmetered.
#pragma once

#include <array>
#include <string_view>

#include "gateway/dialect/parts/endpoint.hpp"

namespace stint {

inline constexpr std::string_view openai_chat_path = "/v1/chat/completions";

namespace openai_reasons {
inline constexpr std::string_view pictures = "pictures are not metered yet";
inline constexpr std::string_view films = "films are not metered yet";
inline constexpr std::string_view sound = "sound is not metered yet";
inline constexpr std::string_view batches =
    "what a batch will cost is not held yet; send its calls one by one";
inline constexpr std::string_view stored =
    "what is stored there is not kept apart by key; whoever runs this gateway may let it through";
inline constexpr std::string_view live =
    "it hands out the provider's own keys or a line that no cap can end";
inline constexpr std::string_view agents =
    "it runs models of its own accord, whose cost nobody can bound; use chat completions or "
    "responses";
inline constexpr std::string_view management = "it manages the provider's account";
}  // namespace openai_reasons

// In the order in which they are looked for: texts before holes.
inline constexpr std::array<endpoint, 30> openai_chat_endpoints = {{
    {.pattern = openai_chat_path, .streams = true},
    {.pattern = "/v1/moderations",
     .kind = endpoint_kind::free,
     .usual_model = "omni-moderation-latest"},
    {.method = http_method::get, .pattern = "/v1/models", .kind = endpoint_kind::answered_here},
    {.method = http_method::get,
     .pattern = "/v1/models/{id*}",
     .kind = endpoint_kind::answered_here},
    {.method = http_method::delete_,
     .pattern = "/v1/models/{id*}",
     .kind = endpoint_kind::refused,
     .why = openai_reasons::management},
    {.pattern = "/openai/deployments/{model}/chat/completions", .streams = true},
    shut("/v1/chat/completions/{id*}", openai_reasons::stored),
    shut("/v1/images/{any*}", openai_reasons::pictures),
    shut("/v1/videos/{any*}", openai_reasons::films),
    shut("/v1/audio/{any*}", openai_reasons::sound),
    shut("/v1/batches/{any*}", openai_reasons::batches),
    shut("/v1/files/{any*}", openai_reasons::stored),
    shut("/v1/uploads/{any*}", openai_reasons::stored),
    shut("/v1/containers/{any*}", openai_reasons::stored),
    shut("/v1/vector_stores/{any*}", openai_reasons::stored),
    shut("/v1/skills/{any*}", openai_reasons::stored),
    shut("/v1/assistants/{any*}", openai_reasons::agents),
    shut("/v1/threads/{any*}", openai_reasons::agents),
    shut("/v1/chatkit/{any*}", openai_reasons::agents),
    shut("/v1/evals/{any*}", openai_reasons::agents),
    shut("/v1/fine_tuning/{any*}", openai_reasons::agents),
    shut("/v1/fine-tunes/{any*}", openai_reasons::agents),
    shut("/v1/edits", "OpenAI has taken it away; use chat completions"),
    shut("/v1/engines/{any*}", "OpenAI has taken it away; use chat completions"),
    shut("/openai/deployments/{id}/images/{any*}", openai_reasons::pictures),
    shut("/openai/deployments/{id}/audio/{any*}", openai_reasons::sound),
    shut_for_good("/v1/realtime/{any*}", openai_reasons::live),
    shut_for_good("/v1/live/{any*}", openai_reasons::live),
    shut_for_good("/v1/organization/{any*}", openai_reasons::management),
    shut_for_good("/v1/projects/{any*}", openai_reasons::management),
}};

}  // namespace stint
