// A virtual key as it is stored: one JSON object. The ledger's store keeps it without looking
// inside. Pure functions.
//
//   {"v":1, "id":"key_…", "hash":"<64 hexadecimal digits>", "tenant":"acme",
//    "features":["search-*"], "default_feature":"", "models":[], "label":"",
//    "created_us":1764547200000000, "expires_us":…, "revoked_us":…}
//
// Times are in microseconds since the epoch, and absent when never.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/keys/key_ring.hpp"

namespace stint {

// Names that a key carries become metric labels, scopes and header values: 1 to 64 visible ASCII
// characters, no quotes, backslashes or commas. '*' only where a pattern may stand.
[[nodiscard]] bool is_key_name(std::string_view text) noexcept;
[[nodiscard]] bool is_key_pattern(std::string_view text) noexcept;

}  // namespace stint
