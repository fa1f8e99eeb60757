// What the first bytes of an attached file say: an image's size in pixels, a recording's length.
// Reads base64 in place: only the bytes that are looked at are decoded, so a 20 MB image costs as
// much as its headers. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stint::tokenizer {

// Bytes at any position of a base64 text (standard or URL alphabet, no line breaks).
class base64_view {
 public:
  explicit base64_view(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] std::size_t size() const noexcept { return text_.size() / 4 * 3; }

  // nullopt past the end or where the text is not base64.
  [[nodiscard]] std::optional<std::uint8_t> at(std::size_t position) const noexcept;
  // 1 to 4 bytes as one number.
  [[nodiscard]] std::optional<std::uint32_t> big_endian(std::size_t position,
                                                        int bytes) const noexcept;
  [[nodiscard]] std::optional<std::uint32_t> little_endian(std::size_t position,
                                                           int bytes) const noexcept;
  [[nodiscard]] bool has(std::size_t position, std::string_view bytes) const noexcept;

 private:
  std::string_view text_;
};

// The data of "data:<type>;base64,<data>"; nullopt for any other URL.
[[nodiscard]] std::optional<std::string_view> base64_in_data_url(std::string_view url) noexcept;

struct pixel_size {
  std::int64_t width = 0;
  std::int64_t height = 0;
};
// Of a PNG, JPEG, GIF or WebP; nullopt if it is none, is cut short or has no area.
[[nodiscard]] std::optional<pixel_size> image_size(base64_view file) noexcept;

// Milliseconds of a RIFF/WAVE file; nullopt if it is none.
[[nodiscard]] std::optional<std::int64_t> wave_length_ms(base64_view file) noexcept;

}  // namespace stint::tokenizer
