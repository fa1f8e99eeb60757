// Clients that are told apart by what they say of themselves, because they take an answer in another way than others
// of their API do. Pure functions.
#pragma once

#include "gateway/http/request_head.hpp"

namespace stint {

// Codex sends the same request again, up to five times, where a response ends for want of tokens.
[[nodiscard]] bool takes_cut_for_retry(const request_head& head) noexcept;

}  // namespace stint
