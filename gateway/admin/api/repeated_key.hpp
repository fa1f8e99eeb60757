// Two equal names in one JSON object, of which one reader takes the first and another the last: what
// a person reads in an order is then not what is done. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stint {

// The first such name, at any depth; nothing where there is none, or where the text is no JSON.
[[nodiscard]] std::optional<std::string> repeated_key(std::string_view json);

}  // namespace stint
