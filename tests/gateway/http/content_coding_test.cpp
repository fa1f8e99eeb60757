// Goal: what a server compressed is given out byte for byte, however it arrives and however little is
// asked for at a time; what ends early or is corrupt is known to; nothing unfolds beyond what is
// asked for. Method: zlib's own compressor, every place to cut at, every bit to flip.
#include "gateway/http/content_coding.hpp"

#include <algorithm>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/http/compressed.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(content_coding_suite)

namespace {
using testing::compressed;
using testing::compressor;
using testing::gzip_wrapper;
using testing::no_wrapper;
using testing::zlib_wrapper;

// Some of it in each kind of block: stored, with fixed and with dynamic codes.
std::string varied_text() {
  std::string text = R"({"usage":{"prompt_tokens":10,"completion_tokens":5}})";
  std::uint32_t state = 1;
  for (int n = 0; n < 400; ++n) {
    state = state * 1'664'525U + 1'013'904'223U;
    text += static_cast<char>(state >> 24U);
    if (n % 7 == 0) text += " a word and a word and ";
  }
  return text;
}

// Gives the decoder all of `coded`, and takes what it means in pieces of `bytes_max`.
decode_state decode_all(content_decoder& decoder, std::string_view coded, std::string& out,
                        std::size_t bytes_max = 100'000) {
  decode_state state = decode_state::has_more;
  while (state == decode_state::has_more) {
    const std::size_t before = out.size();
    state = decoder.decode(coded, bytes_max, out);
    BOOST_REQUIRE(out.size() - before <= bytes_max);
  }
  if (state == decode_state::wants_more) BOOST_TEST(coded.empty());
  return state;
}

struct way {
  content_coding coding;
  int wrapper;
  const char* name;
  friend std::ostream& operator<<(std::ostream& out, const way& of) { return out << of.name; }
};
const std::vector<way> ways = {{content_coding::gzip, gzip_wrapper, "gzip"},
                               {content_coding::deflate, zlib_wrapper, "deflate"},
                               {content_coding::deflate, no_wrapper, "deflate without a wrapper"}};
}  // namespace

BOOST_AUTO_TEST_CASE(codings_are_known_by_their_names) {
  for (const auto& [name, coding] :
       {std::pair<const char*, content_coding>{"", content_coding::identity},
        {"identity", content_coding::identity},
        {"Identity", content_coding::identity},
        {"gzip", content_coding::gzip},
        {" GZip\t", content_coding::gzip},
        {"x-gzip", content_coding::gzip},
        {"deflate", content_coding::deflate},
        {"br", content_coding::unreadable},
        {"zstd", content_coding::unreadable},
        {"compress", content_coding::unreadable},
        {"gzip, gzip", content_coding::unreadable},
        {"gzip,br", content_coding::unreadable},
        {"gzi", content_coding::unreadable}}) {
    BOOST_TEST((content_coding_of(name) == coding), name);
  }
  BOOST_TEST(can_be_decoded(content_coding::gzip));
  BOOST_TEST(can_be_decoded(content_coding::deflate));
  BOOST_TEST(!can_be_decoded(content_coding::identity));
  BOOST_TEST(!can_be_decoded(content_coding::unreadable));
}

BOOST_DATA_TEST_CASE(a_body_is_decoded_and_ends_where_its_coding_does, ways) {
  const std::string text = varied_text();
  content_decoder decoder(sample.coding);
  BOOST_TEST(decoder.may_end());  // a body without a byte
  std::string out;
  BOOST_TEST(
      (decode_all(decoder, compressed(text, sample.wrapper), out) == decode_state::wants_more));
  BOOST_TEST(decoder.may_end());
  BOOST_TEST(decoder.gave_all());
  BOOST_TEST((out == text));
}

BOOST_DATA_TEST_CASE(a_body_that_is_cut_anywhere_has_not_ended_and_goes_on, ways) {
  const std::string text = varied_text();
  const std::string coded = compressed(text, sample.wrapper);
  for (std::size_t cut = 1; cut < coded.size(); ++cut) {
    content_decoder decoder(sample.coding);
    std::string out;
    BOOST_TEST((decode_all(decoder, coded.substr(0, cut), out) == decode_state::wants_more));
    BOOST_TEST(!decoder.may_end(), "after " << cut << " of " << coded.size());
    BOOST_TEST((out == text.substr(0, out.size())));
    BOOST_TEST((decode_all(decoder, coded.substr(cut), out) == decode_state::wants_more));
    BOOST_TEST(decoder.may_end());
    BOOST_TEST((out == text));
  }
}

