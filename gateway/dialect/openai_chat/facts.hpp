// What OpenAI's APIs have in common, whichever server speaks them. Constants and a pure function.
#pragma once

#include <array>
#include <string_view>

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// Agents that call models of their own accord have no bound (dialects.md §1.1).
inline constexpr std::array<billed_word, 3> openai_betas = {{
    {"responses_multi_agent", priced_by::nothing},
    {"agent", priced_by::nothing},
    {"multi_agent", priced_by::nothing},
}};
// Of chats and of responses; the others have no betas.
inline constexpr std::array<billed_field, 1> openai_billed_fields = {
    {{"openai-beta", openai_betas}}};
inline constexpr std::array<std::string_view, 1> openai_query_keys = {"api-version"};  // Azure's

// `own`: in what this API differs from the others.
[[nodiscard]] constexpr dialect_facts openai_facts(dialect_facts own) noexcept {
  own.credential = {"authorization", "Bearer "};
  if (own.query_keys.empty()) own.query_keys = openai_query_keys;
  own.version_in_base_url = true;
  own.request_id_field = "x-request-id";
  own.limits = limit_form::openai;
  return own;
}

}  // namespace stint
