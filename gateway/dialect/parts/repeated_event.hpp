// The shortest way through a stream of text: nearly every event is the one before it with another
// piece of text in it. Once one such event has been read in full, what stands before and behind its
// text is kept, and the next event is known by those bytes and by a text that needs no reading: no
// escape, no quote, no control character, valid UTF-8. Between the same bytes such a text is the same
// JSON string, so all that was found out about the first event holds for the other; whatever differs in
// any other byte is read in full. OpenAI pads its chunks with random letters ("obfuscation"), which
// nobody reads and which may differ too. Belongs to one stream; not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/dialect/parts/event_stream.hpp"
#include "gateway/dialect/parts/text_sink.hpp"

namespace stint {

class repeated_event {
 public:
  struct occurrence {
    std::size_t bytes = 0;  // of the event, its blank line included; 0: not one
    std::string_view text;
  };

  // Whether `bytes` begin with another such event, all of it.
  [[nodiscard]] occurrence at_start_of(std::string_view bytes) noexcept;
  // The text that all of them deliver.
  [[nodiscard]] const text_key& key() const noexcept { return key_; }

  // Calls read(data, text_sink&) to find out what texts an event delivers; it must do so for any data.
  // Does nothing for an event whose text cannot be told apart from the rest of it, or which is like the
  // one that is known but for its text. Gives up for good when that was of no use some times in a row.
  template <typename Read>
  void learn(const stream_event& event, Read&& read) {
    if (!may_learn(event)) return;
    sole_text found;
    read(event.data, found);
    std::size_t after = 0;
    for (int tried = 0; tried < places_max; ++tried) {
      const auto place = find(event, found, after);
      if (!place) return;
      // That it is this string, and no other one of the same letters, shows when it is another.
      const std::string other = with_other_text(event, *place, found.text().size());
      sole_text changed;
      read(other, changed);
      if (changed.is_sole() && changed.key() == found.key() && changed.text() == other_text)
        return keep(event, *place, found);
      after = *place + 1;
    }
  }

 private:
  // What an event delivers, if that is one text and no more.
  class sole_text final : public text_sink {
   public:
    void feed(const text_key& key, std::string_view piece) override;
    [[nodiscard]] bool is_sole() const noexcept { return pieces_ == 1; }
    [[nodiscard]] const text_key& key() const noexcept { return key_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

   private:
    int pieces_ = 0;
    text_key key_;
    std::string text_;
  };
  static constexpr std::string_view other_text = "another text";
  static constexpr int places_max = 4;

  [[nodiscard]] bool may_learn(const stream_event& event) noexcept;
  [[nodiscard]] bool is_around(std::string_view raw) const noexcept;
  // Where in the event's data the text stands, at `after` or behind it.
  [[nodiscard]] static std::optional<std::size_t> find(const stream_event& event,
                                                       const sole_text& found, std::size_t after);
  [[nodiscard]] static std::string with_other_text(const stream_event& event, std::size_t place,
                                                   std::size_t size);
  void keep(const stream_event& event, std::size_t place, const sole_text& found);

  std::string before_;  // empty: none is known
  std::string behind_;  // to the end, or to the padding
  std::string end_;     // behind the padding; empty: there is no padding
  text_key key_;
  bool was_used_ = true;  // what was learnt last
  int in_vain_ = 0;
};

}  // namespace stint
