// Clients that are told apart by what they say of themselves, because they take an answer in another way than others
// of their API do. Pure functions.
#pragma once

#include <string_view>

#include "gateway/http/request_head.hpp"
#include "gateway/problem.hpp"

namespace stint {

// How the client takes a refusal: by its user-agent.
[[nodiscard]] client_habit habit_of(std::string_view user_agent) noexcept;

// Codex sends the same request again, up to five times, where a response ends for want of tokens.
[[nodiscard]] bool takes_cut_for_retry(const request_head& head) noexcept;

}  // namespace stint
