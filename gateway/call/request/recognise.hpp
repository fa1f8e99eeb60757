// The one route table: which API a request speaks, from its method and path alone. Nothing else
// decides where a call may go.
#pragma once

#include "gateway/config/config.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/problem.hpp"

namespace stint {

struct recognised {
  const dialect* speaks = nullptr;                // a metered API; null for a pass-through
  const passthrough_config* unmetered = nullptr;  // configured, recorded, flagged
};

// Whose error shape a client on this path understands, whether the path is served or not.
[[nodiscard]] const dialect& dialect_for_errors(std::string_view path) noexcept;
[[nodiscard]] result<recognised> recognise(const config& settings, const request_head& head);

}  // namespace stint
