// What an answer's content-type says that it is, as far as anybody here asks. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace stint {

enum class answer_media : std::uint8_t {
  other,
  event_stream,  // text/event-stream
  json           // application/json: whole, or an array that is written element by element
};

// By the value of a content-type field, whatever its case and parameters.
[[nodiscard]] answer_media answer_media_of(std::string_view content_type) noexcept;

}  // namespace stint
