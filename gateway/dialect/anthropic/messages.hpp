// Anthropic Messages. Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

[[nodiscard]] const dialect& anthropic_messages() noexcept;

// Its parts in files of their own: request.cpp and error.cpp.
[[nodiscard]] const request_rules& anthropic_requests() noexcept;
[[nodiscard]] const error_shape& anthropic_errors() noexcept;

}  // namespace stint
