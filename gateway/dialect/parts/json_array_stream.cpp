// Tested by tests/gateway/dialect/json_array_stream_test.cpp.
#include "gateway/dialect/parts/json_array_stream.hpp"

#include <utility>

namespace stint {

namespace {
bool is_array_space(char byte) noexcept {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}
}  // namespace

std::optional<bool> begins_as_json_array(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::nullopt;
  return text[first] == '[';
}

void json_array_stream::see_in_string(char byte) noexcept {
  if (is_escaped_) {
    is_escaped_ = false;
  } else if (byte == '\\') {
    is_escaped_ = true;
  } else if (byte == '"') {
    in_string_ = false;
  }
}

// The length of what this byte, at scanned_, ends; nothing where it goes on.
std::optional<std::size_t> json_array_stream::see(char byte) {
  if (in_string_) {
    see_in_string(byte);
    return std::nullopt;
  }
  if (depth_ == 0) {
    if (byte == '[') depth_ = 1;
    return std::nullopt;
  }
  const bool opens = byte == '{' || byte == '[';
  if (depth_ > 1) {
    const bool closes = byte == '}' || byte == ']';
    in_string_ = byte == '"';
    depth_ += opens ? 1 : 0;
    depth_ -= closes ? 1 : 0;
    return depth_ == 1 ? std::optional(scanned_ + 1) : std::nullopt;
  }
  if (byte == ',' || byte == ']') {
    // What is neither object nor array has no end of its own.
    if (begin_) return scanned_;
    has_ended_ = byte == ']';
    return has_ended_ ? std::optional(scanned_ + 1) : std::nullopt;
  }
  if (is_array_space(byte)) return std::nullopt;
  if (!begin_) begin_ = scanned_;
  in_string_ = byte == '"';
  depth_ += opens ? 1 : 0;
  return std::nullopt;
}

// The length of what is complete at the start of the text. Remembers how far it has looked, so that a
// stream that comes byte by byte is still looked at once.
std::optional<std::size_t> json_array_stream::find_end(std::string_view rest) {
  if (has_ended_) return rest.empty() ? std::nullopt : std::optional(rest.size());
  for (; scanned_ < rest.size(); ++scanned_) {
    if (const auto length = see(rest[scanned_])) return length;
  }
  return std::nullopt;
}

array_element json_array_stream::element_of(std::string_view rest, std::size_t length) {
  array_element one;
  one.raw = rest.substr(0, length);
  one.is_end = has_ended_;
  if (begin_) one.data = one.raw.substr(*begin_);
  begin_.reset();
  scanned_ = 0;
  return one;
}

void json_array_stream::keep(std::string_view rest) {
  unfinished_.erase(0, unfinished_.size() - rest.size());
  // One large element must not keep its memory for the rest of a long stream.
  constexpr std::size_t kept_bytes_max = 64 * 1024;
  if (unfinished_.capacity() > kept_bytes_max && unfinished_.size() < kept_bytes_max)
    unfinished_.shrink_to_fit();
}

std::string json_array_stream::take_unfinished() {
  scanned_ = 0;
  begin_.reset();
  return std::exchange(unfinished_, {});
}

}  // namespace stint
