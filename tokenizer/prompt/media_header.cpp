// Tested by tests/tokenizer/prompt/media_header_test.cpp.
#include "tokenizer/prompt/media_header.hpp"

#include <array>

#include "tokenizer/vocab/base64_digits.hpp"

namespace stint::tokenizer {
namespace {

// Both of RFC 4648's alphabets.
constexpr std::array<int, 256> make_either_digits() noexcept {
  std::array<int, 256> digits = base64_digits;
  digits['-'] = 62;
  digits['_'] = 63;
  return digits;
}

constexpr std::array<int, 256> either_digits = make_either_digits();

// A JPEG may carry any number of comment and EXIF segments before its frame header.
constexpr int jpeg_segments_max = 256;

std::optional<pixel_size> sized(std::optional<std::uint32_t> width,
                                std::optional<std::uint32_t> height) noexcept {
  if (!width || !height || *width == 0 || *height == 0) return std::nullopt;
  return pixel_size{.width = *width, .height = *height};
}

// ITU T.81 B.2.2: the frame header is the segment SOF0 … SOF15, but for DHT, JPG and DAC that share
// its number range.
std::optional<pixel_size> jpeg_size(base64_view file) noexcept {
  std::size_t position = 2;
  for (int segment = 0; segment < jpeg_segments_max; ++segment) {
    const auto lead = file.at(position);
    if (lead != 0xFF) return std::nullopt;
    const auto marker = file.at(position + 1);
    if (!marker) return std::nullopt;
    if (*marker == 0xFF) {  // fill byte
      ++position;
      continue;
    }
    if (*marker >= 0xC0 && *marker <= 0xCF && *marker != 0xC4 && *marker != 0xC8 &&
        *marker != 0xCC) {
      return sized(file.big_endian(position + 7, 2), file.big_endian(position + 5, 2));
    }
    const auto length = file.big_endian(position + 2, 2);
    if (!length || *length < 2) return std::nullopt;
    position += 2 + *length;
  }
  return std::nullopt;
}

// developers.google.com/speed/webp/docs/riff_container
std::optional<pixel_size> webp_size(base64_view file) noexcept {
  if (file.has(12, "VP8 ")) {
    const auto width = file.little_endian(26, 2);
    const auto height = file.little_endian(28, 2);
    if (!width || !height) return std::nullopt;
    return sized(*width & 0x3FFF, *height & 0x3FFF);
  }
  if (file.has(12, "VP8L")) {
    const auto bits = file.little_endian(21, 4);
    if (!bits) return std::nullopt;
    return sized((*bits & 0x3FFF) + 1, ((*bits >> 14) & 0x3FFF) + 1);
  }
  if (file.has(12, "VP8X")) {
    const auto width = file.little_endian(24, 3);
    const auto height = file.little_endian(27, 3);
    if (!width || !height) return std::nullopt;
    return sized(*width + 1, *height + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint8_t> base64_view::at(std::size_t position) const noexcept {
  const std::size_t first = position / 3 * 4 + position % 3;
  if (first + 1 >= text_.size()) return std::nullopt;
  const int high = either_digits[static_cast<std::uint8_t>(text_[first])];
  const int low = either_digits[static_cast<std::uint8_t>(text_[first + 1])];
  if (high < 0 || low < 0) return std::nullopt;
  const auto shift = static_cast<int>(position % 3) * 2;
  return static_cast<std::uint8_t>(high << (2 + shift) | low >> (4 - shift));
}

std::optional<std::uint32_t> base64_view::big_endian(std::size_t position,
                                                     int bytes) const noexcept {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    const auto next = at(position + static_cast<std::size_t>(i));
    if (!next) return std::nullopt;
    value = value << 8 | *next;
  }
  return value;
}

std::optional<std::uint32_t> base64_view::little_endian(std::size_t position,
                                                        int bytes) const noexcept {
  const auto value = big_endian(position, bytes);
  if (!value) return std::nullopt;
  return __builtin_bswap32(*value) >> (32 - 8 * bytes);
}

bool base64_view::has(std::size_t position, std::string_view bytes) const noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (at(position + i) != static_cast<std::uint8_t>(bytes[i])) return false;
  }
  return true;
}

std::optional<std::string_view> base64_in_data_url(std::string_view url) noexcept {
  if (!url.starts_with("data:")) return std::nullopt;
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  if (!url.substr(0, comma).ends_with(";base64")) return std::nullopt;
  return url.substr(comma + 1);
}

std::optional<pixel_size> image_size(base64_view file) noexcept {
  if (file.has(0, "\x89PNG\r\n\x1A\n")) {
    return sized(file.big_endian(16, 4), file.big_endian(20, 4));
  }
  if (file.has(0, "GIF8")) return sized(file.little_endian(6, 2), file.little_endian(8, 2));
  if (file.has(0, "RIFF") && file.has(8, "WEBP")) return webp_size(file);
  if (file.has(0, "\xFF\xD8")) return jpeg_size(file);
  return std::nullopt;
}

std::optional<std::int64_t> wave_length_ms(base64_view file) noexcept {
  if (!file.has(0, "RIFF") || !file.has(8, "WAVEfmt ")) return std::nullopt;
  const auto bytes_per_second = file.little_endian(28, 4);
  if (!bytes_per_second || *bytes_per_second == 0) return std::nullopt;
  return static_cast<std::int64_t>(file.size()) * 1000 / *bytes_per_second + 1;
}

}  // namespace stint::tokenizer