BOOST_DATA_TEST_CASE(the_pieces_that_come_and_those_that_are_asked_for_change_nothing, ways) {
  const std::string text = varied_text();
  const std::string coded = compressed(text, sample.wrapper);
  for (const std::size_t in : {1U, 2U, 7U, 300U}) {
    for (const std::size_t asked : {1U, 3U, 258U, 1'000U}) {
      content_decoder decoder(sample.coding);
      std::string out;
      for (std::size_t at = 0; at < coded.size(); at += in)
        BOOST_TEST(
            (decode_all(decoder, coded.substr(at, in), out, asked) == decode_state::wants_more));
      BOOST_TEST(decoder.may_end());
      BOOST_TEST((out == text), in << " at a time, " << asked << " asked for");
    }
  }
}

BOOST_DATA_TEST_CASE(a_bit_that_is_wrong_is_found_or_changes_nothing_but_the_text, ways) {
  const std::string text = varied_text();
  const std::string coded = compressed(text, sample.wrapper);
  std::size_t corrupt = 0;
  for (std::size_t bit = 0; bit < coded.size() * 8; ++bit) {
    std::string wrong = coded;
    wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
    content_decoder decoder(sample.coding);
    std::string out;
    const decode_state state = decode_all(decoder, wrong, out, 1'000);
    BOOST_TEST(out.size() <= 1'032 * wrong.size());  // deflate's densest
    if (state != decode_state::corrupt) continue;
    ++corrupt;
    BOOST_TEST(!decoder.may_end());
    BOOST_TEST(!decoder.gave_all());
    // It stays so.
    std::string more;
    BOOST_TEST((decode_all(decoder, coded, more) == decode_state::corrupt));
    BOOST_TEST(more == "");
  }
  BOOST_TEST(corrupt > coded.size());
}

BOOST_AUTO_TEST_CASE(a_checksum_that_is_wrong_is_found_behind_the_text) {
  std::string coded = compressed("all of it");
  coded[coded.size() - 8] ^= 1;
  content_decoder decoder(content_coding::gzip);
  std::string out;
  BOOST_TEST((decode_all(decoder, coded, out) == decode_state::corrupt));
  BOOST_TEST(out == "all of it");
}

BOOST_AUTO_TEST_CASE(ten_kilobytes_that_mean_ten_megabytes_take_no_more_room_than_asked_for) {
  constexpr std::size_t unfolded = std::size_t(10) << 20U;
  const std::string bomb = compressed(std::string(unfolded, '\0'));
  BOOST_TEST(bomb.size() < 11'000U);
  content_decoder decoder(content_coding::gzip);
  std::string_view coded = bomb;
  std::string out;
  std::size_t total = 0;
  decode_state state = decode_state::has_more;
  while (state == decode_state::has_more) {
    out.clear();
    state = decoder.decode(coded, 32 * 1024, out);
    BOOST_TEST(out.capacity() <= 64 * 1024U);
    BOOST_TEST(std::all_of(out.begin(), out.end(), [](char byte) { return byte == '\0'; }));
    total += out.size();
  }
  BOOST_TEST((state == decode_state::wants_more));
  BOOST_TEST(total == unfolded);
  BOOST_TEST(decoder.may_end());
}

BOOST_AUTO_TEST_CASE(what_is_behind_what_is_asked_for_comes_without_another_byte) {
  const std::string coded = compressed("0123456789");
  content_decoder decoder(content_coding::gzip);
  std::string_view unused = coded;
  std::string out = "kept:";
  BOOST_TEST((decoder.decode(unused, 4, out) == decode_state::has_more));
  BOOST_TEST(out == "kept:0123");
  BOOST_TEST(!decoder.gave_all());
  BOOST_TEST((decoder.decode(unused, 4, out) == decode_state::has_more));
  BOOST_TEST((decoder.decode(unused, 4, out) == decode_state::wants_more));
  BOOST_TEST(out == "kept:0123456789");
}

BOOST_DATA_TEST_CASE(after_a_flush_nothing_is_kept_back, ways) {
  compressor server(sample.wrapper);
  content_decoder decoder(sample.coding);
  std::string out;
  for (const std::string event : {"data: one\n\n", "data: two two two two\n\n"}) {
    const std::string coded = server.flush(event);
    out.clear();
    BOOST_TEST(
        (decode_all(decoder, coded.substr(0, coded.size() - 1), out) == decode_state::wants_more));
    BOOST_TEST(!decoder.gave_all());
    BOOST_TEST(
        (decode_all(decoder, coded.substr(coded.size() - 1), out) == decode_state::wants_more));
    BOOST_TEST(out == event);
    BOOST_TEST(decoder.gave_all());
    BOOST_TEST(!decoder.may_end());
    BOOST_TEST((decode_all(decoder, "", out) == decode_state::wants_more));
    BOOST_TEST(decoder.gave_all());
  }
  BOOST_TEST((decode_all(decoder, server.end(""), out) == decode_state::wants_more));
  BOOST_TEST(decoder.may_end());
  BOOST_TEST(decoder.gave_all());
}

BOOST_AUTO_TEST_CASE(members_of_gzip_follow_one_another) {
  const std::string coded = compressed("one, ") + compressed("") + compressed("two");
  for (std::size_t cut = 0; cut <= coded.size(); ++cut) {
    content_decoder decoder(content_coding::gzip);
    std::string out;
    BOOST_TEST((decode_all(decoder, coded.substr(0, cut), out) == decode_state::wants_more));
    BOOST_TEST((decode_all(decoder, coded.substr(cut), out) == decode_state::wants_more));
    BOOST_TEST(decoder.may_end());
    BOOST_TEST(out == "one, two");
  }
  content_decoder decoder(content_coding::gzip);
  std::string out;
  BOOST_TEST(
      (decode_all(decoder, coded.substr(0, coded.size() - 1), out) == decode_state::wants_more));
  BOOST_TEST(!decoder.may_end());
}

BOOST_AUTO_TEST_CASE(a_member_that_is_corrupt_is_no_padding) {
  std::string second = compressed("two");
  second[2] = 0;  // no method that there is
  content_decoder decoder(content_coding::gzip);
  std::string out;
  BOOST_TEST((decode_all(decoder, compressed("one") + second, out) == decode_state::corrupt));
}

BOOST_DATA_TEST_CASE(padding_behind_the_end_is_left_alone, ways) {
  using namespace std::string_literals;
  for (const std::string& padding : {"\0\0\0\0"s, "\n"s, "x"s, "\x1f\x1f\x1f\x1f"s}) {
    content_decoder decoder(sample.coding);
    std::string out;
    BOOST_TEST((decode_all(decoder, compressed("text", sample.wrapper) + padding, out) ==
                decode_state::wants_more));
    BOOST_TEST(decoder.may_end());
    BOOST_TEST((decode_all(decoder, padding, out) == decode_state::wants_more));
    BOOST_TEST(out == "text");
  }
}

BOOST_AUTO_TEST_CASE(what_says_gzip_and_is_text_is_text) {
  for (const std::string text : {"{\"id\":\"c1\"}", "data: one\n\n", "\n{}"}) {
    content_decoder decoder(content_coding::gzip);
    std::string out;
    BOOST_TEST((decode_all(decoder, text, out, 3) == decode_state::wants_more));
    BOOST_TEST((decode_all(decoder, text, out) == decode_state::wants_more));
    BOOST_TEST(out == text + text);
    BOOST_TEST(decoder.may_end());
    BOOST_TEST(decoder.gave_all());
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_needs_a_dictionary_is_corrupt) {
  content_decoder decoder(content_coding::deflate);
  std::string out;
  // RFC 1950 §2.2, FDICT.
  BOOST_TEST((decode_all(decoder, std::string("\x78\xbb\x01\x02\x03\x04 and more", 15), out) ==
              decode_state::corrupt));
  BOOST_TEST(out == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
