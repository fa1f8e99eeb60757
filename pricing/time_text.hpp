// Times as people and programs write them: ISO 8601 in UTC. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/wall_time.hpp"

namespace stint {

// "2026-11-01T09:30:00.250Z"; milliseconds only when there are any.
[[nodiscard]] std::string to_iso_time(wall_time at);
[[nodiscard]] std::string to_iso_date(wall_time at);   // "2026-11-01"
[[nodiscard]] std::string to_http_date(wall_time at);  // "Sun, 01 Nov 2026 09:30:00 GMT" (RFC 9110)

// "2026-11-01" (its first moment), "2026-11-01T09:30Z", "2026-11-01T09:30:00Z",
// "2026-11-01T09:30:00.250Z".
[[nodiscard]] std::optional<wall_time> parse_iso_time(std::string_view text) noexcept;

// "2026-11-01" and nothing else.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_iso_date(std::string_view text) noexcept;

[[nodiscard]] wall_time start_of_day(wall_time at) noexcept;    // UTC
[[nodiscard]] wall_time start_of_month(wall_time at) noexcept;  // UTC

}  // namespace stint
