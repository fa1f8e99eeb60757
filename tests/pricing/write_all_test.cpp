// Goal: all of it is written, however little the other side takes at a time, and what stops the
// writing is told.
#include "pricing/write_all.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace stint {

BOOST_AUTO_TEST_SUITE(write_all_suite)

// A socket with a small buffer takes a part, and the rest as it is read.
BOOST_AUTO_TEST_CASE(what_is_taken_in_parts_is_written_whole) {
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  std::string sent(1 << 20, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i)
    sent[i] = static_cast<char>(i * 31 >> 3);
  int failed = -1;
  std::thread writer([&] {
    failed = write_all(ends[0], sent);
    ::close(ends[0]);
  });
  std::string got;
  std::array<char, 5'000> piece{};
  for (ssize_t size = 0; (size = ::read(ends[1], piece.data(), piece.size())) > 0;)
    got.append(piece.data(), static_cast<std::size_t>(size));
  writer.join();
  ::close(ends[1]);
  BOOST_TEST(failed == 0);
  BOOST_TEST((got == sent));
}

BOOST_AUTO_TEST_CASE(what_stops_the_writing_is_told) {
  BOOST_TEST(write_all(-1, "x") == EBADF);
  BOOST_TEST(write_all(-1, "") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
