// Splits an answer that streams as one JSON array ("[{…},\n{…}]") into its elements, without changing a
// byte of it: each comes with its raw bytes, the bracket or comma in front included, so that whoever
// relays it decides about the element as a whole. An element is given as soon as its last byte is there,
// and the outcome is the same however the bytes are cut into reads. Follows brackets and strings alone:
// whether an element is valid JSON is for its reader to say. Belongs to one stream; not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/dialect/parts/event_stream.hpp"

namespace stint {

struct array_element {
  std::string_view raw;   // from the end of the element before to the end of this one
  std::string_view data;  // the element alone; valid during the call
  // The array's closing bracket, or what comes behind it; `data` is empty.
  bool is_end = false;
};

// Whether the text begins as an array does; nothing while there is only white space.
[[nodiscard]] std::optional<bool> begins_as_json_array(std::string_view text) noexcept;

class json_array_stream {
 public:
  static constexpr std::size_t element_bytes_max = event_stream::event_bytes_max;

  // Calls sink(const array_element&) for each element that is complete, and for the end. False when an
  // unfinished element is over the limit: the stream is then of no use any more, and
  // take_unfinished() has its bytes.
  template <typename Sink>
  [[nodiscard]] bool feed(std::string_view bytes, Sink&& sink) {
    unfinished_.append(bytes);
    std::string_view rest = unfinished_;
    while (const auto length = find_end(rest)) {
      sink(element_of(rest, *length));
      rest.remove_prefix(*length);
    }
    keep(rest);
    return unfinished_.size() <= element_bytes_max;
  }

  // What has come of an element that is not all there yet.
  [[nodiscard]] std::string_view unfinished() const noexcept { return unfinished_; }
  [[nodiscard]] std::string take_unfinished();

 private:
  [[nodiscard]] std::optional<std::size_t> find_end(std::string_view rest);
  [[nodiscard]] std::optional<std::size_t> see(char byte);
  void see_in_string(char byte) noexcept;
  [[nodiscard]] array_element element_of(std::string_view rest, std::size_t length);
  void keep(std::string_view rest);

  std::string unfinished_;
  std::size_t scanned_ = 0;           // of the unfinished element: bytes that were looked at
  std::optional<std::size_t> begin_;  // where the element itself begins
  std::size_t depth_ = 0;  // 1: between two elements, or in one that is no object or array
  bool in_string_ = false;
  bool is_escaped_ = false;
  bool has_ended_ = false;
};

}  // namespace stint
