// The identity of one call: a UUIDv7 (RFC 9562 §5.7), made by the gateway when the head is read. It
// is the idempotency key of the ledger, the order of its rows (the first 48 bits are milliseconds),
// and what the client sees as x-stint-request-id.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/wall_time.hpp"

namespace stint {

struct call_id {
  std::array<std::uint8_t, 16> bytes{};
  constexpr auto operator<=>(const call_id&) const noexcept = default;
};

[[nodiscard]] std::string to_string(const call_id& id);  // 8-4-4-4-12 lower-case hex
[[nodiscard]] std::optional<call_id> parse_call_id(std::string_view text) noexcept;
[[nodiscard]] call_id make_call_id(wall_time now, std::uint64_t random_high,
                                   std::uint64_t random_low) noexcept;

// The first 48 bits: when the id was made, to the millisecond.
[[nodiscard]] wall_time time_of(const call_id& id) noexcept;

struct call_id_hash {
  [[nodiscard]] std::size_t operator()(const call_id& id) const noexcept;
};

}  // namespace stint
