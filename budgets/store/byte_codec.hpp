// Bytes of a record: integers as LEB128 (signed ones zigzagged first, so that small is short), text
// with its length in front, integers of keys big-endian so that they sort. The reader stays failed
// after the first byte that is missing or wrong. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stint {

class byte_writer {
 public:
  explicit byte_writer(std::string& out) noexcept : out_(out) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }
  void raw(std::string_view value) { out_.append(value); }
  template <class Unsigned>
  void sortable(Unsigned value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
      byte(static_cast<std::uint8_t>(value >> shift));
    }
  }
  void sortable_signed(std::int64_t value) {
    sortable(static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63));
  }

 private:
  std::string& out_;
};

class byte_reader {
 public:
  explicit byte_reader(std::string_view in) noexcept : rest_(in) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool finished() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  // What was read means nothing to this program.
  void refuse() noexcept { fail(); }

  [[nodiscard]] std::uint8_t byte() noexcept {
    if (rest_.empty()) return fail();
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  [[nodiscard]] std::uint64_t number() noexcept {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      if (shift == 63 && next > 1) return fail();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) return ok_ ? value : 0;
    }
    return fail();
  }
  [[nodiscard]] std::int64_t signed_number() noexcept {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  [[nodiscard]] std::string_view text() noexcept {
    const std::uint64_t size = number();
    return size > rest_.size() ? (fail(), std::string_view{}) : raw(static_cast<std::size_t>(size));
  }
  [[nodiscard]] std::string_view raw(std::size_t size) noexcept {
    if (!ok_ || size > rest_.size()) return fail(), std::string_view{};
    const auto value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  template <class Unsigned>
  [[nodiscard]] Unsigned sortable() noexcept {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      value = static_cast<Unsigned>(static_cast<std::uint64_t>(value) << 8 | byte());
    }
    return value;
  }
  [[nodiscard]] std::int64_t sortable_signed() noexcept {
    return static_cast<std::int64_t>(sortable<std::uint64_t>() ^ (std::uint64_t{1} << 63));
  }
  // An enumeration whose last enumerator is `last`.
  template <class Enum>
  [[nodiscard]] Enum one_of(Enum last) noexcept {
    const std::uint8_t value = byte();
    if (value > static_cast<std::uint8_t>(last)) fail();
    return ok_ ? static_cast<Enum>(value) : Enum{};
  }

 private:
  std::uint8_t fail() noexcept {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace stint
