// Goal: a connection's buffer is bounded, however many large requests come over it. Method: as connection.cpp uses it.
#include "gateway/http/session_buffer.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(session_buffer_suite)

namespace {

constexpr std::size_t room_behind_head = 4096;

void receive(session_buffer& into, std::string_view bytes) {
  BOOST_TEST_REQUIRE(into.free_bytes() >= bytes.size());
  std::ranges::copy(bytes, static_cast<char*>(into.free_space().data()));
  into.received(bytes.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(large_requests_one_after_the_other_do_not_make_it_grow_for_ever) {
  session_buffer buffer;
  for (int i = 0; i < 1'000; ++i) {
    buffer.make_room(room_behind_head);
    receive(buffer, std::string(buffer.free_bytes(), 'x'));  // as much as it takes at once
    buffer.make_room(room_behind_head);                      // the head is complete
    BOOST_TEST_REQUIRE(buffer.capacity() <= session_buffer::kept_bytes_max + room_behind_head);
    buffer.consume(buffer.unread().size());
  }
}

BOOST_AUTO_TEST_CASE(what_is_unread_stays_when_it_shrinks) {
  session_buffer buffer;
  buffer.make_room(100'000);
  receive(buffer, std::string(60'000, 'x') + "the next request");
  buffer.consume(60'000);
  buffer.make_room(room_behind_head);
  BOOST_TEST(buffer.unread() == "the next request");
  BOOST_TEST(buffer.capacity() == session_buffer::initial_bytes);
  BOOST_TEST(buffer.free_bytes() >= room_behind_head);
}

BOOST_AUTO_TEST_CASE(a_long_head_is_kept_while_it_comes) {
  session_buffer buffer;
  std::string all;
  while (all.size() < 40'000) {
    if (buffer.free_bytes() == 0) buffer.make_room(buffer.unread().size());
    const std::string more(std::min<std::size_t>(buffer.free_bytes(), 1'000),
                           static_cast<char>('a' + all.size() % 26));
    receive(buffer, more);
    all += more;
  }
  BOOST_TEST((buffer.unread() == all));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
