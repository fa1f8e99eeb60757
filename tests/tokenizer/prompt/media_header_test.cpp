// Goal: sizes are read from headers as the file formats define them; what is cut short or is
// something else has none. The files are minimal headers written out by hand from the formats'
// specifications.
#include "tokenizer/prompt/media_header.hpp"

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"

BOOST_AUTO_TEST_SUITE(media_header_suite)

namespace {

using namespace stint::tokenizer;
using namespace std::string_literals;

std::optional<pixel_size> size_of(const std::string& file) {
  const std::string text = base64_text(file);
  return image_size(base64_view{text});
}

void check_size(const std::string& file, std::int64_t width, std::int64_t height) {
  const auto found = size_of(file);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->width == width);
  BOOST_TEST(found->height == height);
  // Any shorter file that still shows its kind has no size yet.
  BOOST_TEST(!size_of(file.substr(0, 6)).has_value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(png_gif_and_webp_sizes_are_read) {
  check_size("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x04\0\0\0\x03\0"s, 1024, 768);
  check_size("GIF89a\x80\x02\xE0\x01\0\0"s, 640, 480);
  check_size("RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFF\x0F\0\xFF\x07\0"s, 4096, 2048);
  check_size("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9D\x01\x2A\x80\x02\xE0\x01"s, 640, 480);
  // VP8L: 14 bits each of width - 1 and height - 1: 99 | 49 << 14.
  check_size("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F\x63\x40\x0C\0"s, 100, 50);
}

BOOST_AUTO_TEST_CASE(a_jpegs_frame_header_is_found_behind_other_segments) {
  const std::string exif = "\xFF\xE1\xFF\xFE"s + std::string(0xFFFC, 'x');
  const std::string tables = "\xFF\xC4\0\x04\0\0"s;
  const std::string frame = "\xFF\xC2\0\x0B\x08\x01\xE0\x02\x80\x01"s;
  check_size("\xFF\xD8"s + exif + exif + tables + "\xFF"s + frame, 640, 480);
  BOOST_TEST(!size_of("\xFF\xD8"s + exif).has_value());
}

BOOST_AUTO_TEST_CASE(what_has_no_area_or_is_no_image_has_no_size) {
  BOOST_TEST(!size_of("").has_value());
  BOOST_TEST(!size_of("plain text, long enough to hold any header").has_value());
  BOOST_TEST(!size_of("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\0\0\0\x03\0"s).has_value());
  BOOST_TEST(!image_size(base64_view{"*** not base64 ***"}).has_value());
  BOOST_TEST(!image_size(base64_view{"/9j/4A"}).has_value());
  // A JPEG of empty segments must not be walked for ever.
  std::string endless = "\xFF\xD8"s;
  for (int i = 0; i < 100'000; ++i)
    endless += "\xFF\xE0\0\x02"s;
  BOOST_TEST(!size_of(endless).has_value());
}

BOOST_AUTO_TEST_CASE(data_urls_are_told_from_others) {
  const auto found = base64_in_data_url("data:image/png;base64,iVBORw0K");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(*found == "iVBORw0K");
  BOOST_TEST(base64_in_data_url("data:;base64,").value_or("none") == "");
  BOOST_TEST(!base64_in_data_url("https://example.com/a.png").has_value());
  BOOST_TEST(!base64_in_data_url("data:text/plain,hello").has_value());
  BOOST_TEST(!base64_in_data_url("data:image/png;base64").has_value());
  BOOST_TEST(!base64_in_data_url("").has_value());
}

BOOST_AUTO_TEST_CASE(a_waves_length_follows_from_its_byte_rate) {
  // 16,000 bytes a second; header of 44 bytes and 2 seconds of sound.
  const std::string head =
      "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\0\0\0\0"s;
  const std::string text = base64_text(head + std::string(32'000, '\0'));
  const auto length = wave_length_ms(base64_view{text});
  BOOST_TEST_REQUIRE(length.has_value());
  BOOST_TEST(*length >= 2000);
  BOOST_TEST(*length <= 2010);
  BOOST_TEST(!wave_length_ms(base64_view{"SUQzBAAAAAAA"}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
