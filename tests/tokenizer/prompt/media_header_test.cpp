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

BOOST_AUTO_TEST_CASE(bytes_are_read_at_any_position_of_either_alphabet) {
  std::string bytes;
  for (int value = 0; value < 256; ++value)
    bytes += static_cast<char>(value * 37 + 11);
  for (const std::size_t size : {253U, 254U, 255U}) {
    std::string text = base64_text(bytes.substr(0, size));
    std::string url = text;
    for (char& c : url)
      c = c == '+' ? '-' : c == '/' ? '_' : c;
    BOOST_TEST(url != text);
    text.erase(text.find_last_not_of('=') + 1);
    url.erase(url.find_last_not_of('=') + 1);
    for (const std::string& spelled : {text, url}) {
      const base64_view view{spelled};
      for (std::size_t at = 0; at < size; ++at)
        BOOST_TEST_REQUIRE(view.at(at).value() == static_cast<std::uint8_t>(bytes[at]), at);
      BOOST_TEST(!view.at(size).has_value());
      BOOST_TEST(!view.at(size + 1).has_value());
      BOOST_TEST(!view.at(size + 2).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_read_in_either_order_up_to_the_last_byte) {
  const std::string text = base64_text("\x01\x82\x03\x84\x05"s);
  const base64_view view{text};
  BOOST_TEST(view.big_endian(0, 4).value() == 0x01820384U);
  BOOST_TEST(view.big_endian(1, 2).value() == 0x8203U);
  BOOST_TEST(view.big_endian(4, 1).value() == 5U);
  BOOST_TEST(view.little_endian(0, 4).value() == 0x84038201U);
  BOOST_TEST(view.little_endian(1, 3).value() == 0x840382U);
  BOOST_TEST(view.little_endian(1, 2).value() == 0x0382U);
  BOOST_TEST(view.little_endian(4, 1).value() == 5U);
  BOOST_TEST(!view.big_endian(4, 2).has_value());
  BOOST_TEST(!view.little_endian(2, 4).has_value());
  BOOST_TEST(view.has(1, "\x82\x03"));
  BOOST_TEST(view.has(4, "\x05"));
  BOOST_TEST(!view.has(4, "\x05\0"s));
  BOOST_TEST(!view.has(0, "\x82"));
  BOOST_TEST(base64_view{"AAAAAAAA"}.size() == 6U);
  BOOST_TEST(base64_view{"AAAAAAA"}.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_not_base64_is_no_byte) {
  for (const std::string_view text : {"*A", "A*", "=A", "A=", "\xC3\xA9", "A"})
    BOOST_TEST(!base64_view{text}.at(0).has_value(), text);
  // What lies behind the text is not read.
  BOOST_TEST(!base64_view{std::string_view("AAAA").substr(0, 1)}.at(0).has_value());
  BOOST_TEST(!base64_view{std::string_view("AAAA").substr(0, 2)}.at(1).has_value());
}

BOOST_AUTO_TEST_CASE(every_frame_header_but_those_of_tables_has_a_jpegs_size) {
  for (int marker = 0xBF; marker <= 0xD0; ++marker) {
    const std::string file =
        "\xFF\xD8\xFF"s + static_cast<char>(marker) + "\0\x0B\x08\0\x07\0\x09\x01"s;
    const bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    const auto found = size_of(file);
    BOOST_TEST(found.has_value() == is_frame, marker);
    if (!found) continue;
    BOOST_TEST(found->width == 9);
    BOOST_TEST(found->height == 7);
  }
}

BOOST_AUTO_TEST_CASE(a_jpegs_segments_are_walked_256_times_and_by_their_length) {
  const std::string frame = "\xFF\xC0\0\x0B\x08\0\x07\0\x09\x01"s;
  const auto after = [&](int segments, const std::string& segment) {
    std::string file = "\xFF\xD8"s;
    for (int i = 0; i < segments; ++i)
      file += segment;
    return size_of(file + frame);
  };
  BOOST_TEST(after(255, "\xFF\xE0\0\x02"s).has_value());
  BOOST_TEST(!after(256, "\xFF\xE0\0\x02"s).has_value());
  BOOST_TEST(after(1, "\xFF\xE0\0\x03."s).has_value());
  BOOST_TEST(after(1, "\xFF\xE0\x01\x02"s + std::string(0x100, '.')).has_value());
  BOOST_TEST(!after(1, "\xFF\xE0\0\x01"s).has_value());
  BOOST_TEST(!after(1, "\xFE\xE0\0\x02"s).has_value());
  BOOST_TEST(after(3, "\xFF"s).has_value());  // fill bytes
}

BOOST_AUTO_TEST_CASE(a_webps_sides_are_masked_and_counted_from_one) {
  const std::string riff = "RIFF\0\0\0\0WEBP"s;
  // The two bits above a VP8 frame's sides say how it is scaled.
  check_size(riff + "VP8 \0\0\0\0\0\0\0\x9D\x01\x2A\xFF\xFF\x01\xC0"s, 0x3FFF, 1);
  check_size(riff + "VP8L\0\0\0\0\x2F\xFF\xFF\xFF\xFF"s, 0x4000, 0x4000);
  check_size(riff + "VP8L\0\0\0\0\x2F\0\x40\0\0"s, 1, 2);
  check_size(riff + "VP8X\x0A\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF"s, 1, 1 << 24);
  BOOST_TEST(!size_of(riff + "VP8 \0\0\0\0\0\0\0\x9D\x01\x2A\x80\x02"s).has_value());
  BOOST_TEST(!size_of(riff + "VP8X\x0A\0\0\0\0\0\0\0\xFF\x0F\0"s).has_value());
  BOOST_TEST(!size_of(riff + "VP8?\x0A\0\0\0\0\0\0\0\xFF\x0F\0\xFF\x07\0"s).has_value());
  BOOST_TEST(!size_of("RIFX\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFF\x0F\0\xFF\x07\0"s).has_value());
  BOOST_TEST(!size_of("RIFF\0\0\0\0WEBQVP8X\x0A\0\0\0\0\0\0\0\xFF\x0F\0\xFF\x07\0"s).has_value());
}

BOOST_AUTO_TEST_CASE(an_image_without_one_of_its_sides_has_no_size) {
  BOOST_TEST(!size_of("GIF89a\x80\x02"s).has_value());
  BOOST_TEST(!size_of("\xFF\xD8\xFF\xC0\0\x0B\x08\0\x07"s).has_value());
  BOOST_TEST(!size_of("GIF89a\x80\x02\0\0"s).has_value());
  BOOST_TEST(!size_of("GIF89a\0\0\x80\x02"s).has_value());
  check_size("GIF87a\x01\0\x01\0"s, 1, 1);
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
  // 32,044 bytes; base64 rounds up to 32,046.
  BOOST_TEST(*length == 2003);
  BOOST_TEST(!wave_length_ms(base64_view{"SUQzBAAAAAAA"}).has_value());
  for (const auto& [at, byte] : {std::pair{0, 'r'}, std::pair{8, 'w'}, std::pair{15, '_'}}) {
    std::string other = head;
    other[static_cast<std::size_t>(at)] = byte;
    BOOST_TEST(!wave_length_ms(base64_view{base64_text(other)}).has_value(), at);
  }
  std::string silent = head;
  silent[28] = silent[29] = '\0';
  BOOST_TEST(!wave_length_ms(base64_view{base64_text(silent)}).has_value());
  BOOST_TEST(!wave_length_ms(base64_view{base64_text(head.substr(0, 31))}).has_value());
  BOOST_TEST(wave_length_ms(base64_view{base64_text(head.substr(0, 32))}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
