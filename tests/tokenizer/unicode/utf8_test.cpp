// Goal: UTF-8 is taken apart as the Unicode Standard has it, at every border of its table of
// well-formed sequences (3-7), and what is ill-formed or cut short is told from it. Method: the
// table's rows with the bytes just inside and just outside of each range, and every code point
// encoded by another rule.
#include "tokenizer/unicode/utf8.hpp"

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace stint::tokenizer {
namespace {

struct sequence_answer {
  int length = 0;
  bool truncated = false;
  bool operator==(const sequence_answer&) const = default;
};

std::ostream& operator<<(std::ostream& out, const sequence_answer& one) {
  return out << one.length << (one.truncated ? " truncated" : "");
}

sequence_answer sequence_at(std::string_view text) {
  const auto* const from = reinterpret_cast<const std::uint8_t*>(text.data());
  sequence_answer found;
  found.length = sequence_length(from, from + text.size(), found.truncated);
  return found;
}

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto inner = [&](unsigned shift) { return byte(0x80 + point / (1U << shift) % 64); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 + point / 64), inner(0)};
  if (point < 0x10000) return {byte(0xE0 + point / 4096), inner(6), inner(0)};
  return {byte(0xF0 + point / 262144), inner(12), inner(6), inner(0)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(utf8_suite)

BOOST_AUTO_TEST_CASE(every_code_point_but_surrogates_is_one_sequence_and_is_read_back) {
  for (std::uint32_t point = 0; point < 0x110000; ++point) {
    if (point >= 0xD800 && point < 0xE000) continue;
    const std::string text = encoded(point);
    const auto* const at = reinterpret_cast<const std::uint8_t*>(text.data());
    const sequence_answer found = sequence_at(text + "x");
    const std::uint32_t read = text.size() == 1   ? *at
                               : text.size() == 2 ? point_of_two(at)
                               : text.size() == 3 ? point_of_three(at)
                                                  : point_of_four(at);
    if (found != sequence_answer{static_cast<int>(text.size()), false} || read != point) {
      BOOST_FAIL("U+" << std::hex << point << " read as " << read << ", length " << found);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_second_byte_has_the_range_that_the_first_one_leaves_it) {
  struct row {
    int first;
    int low;
    int high;
    int length;
  };
  constexpr row rows[] = {{0xC2, 0x80, 0xBF, 2}, {0xDF, 0x80, 0xBF, 2}, {0xE0, 0xA0, 0xBF, 3},
                          {0xE1, 0x80, 0xBF, 3}, {0xEC, 0x80, 0xBF, 3}, {0xED, 0x80, 0x9F, 3},
                          {0xEE, 0x80, 0xBF, 3}, {0xEF, 0x80, 0xBF, 3}, {0xF0, 0x90, 0xBF, 4},
                          {0xF1, 0x80, 0xBF, 4}, {0xF3, 0x80, 0xBF, 4}, {0xF4, 0x80, 0x8F, 4}};
  for (const row& one : rows) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(one.first), static_cast<char>(second), '\x80',
                                '\xBF'};
      const bool well = second >= one.low && second <= one.high;
      BOOST_TEST(sequence_at(text) == (sequence_answer{well ? one.length : -1, false}),
                 std::hex << one.first << ' ' << second);
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_begin_nothing_are_one_ill_formed_byte) {
  for (const int first : {0x80, 0xBF, 0xC0, 0xC1, 0xF5, 0xFF}) {
    BOOST_TEST(sequence_at({std::string{static_cast<char>(first)} + "\x80\x80\x80"}).length == -1,
               std::hex << first);
  }
}

BOOST_AUTO_TEST_CASE(only_the_second_byte_has_a_narrower_range) {
  BOOST_TEST(sequence_at("\xE0\xA0\x80") == (sequence_answer{3, false}));
  BOOST_TEST(sequence_at("\xED\x9F\xBF") == (sequence_answer{3, false}));
  BOOST_TEST(sequence_at("\xF0\x90\x80\x80") == (sequence_answer{4, false}));
  BOOST_TEST(sequence_at("\xF4\x8F\xBF\xBF") == (sequence_answer{4, false}));
}

BOOST_AUTO_TEST_CASE(an_ill_formed_sequence_ends_before_the_byte_that_spoils_it) {
  BOOST_TEST(sequence_at("\xE2\x82x") == (sequence_answer{-2, false}));
  BOOST_TEST(sequence_at("\xF0\x9F\x98x") == (sequence_answer{-3, false}));
  BOOST_TEST(sequence_at("\xF0\x9F\x98\xC0") == (sequence_answer{-3, false}));
  BOOST_TEST(sequence_at("\xE2\x82\x7F") == (sequence_answer{-2, false}));
}

BOOST_AUTO_TEST_CASE(what_the_end_breaks_off_is_ill_formed_and_truncated) {
  BOOST_TEST(sequence_at("\xC3") == (sequence_answer{-1, true}));
  BOOST_TEST(sequence_at("\xE2\x82") == (sequence_answer{-2, true}));
  BOOST_TEST(sequence_at("\xF0\x9F\x98") == (sequence_answer{-3, true}));
  BOOST_TEST(sequence_at("\xF0\x80") == (sequence_answer{-1, false}));
}

BOOST_AUTO_TEST_CASE(inner_bytes_and_leads_of_three_are_told_by_their_highest_bits) {
  for (int value = 0; value < 256; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    BOOST_TEST(is_inner_byte(byte) == (value >= 0x80 && value <= 0xBF), value);
    BOOST_TEST(is_inner_byte(static_cast<char>(value)) == is_inner_byte(byte), value);
    BOOST_TEST(leads_three_bytes(byte) == (value >= 0xE0 && value <= 0xEF), value);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::tokenizer
