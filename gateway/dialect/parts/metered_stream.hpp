// What the stream meters of all dialects that speak server-sent events share: cutting the stream
// into events, keeping back what must wait, and counting delivered text only when someone asks. A
// dialect says what each event is. One that streams JSON arrays as well has their elements for events.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/dialect/parts/event_stream.hpp"
#include "gateway/dialect/parts/json_array_stream.hpp"
#include "gateway/dialect/parts/repeated_event.hpp"
#include "gateway/dialect/parts/text_counter.hpp"

namespace stint {

// How the pieces of a stream are told apart.
enum class stream_framing : std::uint8_t {
  events,        // server-sent
  either,        // events, or a JSON array where the first byte says so
  either_array,  // the same, of which an array was asked for
  array
};

class metered_stream : public stream_meter {
 public:
  explicit metered_stream(const counted_model& model,
                          stream_framing framing = stream_framing::events)
      : counter_(model), framing_(framing) {}

  void consume(std::string_view bytes, std::string& out) final;
  void release(std::string& out) final;
  void stop_passing() noexcept final { passes_ = false; }
  void end_early(const usage& used, std::string& out) const final;
  void end_in_error(std::string_view event, std::string& out) const final;
  [[nodiscard]] bool complete() const noexcept final {
    return is_terminated_ || unfinished_is_terminator_;
  }
  [[nodiscard]] std::optional<usage_report> reported() const final;
  [[nodiscard]] bool saw_implausible_usage() const noexcept final { return saw_implausible_; }
  [[nodiscard]] bool saw_error() const noexcept final { return saw_error_; }
  [[nodiscard]] bool failed_at_once() const noexcept final {
    return saw_error_ && !saw_other_ && !has_report_;
  }
  [[nodiscard]] std::string plain_answer() const final;
  [[nodiscard]] std::int64_t counted_output_tokens() final;
  [[nodiscard]] std::int64_t output_tokens_bound() const noexcept final;
  [[nodiscard]] std::size_t recount_bytes() const noexcept final;

 protected:
  // What one event says of usage.
  struct usage_note {
    bool is_report = false;  // of all that was generated so far
    bool is_implausible = false;
    bool is_hidden = false;  // the client is not to see the event
  };

  // Reads what the event reports. May be called again for the same event, first while its blank
  // line is missing: some servers never send the last one.
  [[nodiscard]] virtual usage_note note_usage(const stream_event& event) = 0;
  // The last report, whatever came after it; nothing when it cannot be true.
  [[nodiscard]] virtual std::optional<usage_report> last_report() const = 0;
  // Whether the event only says that an answer begins: an error behind it came before anything was generated.
  [[nodiscard]] virtual bool is_preamble(const stream_event&) const { return false; }
  // False: none of its texts is generated anew, whatever they are, so that it is not kept for the count.
  [[nodiscard]] virtual bool may_deliver(const stream_event&) const { return true; }
  // Whether the event is the dialect's own error.
  [[nodiscard]] virtual bool is_error(const stream_event& event) const = 0;
  // The event goes to the client: what must be known of it to end the stream early.
  virtual void note_passed(const stream_event& event) = 0;
  // Ends what was passed on as the provider would.
  virtual void write_ending(const usage& used, std::string& out) const = 0;
  // Whether the event, complete or not, is the dialect's terminator.
  [[nodiscard]] virtual bool is_terminator(const stream_event& event) const = 0;
  // Whether the event, which is neither an error nor a report nor the terminator, does nothing but
  // deliver text: the same one with another text would change nothing here but the count.
  [[nodiscard]] virtual bool only_delivers(const stream_event& event) const = 0;
  // Appends a last piece of a stream that is ended here: an event, or the last element of its array.
  void append_last(std::string_view object, std::string& out) const;
  // Counts the text that the data of one event delivers.
  virtual void count_text(simdjson::dom::object data, text_sink& into) const = 0;

 private:
  enum class disposition : std::uint8_t { pass, hide, terminate };

  // What to do with one event that has data.
  [[nodiscard]] disposition inspect(const stream_event& event);
  [[nodiscard]] usage_note take_note(const stream_event& event);
  // Keeps the event's data, or its text alone, for counted_output_tokens().
  void keep_for_count(std::string_view data);
  void keep_text(std::string_view text);
  // Takes the events at the start of `bytes` that are known but for their text; answers their length.
  [[nodiscard]] std::size_t take_repeated(std::string_view bytes, std::string& out);
  // Whether the event delivers any text.
  [[nodiscard]] bool delivers_text(std::string_view data) const;
  void consume_events(std::string_view bytes, std::string& out);
  void consume_elements(std::string_view bytes, std::string& out);
  void give_up_framing(std::string unfinished, std::string& out);
  void take(const stream_event& event, std::string& out);
  void take_element(const array_element& one, std::string& out);
  void pass_on(const stream_event& event, std::string& out);
  void take_raw(std::string_view bytes, std::string& out);
  void inspect_unfinished();
  void fold();

  event_stream events_;
  json_array_stream elements_;
  text_counter counter_;
  repeated_event repeated_;
  struct uncounted {
    std::size_t end = 0;           // in the backlog
    std::optional<text_key> text;  // nothing: an event's data, to be read
  };
  std::string backlog_;  // what is not counted yet, one behind the other
  std::vector<uncounted> backlog_parts_;
  std::int64_t counted_tokens_ = 0;  // counter_'s total when someone last asked
  // What may have come since then and cannot be more tokens than this: bytes of text or of what spells
  // it, and one for each event whose text alone is kept, as a token may be nothing to be seen.
  std::size_t fed_bytes_ = 0;  // to counter_
  std::size_t texts_kept_ = 0;
  std::string held_;   // from the terminator on
  std::string plain_;  // what is no event, while there was none
  disposition last_ = disposition::pass;
  stream_framing framing_;
  bool has_passed_element_ = false;
  bool passes_ = true;
  bool is_terminated_ = false;
  bool unfinished_is_terminator_ = false;
  bool unfinished_is_hidden_ = false;
  bool has_report_ = false;
  bool is_stale_ = false;  // text came after the last report: it is not the whole bill
  bool saw_implausible_ = false;
  bool saw_error_ = false;
  bool saw_data_ = false;
  bool saw_other_ = false;  // an event that is neither an error nor there to keep the line open
  bool is_raw_ = false;     // an event was over the limit: no longer read as events
};

}  // namespace stint
