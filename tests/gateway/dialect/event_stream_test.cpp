// Goal: the splitter sees the same events, and loses no byte, however a stream is cut into reads.
// Method: vectors with every line end and oddity of WHATWG HTML §9.2; each fed whole, at every pair
// of split points, and byte by byte.
#include "gateway/dialect/parts/event_stream.hpp"

#include <algorithm>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/vector_file.hpp"

BOOST_AUTO_TEST_SUITE(event_stream_suite)

namespace {

using stint::event_stream;
using stint::stream_event;
using stint::testing::read_vectors;
using stint::testing::unescaped;

struct seen {
  std::string events;  // type|data;;type|data
  std::string raw;
};

seen feed(const std::vector<std::string_view>& pieces) {
  event_stream stream;
  seen all;
  for (const std::string_view piece : pieces) {
    // A copy of exactly the piece's size, so that a read past its end is an error under ASan.
    const std::vector<char> exact(piece.begin(), piece.end());
    const bool fits =
        stream.feed(std::string_view(exact.data(), exact.size()), [&](const stream_event& event) {
          all.raw += event.raw;
          if (!event.has_data) return;
          if (!all.events.empty()) all.events += ";;";
          all.events.append(event.type).append("|").append(event.data);
        });
    BOOST_REQUIRE(fits);
  }
  all.raw += stream.unfinished();
  return all;
}

}  // namespace

BOOST_DATA_TEST_CASE(events_are_the_same_for_every_split_point, read_vectors("event_stream.txt"),
                     row) {
  const std::string bytes = unescaped(row.fields.at(1));
  const std::string expected = unescaped(row.fields.at(2));
  const std::string_view all = bytes;
  const seen whole = feed({all});
  BOOST_TEST(whole.events == expected);
  BOOST_TEST(whole.raw == bytes);
  for (std::size_t first = 0; first <= all.size(); ++first) {
    for (std::size_t second = first; second <= all.size(); ++second) {
      const seen split =
          feed({all.substr(0, first), all.substr(first, second - first), all.substr(second)});
      BOOST_REQUIRE_MESSAGE(split.events == expected && split.raw == bytes,
                            row.fields[0] << " split at " << first << ", " << second);
    }
  }
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < all.size(); ++at)
    single.push_back(all.substr(at, 1));
  BOOST_TEST(feed(single).events == expected);
}

BOOST_AUTO_TEST_CASE(an_event_in_one_read_is_not_copied) {
  event_stream stream;
  const std::string bytes = "data: {\"a\":1}\n\n";
  int events = 0;
  BOOST_TEST(stream.feed(bytes, [&](const stream_event& event) {
    ++events;
    BOOST_TEST(static_cast<const void*>(event.data.data()) ==
               static_cast<const void*>(bytes.data() + 6));
  }));
  BOOST_TEST(events == 1);
}

BOOST_AUTO_TEST_CASE(a_text_is_known_for_a_stream_by_how_it_begins) {
  for (const std::string_view text : {"data: {}\n\n", "event: x\n", "id:1\n", "retry: 5\n",
                                      ": waiting\n\n", "\n\ndata:x", "\r\n\r\nevent:x",
                                      "\xEF\xBB\xBF"
                                      "data:x"})
    BOOST_TEST(stint::begins_as_event_stream(text), text);
  for (const std::string_view text :
       {"", "\n", "{\"data\":1}", "<html>", "database: down", " data: x", "[1]", "data"})
    BOOST_TEST(!stint::begins_as_event_stream(text), text);
}

BOOST_AUTO_TEST_CASE(an_unfinished_event_is_bounded_at_its_limit) {
  const auto fits = [](std::size_t bytes) {
    event_stream stream;
    bool fed = true;
    const std::string piece(64 * 1024, 'x');
    for (std::size_t left = bytes; left > 0 && fed;) {
      const std::size_t now = std::min(left, piece.size());
      fed = stream.feed(std::string_view(piece).substr(0, now), [](const stream_event&) {});
      left -= now;
    }
    return fed;
  };
  BOOST_TEST(fits(event_stream::event_bytes_max - 1));
  BOOST_TEST(fits(event_stream::event_bytes_max));
  BOOST_TEST(!fits(event_stream::event_bytes_max + 1));
}

BOOST_AUTO_TEST_CASE(many_small_events_after_a_large_one_keep_their_bytes) {
  std::string bytes = "data: " + std::string(200'000, 'a') + "\n\n";
  for (int i = 0; i < 1000; ++i)
    bytes += "data: " + std::to_string(i) + "\r\n\r\n";
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += 777)
    pieces.push_back(std::string_view(bytes).substr(at, 777));
  const seen split = feed(pieces);
  BOOST_TEST(split.raw == bytes);
  BOOST_TEST(split.events.ends_with(";;|998;;|999"));
}

BOOST_AUTO_TEST_SUITE_END()
