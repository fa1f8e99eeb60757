// Splits a stream of server-sent events (WHATWG HTML §9.2) without changing a byte of it: each
// event comes with its raw bytes, so that whoever relays it decides about the event as a whole. CR,
// LF and CRLF line ends, a byte order mark, comments, several data lines and `data:` without a
// space are understood; the outcome is the same however the bytes are cut into reads. An event that
// lies in one read is not copied. Belongs to one stream; not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stint {

struct stream_event {
  std::string_view raw;   // from the end of the event before to the end of this one's blank line
  std::string_view data;  // data lines joined by LF; valid during the call
  std::string_view type;  // the event field; "" when there is none
  bool has_data = false;  // false: comments or blank lines only
  // The LF of a CRLF that ended the event before, which came in an earlier read.
  bool is_line_feed = false;
};

// Whether the text begins as such a stream does, rather than as JSON or a page.
[[nodiscard]] bool begins_as_event_stream(std::string_view text) noexcept;

class event_stream {
 public:
  // A longer event is no chat answer; holding more of it would let one upstream eat the memory of
  // all.
  static constexpr std::size_t event_bytes_max = 8U << 20;

  // Calls sink(const stream_event&) for each event that is complete, except for those of which
  // skip(bytes), called where an event begins, answers the length: they are dealt with. False when an unfinished event
  // is over the limit: the stream is then of no use any more, and take_unfinished() has its bytes.
  template <typename Sink, typename Skip>
  [[nodiscard]] bool feed(std::string_view bytes, Sink&& sink, Skip&& skip) {
    if (bytes.empty()) return true;
    bytes = give_line_feed(bytes, sink);
    std::string_view rest = bytes;
    const bool was_pending = !unfinished_.empty();
    if (was_pending) {
      unfinished_.append(bytes);
      rest = unfinished_;
    }
    if (!may_have_cr_) may_have_cr_ = bytes.find('\r') != std::string_view::npos;
    while (true) {
      if (scanned_ == 0) rest.remove_prefix(skip(rest));
      const auto end = find_end(rest);
      if (!end) break;
      sink(read_event(rest.substr(0, *end)));
      rest.remove_prefix(*end);
    }
    keep(rest, was_pending);
    return unfinished_.size() <= event_bytes_max;
  }

  template <typename Sink>
  [[nodiscard]] bool feed(std::string_view bytes, Sink&& sink) {
    return feed(bytes, sink, [](std::string_view) -> std::size_t { return 0; });
  }

  // The bytes of the event that has begun and not ended.
  [[nodiscard]] std::string_view unfinished() const noexcept { return unfinished_; }
  // The same, read as if it ended here.
  [[nodiscard]] stream_event unfinished_event();
  [[nodiscard]] std::string take_unfinished();

 private:
  template <typename Sink>
  std::string_view give_line_feed(std::string_view bytes, Sink& sink) {
    if (!ended_by_cr_) return bytes;
    ended_by_cr_ = false;
    if (bytes.front() != '\n') return bytes;
    stream_event line_feed;
    line_feed.raw = bytes.substr(0, 1);
    line_feed.is_line_feed = true;
    sink(static_cast<const stream_event&>(line_feed));
    return bytes.substr(1);
  }

  [[nodiscard]] std::optional<std::size_t> find_end(std::string_view event);
  [[nodiscard]] std::size_t find_line_end(std::string_view event) const;
  [[nodiscard]] stream_event read_event(std::string_view raw);
  void keep(std::string_view rest, bool was_pending);

  std::string unfinished_;
  std::string joined_;          // data lines of the current event, when there are several
  std::size_t line_begin_ = 0;  // of the unfinished event: where its last, unfinished line begins
  std::size_t scanned_ = 0;     // of the unfinished event: bytes known to hold no further line end
  bool line_ended_by_cr_ = false;  // an LF at line_begin_ belongs to the line before
  bool ended_by_cr_ = false;       // the last event ended by CR at the very end of a read
  bool may_have_cr_ = false;       // no CR so far: line ends can be looked for by memchr
  bool at_start_ = true;           // a byte order mark may come
};

}  // namespace stint
