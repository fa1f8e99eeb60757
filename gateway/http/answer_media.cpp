// Tested by tests/gateway/http/response_head_test.cpp.
#include "gateway/http/answer_media.hpp"

#include <array>
#include <utility>

#include "pricing/text/ascii.hpp"

namespace stint {

answer_media answer_media_of(std::string_view content_type) noexcept {
  constexpr std::array<std::pair<std::string_view, answer_media>, 6> known = {{
      {"application/json", answer_media::json},
      {"text/event-stream", answer_media::event_stream},
      {"application/x-ndjson", answer_media::json_lines},
      {"application/ndjson", answer_media::json_lines},
      {"application/jsonl", answer_media::json_lines},
      {"application/vnd.amazon.eventstream", answer_media::aws_event_stream},
  }};
  const std::string_view type =
      without_surrounding_space(content_type.substr(0, content_type.find(';')));
  for (const auto& [name, media] : known) {
    if (type == name || equals_ignoring_case(type, name)) return media;
  }
  return answer_media::other;
}

}  // namespace stint
