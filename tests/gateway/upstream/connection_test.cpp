// Goal: what comes over an idle connection is known as it comes, and of one that stays quiet the same
// read brings the next answer, whatever happens meanwhile. Method: a provider on loopback that is
// played by hand.
#include "gateway/upstream/connection.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/loopback_peer.hpp"
#include "gateway/call/run_to_end.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(upstream_connection_suite)

namespace {
struct connected {
  connected() {
    asio::ip::tcp::socket near(context);
    near.connect(listener.at());
    connection = new upstream_connection(transport(std::move(near)));
    peer.emplace(listener.accept());
  }
  io_outcome read() { return run_to_end(context, connection->read_more()); }
  // Starts to read, and lets it wait.
  void start_reading() {
    auto keep = [this]() -> asio::awaitable<void> { got = co_await connection->read_more(); };
    asio::co_spawn(context, keep, [](const std::exception_ptr&) {});
    for (int n = 0; n < 5; ++n)
      let_run(context);
    BOOST_TEST(!got.has_value());
  }
  template <typename Condition>
  void wait_until(Condition done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < until)
      let_run(context);
    BOOST_REQUIRE(done());
  }

  asio::io_context context;
  loopback_listener listener{context};
  upstream_connection_ptr connection;
  std::optional<loopback_peer> peer;
  std::optional<io_outcome> got;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_read_appends_to_what_is_unread, connected) {
  peer->send("one");
  BOOST_TEST(read().bytes == 3U);
  BOOST_TEST(connection->unread() == "one");
  peer->send("two");
  BOOST_TEST(read().bytes == 3U);
  BOOST_TEST(connection->unread() == "onetwo");
  connection->begin = connection->end;
  peer->send("three");
  BOOST_TEST(read().bytes == 5U);
  BOOST_TEST(connection->unread() == "three");
  BOOST_TEST(connection->begin == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_connection_is_quiet_until_something_comes, connected) {
  BOOST_TEST(!connection->was_used);
  connection->watch_idle();
  BOOST_TEST(connection->was_used);
  for (int n = 0; n < 5; ++n)
    let_run(context);
  BOOST_TEST(connection->is_quiet());
  peer->send("x");
  wait_until([this] { return !connection->is_quiet(); });
}

BOOST_FIXTURE_TEST_CASE(a_providers_close_is_known_as_it_comes, connected) {
  connection->watch_idle();
  peer->close();
  wait_until([this] { return !connection->is_quiet(); });
  BOOST_TEST((read().error == asio::error::eof));
}

BOOST_FIXTURE_TEST_CASE(a_providers_reset_is_known_as_it_comes, connected) {
  connection->watch_idle();
  peer->reset();
  wait_until([this] { return !connection->is_quiet(); });
  BOOST_TEST((read().error == asio::error::connection_reset));
}

BOOST_FIXTURE_TEST_CASE(the_read_of_an_idle_connection_brings_the_next_answer, connected) {
  for (const char* answer : {"one", "two"}) {
    connection->watch_idle();
    start_reading();
    peer->send(answer);
    wait_until([this] { return got.has_value(); });
    BOOST_TEST(!got->error);
    BOOST_TEST(got->bytes == 3U);
    BOOST_TEST(connection->unread() == answer);
    // And from then on it is read as any other.
    connection->begin = connection->end;
    peer->send("more");
    BOOST_TEST(read().bytes == 4U);
    BOOST_TEST(connection->unread() == "more");
    got.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(what_came_before_it_is_read_is_not_lost, connected) {
  connection->watch_idle();
  peer->send("early");
  wait_until([this] { return !connection->is_quiet(); });
  BOOST_TEST(read().bytes == 5U);
  BOOST_TEST(connection->unread() == "early");
}

BOOST_FIXTURE_TEST_CASE(who_waits_for_the_next_answer_is_woken_by_a_close_of_ours, connected) {
  connection->watch_idle();
  start_reading();
  connection->wire.close();
  wait_until([this] { return got.has_value(); });
  BOOST_TEST((got->error == asio::error::operation_aborted));
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_is_dropped_while_it_is_read_lives_until_that_has_ended,
                        connected) {
  connection->watch_idle();
  connection->wire.close();
  connection.reset();
  BOOST_TEST(peer->receive_all() == "");
  for (int n = 0; n < 5; ++n)
    let_run(context);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_takes_the_connection_and_who_waits_with_it) {
  bool has_ended = false;
  struct tell_end {
    bool& to;
    ~tell_end() { to = true; }
  };
  {
    connected at;
    at.connection->watch_idle();
    auto waits = [](upstream_connection_ptr of, bool& ended) -> asio::awaitable<void> {
      const tell_end told{ended};
      static_cast<void>(co_await of->read_more());
    };
    asio::co_spawn(at.context, waits(std::move(at.connection), has_ended),
                   [](const std::exception_ptr&) {});
    for (int n = 0; n < 5; ++n)
      let_run(at.context);
    BOOST_TEST(!has_ended);
  }
  BOOST_TEST(has_ended);
}

BOOST_FIXTURE_TEST_CASE(what_the_peer_has_acknowledged_may_have_arrived, connected) {
  transport& wire = connection->wire;
  const std::uint64_t before = wire.sent_bytes();
  BOOST_TEST(before == 0U);
  BOOST_TEST(!wire.may_have_arrived(before));
  std::array<asio::const_buffer, 3> pieces;
  pieces[1] = asio::buffer("request", 7);
  BOOST_TEST(run_to_end(context, wire.write(pieces)).bytes == 7U);
  BOOST_TEST(wire.sent_bytes() == 7U);
  wait_until([&] { return wire.may_have_arrived(before); });  // by its kernel: nobody has read it
  BOOST_TEST(!wire.may_have_arrived(7));
  peer->receive(7);
  // To one that has closed.
  peer->close();
  BOOST_TEST(run_to_end(context, wire.write(pieces)).bytes == 7U);
  BOOST_TEST((read().error == asio::error::eof));
  BOOST_TEST(!wire.may_have_arrived(7));
  BOOST_TEST(wire.may_have_arrived(before));
  wire.close();
  BOOST_TEST(wire.may_have_arrived(7));  // nobody knows any more
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
