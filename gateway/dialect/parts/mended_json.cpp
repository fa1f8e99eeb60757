// Tested by tests/gateway/dialect/mended_json_test.cpp; fuzzed by tests/fuzz/usage_fuzz.cpp.
#include "gateway/dialect/parts/mended_json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "pricing/text/ascii.hpp"

namespace stint {

namespace {

// 18 digits always fit 64 bits.
constexpr std::size_t safe_digits = 18;

class mender {
 public:
  explicit mender(std::string_view text) : text_(text) {}

  // Whether anything was replaced.
  bool mend() {
    if (text_.starts_with("\xEF\xBB\xBF")) replace(0, 3, "   ");
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
      } else if (c == '-' || is_digit(c)) {
        number();
      } else if (c == 'N' || c == 'I') {
        word();
      } else {
        ++at_;
      }
    }
    return changed_;
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  // `by`, and spaces for the rest.
  void replace(std::size_t begin, std::size_t size, std::string_view by) {
    std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(begin), size, ' ');
    text_.replace(begin, by.size(), by);
    changed_ = true;
  }

  void string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '\\') {
        escape();
      } else if (byte < 0x20) {
        replace(at_, 1, " ");
        ++at_;
      } else if (byte < 0x80) {
        ++at_;
      } else {
        character();
      }
    }
    ++at_;
  }

  // Four hex digits at `begin`; −1 where they are not.
  [[nodiscard]] int unit_at(std::size_t begin) const {
    if (begin + 4 > text_.size()) return -1;
    int unit = 0;
    for (std::size_t i = begin; i < begin + 4; ++i) {
      const char c = text_[i];
      const char lower = static_cast<char>(c | 0x20);
      if (is_digit(c)) {
        unit = unit * 16 + (c - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        unit = unit * 16 + (lower - 'a' + 10);
      } else {
        return -1;
      }
    }
    return unit;
  }

  void escape() {
    constexpr std::string_view simple = "\"\\/bfnrt";
    const std::size_t begin = at_;
    at_ += 2;
    if (at_ > text_.size()) return;
    if (text_[begin + 1] != 'u') {
      if (simple.find(text_[begin + 1]) == std::string_view::npos) replace(begin, 1, "?");
      return;
    }
    const int unit = unit_at(begin + 2);
    if (unit < 0) return replace(begin, 1, "?");
    at_ += 4;
    const bool is_high = unit >= 0xD800 && unit < 0xDC00;
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (is_high && text_.compare(at_, 2, "\\u") == 0) {
      const int second = unit_at(at_ + 2);
      if (second >= 0xDC00 && second < 0xE000) {
        at_ += 6;
        return;
      }
    }
    if (is_high || is_low) replace(begin, 6, "\\uFFFD");
  }

  // One character of several bytes.
  void character() {
    const auto byte_at = [&](std::size_t i) {
      return i < text_.size() ? static_cast<unsigned char>(text_[i]) : 0U;
    };
    const unsigned lead = byte_at(at_);
    const unsigned second = byte_at(at_ + 1);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    bool is_good = lead >= 0xC2 && lead <= 0xF4;
    for (std::size_t i = 1; i < size; ++i)
      is_good = is_good && (byte_at(at_ + i) & 0xC0U) == 0x80U;
    // Neither longer than need be, nor half a surrogate, nor beyond the last character.
    is_good = is_good && !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second >= 0xA0) &&
              !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second >= 0x90);
    if (!is_good) replace(at_, 1, "?");
    at_ += is_good ? size : 1;
  }

  // What cannot be true of any count.
  void number() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const std::size_t size = at_ - begin;
    const std::string_view digits = std::string_view(text_).substr(begin, size);
    const bool is_whole = digits.find_first_of(".eE") == std::string_view::npos;
    if (is_whole ? size > safe_digits : is_beyond_doubles(digits)) replace(begin, size, "1e99");
  }

  [[nodiscard]] static bool is_beyond_doubles(std::string_view number) {
    constexpr std::size_t safe_exponent_digits = 2;
    const std::size_t mark = number.find_first_of("eE");
    if (mark == std::string_view::npos) return false;
    std::string_view exponent = number.substr(mark + 1);
    if (exponent.starts_with('-')) return false;
    const std::size_t first = exponent.find_first_not_of("+0");
    return first != std::string_view::npos && exponent.size() - first > safe_exponent_digits;
  }

  void word() {
    for (const std::string_view name : {"NaN", "Infinity"}) {
      if (text_.compare(at_, name.size(), name) != 0) continue;
      // A sign before it goes, too.
      const bool is_negative = at_ > 0 && text_[at_ - 1] == '-';
      replace(at_ - (is_negative ? 1 : 0), name.size() + (is_negative ? 1 : 0), "{}");
      at_ += name.size();
      return;
    }
    ++at_;
  }

  std::string text_;
  std::size_t at_ = 0;
  bool changed_ = false;
};

// One number of JSON, and nothing else (RFC 8259 §6).
bool is_number(std::string_view text) noexcept {
  const auto digits = [&text] {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(end);
    return end;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool begins_with_zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (begins_with_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

bool fits_64_bits(std::string_view number) noexcept {
  const char* const end = number.data() + number.size();
  const auto read = [&](auto value) {
    const auto done = std::from_chars(number.data(), end, value);
    return done.ec == std::errc() && done.ptr == end;
  };
  return read(std::int64_t{}) || read(std::uint64_t{}) ||
         (number.find_first_of(".eE") != std::string_view::npos && read(double{}));
}
}  // namespace

std::optional<std::string> with_quoted_giants(std::string_view text) {
  constexpr std::string_view number_bytes = "+-.0123456789eE";
  std::string out;
  std::size_t copied = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at)
        at += text[at] == '\\' ? 1 : 0;
      ++at;
    } else if (text[at] == '-' || is_digit(text[at])) {
      const std::size_t end = std::min(text.find_first_not_of(number_bytes, at), text.size());
      const std::string_view number = text.substr(at, end - at);
      if (is_number(number) && !fits_64_bits(number)) {
        out.append(text.substr(copied, at - copied)).append(1, '"').append(number).append(1, '"');
        copied = end;
      }
      at = end;
    } else {
      ++at;
    }
  }
  if (copied == 0) return std::nullopt;
  out.append(text.substr(copied));
  return out;
}

std::optional<std::string> mended_json(std::string_view text) {
  mender of(text);
  if (!of.mend()) return std::nullopt;
  return std::move(of).take();
}

}  // namespace stint
