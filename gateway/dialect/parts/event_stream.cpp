// Tested by tests/gateway/dialect/event_stream_test.cpp.
#include "gateway/dialect/parts/event_stream.hpp"

#include <utility>

namespace stint {

bool begins_as_event_stream(std::string_view text) noexcept {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of("\r\n");
  if (first == std::string_view::npos) return false;
  text.remove_prefix(first);
  for (const std::string_view field : {"data:", "event:", "id:", "retry:", ":"}) {
    if (text.starts_with(field)) return true;
  }
  return false;
}

std::size_t event_stream::find_line_end(std::string_view event) const {
  if (!may_have_cr_) return event.find('\n', scanned_);
  for (std::size_t at = scanned_; at < event.size(); ++at) {
    if (event[at] == '\n' || event[at] == '\r') return at;
  }
  return std::string_view::npos;
}

// The length of the event at the start of the text, blank line included; nothing when it is not all
// there. Remembers how far it has looked, so that a stream that comes byte by byte is still scanned
// once.
std::optional<std::size_t> event_stream::find_end(std::string_view event) {
  for (;;) {
    if (line_ended_by_cr_ && line_begin_ < event.size()) {
      if (event[line_begin_] == '\n') scanned_ = ++line_begin_;
      line_ended_by_cr_ = false;
    }
    const std::size_t at = find_line_end(event);
    if (at == std::string_view::npos) {
      scanned_ = event.size();
      return std::nullopt;
    }
    const bool by_cr = event[at] == '\r';
    const bool is_blank = at == line_begin_;
    line_begin_ = scanned_ = at + 1;
    line_ended_by_cr_ = by_cr;
    if (!is_blank) continue;
    const bool has_line_feed = by_cr && at + 1 < event.size() && event[at + 1] == '\n';
    ended_by_cr_ = by_cr && at + 1 == event.size();
    line_begin_ = scanned_ = 0;
    line_ended_by_cr_ = false;
    return at + (has_line_feed ? 2 : 1);
  }
}

stream_event event_stream::read_event(std::string_view raw) {
  stream_event event;
  event.raw = raw;
  std::string_view lines = raw;
  if (std::exchange(at_start_, false) && lines.starts_with("\xEF\xBB\xBF")) lines.remove_prefix(3);
  bool is_joined = false;
  while (!lines.empty()) {
    const std::size_t end = may_have_cr_ ? lines.find_first_of("\r\n") : lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value =
        colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") {
      event.type = value;
    } else if (field == "data" && !event.has_data) {
      event.has_data = true;
      event.data = value;
    } else if (field == "data") {
      if (!is_joined) joined_.assign(event.data);
      is_joined = true;
      joined_.append("\n").append(value);
    }
  }
  if (is_joined) event.data = joined_;
  return event;
}

void event_stream::keep(std::string_view rest, bool was_pending) {
  if (was_pending) {
    unfinished_.erase(0, unfinished_.size() - rest.size());
  } else {
    unfinished_.assign(rest);
  }
  // One large event must not keep its memory for the rest of a long stream.
  constexpr std::size_t kept_bytes_max = 64 * 1024;
  if (unfinished_.capacity() > kept_bytes_max && unfinished_.size() < kept_bytes_max)
    unfinished_.shrink_to_fit();
}

stream_event event_stream::unfinished_event() {
  const bool at_start = at_start_;
  const stream_event event = read_event(unfinished_);
  at_start_ = at_start;
  return event;
}

std::string event_stream::take_unfinished() {
  line_begin_ = scanned_ = 0;
  line_ended_by_cr_ = false;
  return std::exchange(unfinished_, {});
}

}  // namespace stint
