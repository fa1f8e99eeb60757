// Goal: the splitter sees the same elements, and loses no byte, however a JSON array is cut into reads.
// Method: arrays with all that may stand in them, each fed whole, at every pair of split points, and
// byte by byte.
#include "gateway/dialect/parts/json_array_stream.hpp"

#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(json_array_stream_suite)

namespace {

using stint::array_element;
using stint::begins_as_json_array;
using stint::json_array_stream;

struct seen_elements {
  std::string elements;  // "one;;two;;end"
  std::string raw;
};

seen_elements feed_array(const std::vector<std::string_view>& pieces) {
  json_array_stream stream;
  seen_elements all;
  bool has_ended = false;
  for (const std::string_view piece : pieces) {
    // A copy of exactly the piece's size, so that a read past its end is an error under ASan.
    const std::vector<char> exact(piece.begin(), piece.end());
    BOOST_REQUIRE(
        stream.feed(std::string_view(exact.data(), exact.size()), [&](const array_element& one) {
          all.raw += one.raw;
          if (one.is_end && has_ended) return;  // what comes behind may come in pieces
          has_ended = one.is_end;
          if (!all.elements.empty()) all.elements += ";;";
          all.elements.append(one.is_end ? "end" : one.data);
        }));
  }
  all.raw += stream.unfinished();
  return all;
}

struct array_case {
  const char* bytes;
  const char* elements;
};
std::ostream& operator<<(std::ostream& out, const array_case& one) {
  return out << one.bytes;
}

const std::vector<array_case> array_cases = {
    {"[{\"a\":1}\n,\r\n{\"b\":2}\n]\n", "{\"a\":1};;{\"b\":2};;end"},
    {"[]", "end"},
    {" \n[ \n ] \n", "end"},
    {"[{\"t\":\"]},{\\\"[\"},{\"u\":\"\\\\\"}]", "{\"t\":\"]},{\\\"[\"};;{\"u\":\"\\\\\"};;end"},
    {"[{\"a\":[{\"b\":[]},{}]}, [1,[2]] ]", "{\"a\":[{\"b\":[]},{}]};;[1,[2]];;end"},
    {"[1, \"a,]b\", null]", "1;;\"a,]b\";;null;;end"},
    {"[{\"a\":1},{\"b\"", "{\"a\":1}"},
    {"[{\"a\":\"\xC3\xA9\"}] and more", "{\"a\":\"\xC3\xA9\"};;end"},
};

}  // namespace

BOOST_DATA_TEST_CASE(elements_are_the_same_for_every_split_point, array_cases, one) {
  const std::string_view all = one.bytes;
  const seen_elements whole = feed_array({all});
  BOOST_TEST(whole.elements == one.elements);
  BOOST_TEST(whole.raw == all);
  for (std::size_t first = 0; first <= all.size(); ++first) {
    for (std::size_t second = first; second <= all.size(); ++second) {
      const seen_elements split =
          feed_array({all.substr(0, first), all.substr(first, second - first), all.substr(second)});
      BOOST_REQUIRE_MESSAGE(split.elements == one.elements && split.raw == all,
                            "split at " << first << ", " << second << ": " << split.elements);
    }
  }
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < all.size(); ++at)
    single.push_back(all.substr(at, 1));
  BOOST_TEST(feed_array(single).elements == one.elements);
}

BOOST_AUTO_TEST_CASE(an_object_is_given_before_what_follows_it) {
  json_array_stream stream;
  std::string given;
  const auto note = [&](const array_element& one) { given += one.data; };
  BOOST_TEST(stream.feed("[{\"a\":1}", note));
  BOOST_TEST(given == "{\"a\":1}");
  BOOST_TEST(stream.unfinished().empty());
}

BOOST_AUTO_TEST_CASE(an_element_over_the_limit_is_given_up) {
  json_array_stream stream;
  const auto ignore = [](const array_element&) {};
  BOOST_TEST(stream.feed("[{\"a\":\"", ignore));
  const std::string much(json_array_stream::element_bytes_max, 'x');
  BOOST_TEST(!stream.feed(much, ignore));
  BOOST_TEST(stream.take_unfinished().size() == much.size() + 7);
  BOOST_TEST(stream.unfinished().empty());
}

BOOST_AUTO_TEST_CASE(an_array_is_told_from_other_answers_by_its_first_byte) {
  BOOST_TEST(!begins_as_json_array(" \n").has_value());
  BOOST_TEST(begins_as_json_array("\n [").value());
  BOOST_TEST(!begins_as_json_array("data: [").value());
  BOOST_TEST(!begins_as_json_array("{\"error\":{}}").value());
}

BOOST_AUTO_TEST_SUITE_END()
