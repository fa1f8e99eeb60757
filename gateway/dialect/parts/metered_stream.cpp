// Tested by tests/gateway/dialect/openai_chat_test.cpp, anthropic_test.cpp and gemini_stream_test.cpp.
#include "gateway/dialect/parts/metered_stream.hpp"

#include "gateway/dialect/parts/document.hpp"

namespace stint {

namespace {

// Ten thousand streams must fit in 64 KiB each. Short answers stay below it and are then never
// parsed at all.
constexpr std::size_t backlog_bytes_max = 24 * 1024;

// Bytes after the terminator have no reader: SDKs stop there. A few are kept for the client, the
// rest is dropped. The terminator itself may be a whole answer (Responses), and is kept.
constexpr std::size_t held_bytes_max = 64 * 1024;

// A longer answer that is no stream, although it says so, is counted as it stands.
constexpr std::size_t plain_bytes_max = 4 * 1024 * 1024;

// Larger unfinished events are not looked into at every read: a last event without its blank line
// is a small one.
constexpr std::size_t inspected_unfinished_bytes_max = 16 * 1024;

}  // namespace

void metered_stream::consume(std::string_view bytes, std::string& out) {
  if (is_raw_) return take_raw(bytes, out);
  if (framing_ != stream_framing::events) return consume_elements(bytes, out);
  consume_events(bytes, out);
}

void metered_stream::consume_events(std::string_view bytes, std::string& out) {
  const bool fits = events_.feed(
      bytes, [&](const stream_event& event) { take(event, out); },
      [&](std::string_view rest) { return take_repeated(rest, out); });
  if (!fits) give_up_framing(events_.take_unfinished(), out);
  inspect_unfinished();
}

void metered_stream::consume_elements(std::string_view bytes, std::string& out) {
  if (framing_ != stream_framing::array) {
    const auto is_array = begins_as_json_array(bytes);
    // White space in front is no part of either.
    if (!is_array) {
      if (passes_) out.append(bytes);
      return;
    }
    framing_ = *is_array ? stream_framing::array : stream_framing::events;
    if (!*is_array) return consume_events(bytes, out);
  }
  const bool fits =
      elements_.feed(bytes, [&](const array_element& one) { take_element(one, out); });
  if (!fits) give_up_framing(elements_.take_unfinished(), out);
}

void metered_stream::give_up_framing(std::string unfinished, std::string& out) {
  is_raw_ = true;
  take_raw(unfinished, out);
}

metered_stream::usage_note metered_stream::take_note(const stream_event& event) {
  const usage_note note = note_usage(event);
  saw_implausible_ = saw_implausible_ || note.is_implausible;
  if (note.is_report) {
    has_report_ = true;
    is_stale_ = false;
  }
  return note;
}

metered_stream::disposition metered_stream::inspect(const stream_event& event) {
  if (is_terminator(event)) {
    // It may be where the dialect reports, and fails.
    saw_error_ = saw_error_ || is_error(event);
    (void)take_note(event);
    return disposition::terminate;
  }
  const bool failed = is_error(event);
  saw_error_ = saw_error_ || failed;
  saw_other_ = saw_other_ || (!failed && event.type != "ping" && !is_preamble(event));
  const usage_note note = take_note(event);
  if (note.is_hidden) return disposition::hide;
  if (has_report_ && !note.is_report && delivers_text(event.data)) is_stale_ = true;
  if (may_deliver(event)) keep_for_count(event.data);
  if (!failed && !note.is_report && !note.is_implausible && only_delivers(event)) {
    repeated_.learn(event, [this](std::string_view data, text_sink& into) {
      if (const auto object = parse_object(data)) count_text(*object, into);
    });
  }
  return disposition::pass;
}

std::size_t metered_stream::take_repeated(std::string_view bytes, std::string& out) {
  if (is_terminated_) return 0;
  std::size_t taken = 0;
  while (true) {
    const auto next = repeated_.at_start_of(bytes.substr(taken));
    if (next.bytes == 0) break;
    keep_text(next.text);
    taken += next.bytes;
  }
  if (taken == 0) return 0;
  last_ = disposition::pass;
  is_stale_ = is_stale_ || has_report_;
  if (passes_) out.append(bytes.substr(0, taken));
  return taken;
}

std::optional<usage_report> metered_stream::reported() const {
  if (!has_report_ || is_stale_) return std::nullopt;
  return last_report();
}

std::string metered_stream::plain_answer() const {
  if (saw_data_ || is_raw_) return {};
  std::string all = plain_;
  all += events_.unfinished();
  const std::size_t first = all.find_first_not_of(" \t\r\n");
  const bool is_plain = first != std::string::npos && (all[first] == '{' || all[first] == '<');
  return is_plain ? all : std::string();
}

void metered_stream::take(const stream_event& event, std::string& out) {
  if (event.has_data) {
    saw_data_ = true;
  } else if (!saw_data_ && !event.raw.starts_with(':') &&
             plain_.size() + event.raw.size() <= plain_bytes_max) {
    plain_.append(event.raw);
  }
  // The LF of a split CRLF goes where the event that it ends went.
  if (!event.is_line_feed) last_ = event.has_data ? inspect(event) : disposition::pass;
  if (last_ == disposition::terminate) is_terminated_ = true;
  pass_on(event, out);
}

void metered_stream::take_element(const array_element& one, std::string& out) {
  stream_event event;
  event.raw = one.raw;
  event.data = one.data;
  event.has_data = !one.is_end;
  saw_data_ = saw_data_ || event.has_data;
  last_ = one.is_end ? disposition::terminate : inspect(event);
  // An element that is not to be seen would take its comma with it.
  if (last_ == disposition::hide) last_ = disposition::pass;
  is_terminated_ = is_terminated_ || last_ == disposition::terminate;
  has_passed_element_ = has_passed_element_ || (passes_ && event.has_data);
  pass_on(event, out);
}

void metered_stream::pass_on(const stream_event& event, std::string& out) {
  if (last_ == disposition::hide || !passes_) return;
  if (!is_terminated_) {
    if (event.has_data) note_passed(event);
    out.append(event.raw);
  } else if (held_.empty() || held_.size() + event.raw.size() <= held_bytes_max) {
    held_.append(event.raw);
  }
}

void metered_stream::inspect_unfinished() {
  unfinished_is_terminator_ = false;
  unfinished_is_hidden_ = false;
  if (events_.unfinished().empty() || events_.unfinished().size() > inspected_unfinished_bytes_max)
    return;
  const stream_event event = events_.unfinished_event();
  if (!event.has_data) return;
  unfinished_is_terminator_ = is_terminator(event);
  unfinished_is_hidden_ = take_note(event).is_hidden;
}

void metered_stream::take_raw(std::string_view bytes, std::string& out) {
  if (passes_) out.append(bytes);
  counter_.feed(text_key{0, text_kind::other, 0}, bytes);
  fed_bytes_ += bytes.size();
}

void metered_stream::release(std::string& out) {
  out.append(held_);
  held_.clear();
  if (!unfinished_is_hidden_) out.append(events_.unfinished());
  (void)events_.take_unfinished();
  out.append(elements_.take_unfinished());
}

void metered_stream::end_early(const usage& used, std::string& out) const {
  // Raw bytes may have been passed on to the middle of a line, which would swallow the ending.
  if (is_raw_) out += "\n\n";
  write_ending(used, out);
}

void metered_stream::append_last(std::string_view object, std::string& out) const {
  const bool is_array =
      framing_ == stream_framing::array || framing_ == stream_framing::either_array;
  out += !is_array ? "data: " : has_passed_element_ ? ",\n" : "[";
  out.append(object).append(is_array ? "]\n" : "\n\n");
}

// The object in the event is what an array has in its place.
void metered_stream::end_in_error(std::string_view event, std::string& out) const {
  if (framing_ == stream_framing::events || framing_ == stream_framing::either) {
    out.append(event);
    return;
  }
  const std::size_t first = event.find('{');
  const std::size_t last = event.rfind('}');
  if (first < last && last != std::string_view::npos)
    append_last(event.substr(first, last + 1 - first), out);
}

void metered_stream::keep_for_count(std::string_view data) {
  if (backlog_.size() + data.size() > backlog_bytes_max) fold();
  backlog_.append(data);
  backlog_parts_.push_back({backlog_.size(), std::nullopt});
  if (backlog_.size() > backlog_bytes_max) fold();
}

void metered_stream::keep_text(std::string_view text) {
  if (backlog_.size() + text.size() > backlog_bytes_max) fold();
  backlog_.append(text);
  ++texts_kept_;
  const bool goes_on = !backlog_parts_.empty() && backlog_parts_.back().text == repeated_.key();
  if (!goes_on) backlog_parts_.push_back({0, repeated_.key()});
  backlog_parts_.back().end = backlog_.size();
}

bool metered_stream::delivers_text(std::string_view data) const {
  const auto object = parse_object(data);
  if (!object) return false;
  any_text delivered;
  count_text(*object, delivered);
  return delivered.found();
}

void metered_stream::fold() {
  std::size_t begin = 0;
  for (const uncounted& part : backlog_parts_) {
    const std::string_view data = std::string_view(backlog_).substr(begin, part.end - begin);
    begin = part.end;
    if (part.text) {
      counter_.feed(*part.text, data);
    } else if (const auto object = parse_object(data)) {
      count_text(*object, counter_);
    } else {
      // Not JSON, and yet delivered: counted as it stands rather than as nothing.
      counter_.feed(text_key{0, text_kind::other, 0}, data);
    }
  }
  fed_bytes_ += backlog_.size();
  backlog_.clear();
  if (backlog_.capacity() > 2 * backlog_bytes_max) backlog_.shrink_to_fit();
  backlog_parts_.clear();
}

std::int64_t metered_stream::counted_output_tokens() {
  fold();
  counted_tokens_ = counter_.total();
  fed_bytes_ = 0;
  texts_kept_ = 0;
  return counted_tokens_;
}

std::int64_t metered_stream::output_tokens_bound() const noexcept {
  // A token is at least a byte, and JSON never spells a text in fewer bytes than it has.
  return counted_tokens_ + counter_.most_in(fed_bytes_ + backlog_.size() + texts_kept_);
}

std::size_t metered_stream::recount_bytes() const noexcept {
  return backlog_.size() + counter_.recount_bytes();
}

}  // namespace stint
