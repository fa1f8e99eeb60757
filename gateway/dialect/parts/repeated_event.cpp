// Tested by tests/gateway/dialect/repeated_event_test.cpp; fuzzed by tests/fuzz/usage_fuzz.cpp.
#include "gateway/dialect/parts/repeated_event.hpp"

#include <functional>

#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// A longer event carries more than a piece of text, and is read in full.
constexpr std::size_t learnt_bytes_max = 2 * 1024;
constexpr int in_vain_max = 16;
constexpr std::string_view padding_key = "\"obfuscation\":\"";

bool is_plain_byte(char byte) noexcept {
  return byte != '"' && byte != '\\' && !is_control(byte);
}

// The length of the text that needs no reading before the next quote; nothing when there is another one,
// or no quote.
std::optional<std::size_t> plain_length(std::string_view bytes) noexcept {
  bool is_ascii = true;
  std::size_t at = 0;
  while (at < bytes.size() && is_plain_byte(bytes[at])) {
    is_ascii = is_ascii && static_cast<unsigned char>(bytes[at]) < 0x80;
    ++at;
  }
  if (at == bytes.size() || bytes[at] != '"') return std::nullopt;
  if (!is_ascii && !simdjson::validate_utf8(bytes.data(), at)) return std::nullopt;
  return at;
}

bool is_within(std::string_view part, std::string_view whole) noexcept {
  const std::less_equal<const char*> not_after;
  return not_after(whole.data(), part.data()) &&
         not_after(part.data() + part.size(), whole.data() + whole.size());
}
}  // namespace

repeated_event::occurrence repeated_event::at_start_of(std::string_view bytes) noexcept {
  if (before_.empty() || !bytes.starts_with(before_)) return {};
  std::string_view rest = bytes.substr(before_.size());
  const auto text = plain_length(rest);
  if (!text || *text == 0) return {};
  occurrence found;
  found.text = rest.substr(0, *text);
  rest.remove_prefix(*text);
  if (!rest.starts_with(behind_)) return {};
  rest.remove_prefix(behind_.size());
  if (!end_.empty()) {
    const auto padding = plain_length(rest);
    if (!padding || !rest.substr(*padding).starts_with(end_)) return {};
    rest.remove_prefix(*padding + end_.size());
  }
  found.bytes = bytes.size() - rest.size();
  was_used_ = true;
  return found;
}

void repeated_event::sole_text::feed(const text_key& key, std::string_view piece) {
  if (piece.empty()) return;
  ++pieces_;
  key_ = key;
  text_ = piece;
}

bool repeated_event::is_around(std::string_view raw) const noexcept {
  const std::string& last = end_.empty() ? behind_ : end_;
  return !before_.empty() && raw.starts_with(before_) && raw.ends_with(last);
}

bool repeated_event::may_learn(const stream_event& event) noexcept {
  if (in_vain_ >= in_vain_max || is_around(event.raw)) return false;
  in_vain_ = was_used_ ? 0 : in_vain_ + 1;
  was_used_ = false;
  before_.clear();
  return true;
}

std::optional<std::size_t> repeated_event::find(const stream_event& event, const sole_text& found,
                                                std::size_t after) {
  const bool ends_plainly = event.raw.ends_with('\n') && event.raw.size() <= learnt_bytes_max;
  if (!found.is_sole() || found.text() == other_text || !ends_plainly ||
      !is_within(event.data, event.raw))
    return std::nullopt;
  std::string quoted;
  quoted.append("\"").append(found.text()).append("\"");
  const std::size_t quote = event.data.find(quoted, after);
  if (quote == std::string_view::npos) return std::nullopt;
  // An escape in it would be read as something else.
  const std::size_t place = quote + 1;
  if (plain_length(event.data.substr(place)) != found.text().size()) return std::nullopt;
  return place;
}

std::string repeated_event::with_other_text(const stream_event& event, std::size_t place,
                                            std::size_t size) {
  std::string other(event.data.substr(0, place));
  other.append(other_text).append(event.data.substr(place + size));
  return other;
}

void repeated_event::keep(const stream_event& event, std::size_t place, const sole_text& found) {
  const auto data_begin = static_cast<std::size_t>(event.data.data() - event.raw.data());
  before_ = event.raw.substr(0, data_begin + place);
  std::string_view behind = event.raw.substr(data_begin + place + found.text().size());
  end_.clear();
  if (const std::size_t key = behind.find(padding_key); key != std::string_view::npos) {
    const std::size_t padding = key + padding_key.size();
    if (const auto length = plain_length(behind.substr(padding))) {
      end_ = behind.substr(padding + *length);
      behind = behind.substr(0, padding);
    }
  }
  behind_ = behind;
  key_ = found.key();
}

}  // namespace stint
