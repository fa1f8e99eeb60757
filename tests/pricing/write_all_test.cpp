// Goal: all of it is written, however little the other side takes at a time, and what stops the
// writing is told.
#include "pricing/write_all.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
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

// Which a signal does that finds the writer waiting for room.
BOOST_AUTO_TEST_CASE(a_write_that_is_interrupted_goes_on) {
  static std::atomic<int> interruptions = 0;
  struct sigaction before {};
  struct sigaction noting {};
  noting.sa_handler = [](int) { ++interruptions; };  // without SA_RESTART
  BOOST_TEST_REQUIRE(::sigaction(SIGUSR1, &noting, &before) == 0);
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  std::size_t filled = 0;
  const std::array<char, 4'096> piece{};
  for (ssize_t taken = 0; (taken = ::send(ends[0], piece.data(), piece.size(), MSG_DONTWAIT)) > 0;)
    filled += static_cast<std::size_t>(taken);
  int failed = -1;
  std::thread writer([&] {
    failed = write_all(ends[0], "x");
    ::close(ends[0]);
  });
  // Between two of them the writer does nothing but wait, so most find it there.
  while (interruptions < 100) {
    ::pthread_kill(writer.native_handle(), SIGUSR1);
    std::this_thread::yield();
  }
  std::string got;
  std::array<char, 5'000> read{};
  for (ssize_t size = 0; (size = ::read(ends[1], read.data(), read.size())) > 0;)
    got.append(read.data(), static_cast<std::size_t>(size));
  writer.join();
  ::close(ends[1]);
  ::sigaction(SIGUSR1, &before, nullptr);
  BOOST_TEST(failed == 0);
  BOOST_TEST(got.size() == filled + 1);
}

BOOST_AUTO_TEST_CASE(what_stops_the_writing_is_told) {
  BOOST_TEST(write_all(-1, "x") == EBADF);
  BOOST_TEST(write_all(-1, "") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
