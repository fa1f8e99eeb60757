// A field that holds texts which no chat surrounds: one text, several, a list of token ids, or several such lists.
// Pure function.
#pragma once

#include <cstdint>
#include <string_view>

#include <simdjson.h>

#include "gateway/problem.hpp"

namespace stint {

struct plain_texts_limits {
  std::size_t texts_max = 0;
  bool may_be_absent = false;
};

// How many texts there are: 1 where the field is absent and may be. Anything else in the field is refused,
// since what it would cost is not known.
[[nodiscard]] result<std::int64_t> count_plain_texts(simdjson::dom::object body,
                                                     std::string_view field,
                                                     plain_texts_limits limits);

}  // namespace stint
