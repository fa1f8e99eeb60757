// What a call is for: the feature (checked against the key) and the free tags. The tenant always
// comes from the key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "budgets/records/row.hpp"
#include "gateway/call/request/authenticate.hpp"
#include "gateway/config/config.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/problem.hpp"

namespace stint {

inline constexpr std::size_t feature_bytes_max = 64;
inline constexpr std::size_t free_tags_max = 16;
inline constexpr std::size_t tag_name_bytes_max = 64;
inline constexpr std::size_t tag_value_bytes_max = 256;

struct purpose {
  attribution charged;  // tenant, feature, key; model, provider and user are not known yet
  free_tags tags;
};

[[nodiscard]] result<purpose> attribute(const config& settings, const request_head& head,
                                        const virtual_key& key);

// "prompt_version=7,session=abc" → pairs; a problem names the tag that is wrong.
[[nodiscard]] result<free_tags> parse_free_tags(std::string_view header_value);

}  // namespace stint
