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

// Of a request, which is refused where it is no JSON, numbers alone are no mistake: none of 64 bits need
// hold the bound in a tool's schema. They are put in quotes, so that they count as the text that they
// are, and are no number where a field of ours needs one. Nothing when there are none.
[[nodiscard]] std::optional<std::string> with_quoted_giants(std::string_view text);

// Nothing when there is nothing to mend. What comes out need not be JSON.
[[nodiscard]] std::optional<std::string> mended_json(std::string_view text);

}  // namespace stint
