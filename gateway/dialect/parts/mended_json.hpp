// JSON as some servers write it, made readable: a figure somewhere else in an answer must not cost
// us its usage. Only what a strict parser refuses is replaced, byte for byte, by something that is as
// meaningless and well-formed: half a surrogate and a byte that is no UTF-8 by a replacement, a
// number that no 64 bits hold by one that is beyond every bound, NaN by an empty object. Pure
// function; linear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stint {

// Nothing when there is nothing to mend. What comes out need not be JSON.
[[nodiscard]] std::optional<std::string> mended_json(std::string_view text);

}  // namespace stint
