// Paths with holes: "/v1/responses/{id}/cancel", "/{version}/models/{model}:generateContent",
// "/v1/models/{id*}", whose last hole takes all that follows, "/v1/files/{any*}", where nothing need
// follow. A hole is one segment of a path, or what of it comes before the text that stands behind the
// hole. Pure functions, without an allocation but for append_expanded().
#pragma once

#include <string>
#include <string_view>

#include "gateway/dialect/parts/target.hpp"

namespace stint {

// The next segment of a path, which is cut off it; "" at its end. What is between two slashes that follow each
// other is no segment.
[[nodiscard]] std::string_view take_segment(std::string_view& path) noexcept;

// Whether the path is one of the pattern's, whose holes are then in `into`. What base URLs make of a path is
// understood: doubled slashes, one at the end, "/v1" left out or written twice, and Azure's "/openai" in front of it.
// What servers read in more than one way fits no hole.
[[nodiscard]] bool fits_pattern(std::string_view pattern, std::string_view path,
                                call_target& into) noexcept;

// Appends the pattern with what the target has for its holes, and `model` for {model}, escaped as a segment's
// part. `without_version`: its first segment stays out.
void append_expanded(std::string_view pattern, const call_target& target, std::string_view model,
                     bool without_version, std::string& out);

}  // namespace stint
