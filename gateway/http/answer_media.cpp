// Tested by tests/gateway/http/response_head_test.cpp.
#include "gateway/http/answer_media.hpp"

#include "pricing/text/ascii.hpp"

namespace stint {

answer_media answer_media_of(std::string_view content_type) noexcept {
  const std::string_view type =
      without_surrounding_space(content_type.substr(0, content_type.find(';')));
  if (equals_ignoring_case(type, "application/json")) return answer_media::json;
  if (equals_ignoring_case(type, "text/event-stream")) return answer_media::event_stream;
  return answer_media::other;
}

}  // namespace stint
