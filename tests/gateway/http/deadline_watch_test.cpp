// Goal: the sweep closes what is overdue, notices a client that goes, and leaves the rest alone.
// Method: real sockets on loopback; each test waits on the read that the sweep must end, under an
// overall deadline.
#include "gateway/http/deadline_watch.hpp"

#include <boost/asio/connect.hpp>
#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(deadline_watch_sweep)

namespace {
using tcp = asio::ip::tcp;

struct linked_pair {
  explicit linked_pair(asio::io_context& context) : near(context), far(context) {
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    far.connect(acceptor.local_endpoint());
    acceptor.accept(near);
  }
  tcp::socket near;
  tcp::socket far;
};

struct watched_pair {
  watched_pair()
      : client(context),
        upstream(context),
        client_wire(std::move(client.near)),
        upstream_wire(std::move(upstream.near)),
        watch(context),
        entry(watch, client_wire) {
    watch.start();
  }

  // Runs until a read on `wire` ends, which only the watch can make happen; the error it ended
  // with.
  error_code read_until_ended(transport& wire) {
    error_code ended;
    bool done = false;
    char byte = 0;
    wire.socket().async_read_some(asio::buffer(&byte, 1),
                                  [&](const error_code& error, std::size_t) {
                                    ended = error;
                                    done = true;
                                  });
    const auto until = monotonic::now() + std::chrono::seconds(10);
    while (!done && monotonic::now() < until)
      context.run_one_for(std::chrono::milliseconds(20));
    BOOST_REQUIRE(done);
    return ended;
  }

  asio::io_context context;
  linked_pair client;
  linked_pair upstream;
  transport client_wire;
  transport upstream_wire;
  deadline_watch watch;
  watched entry;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(an_overdue_target_is_closed_and_said_to_have_expired, watched_pair) {
  entry.arm(upstream_wire, std::chrono::milliseconds(1));
  BOOST_TEST(read_until_ended(upstream_wire) == error_code(asio::error::operation_aborted));
  BOOST_TEST(entry.expired());
  BOOST_TEST(client_wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(a_task_runs_once_at_the_next_sweep_unless_it_is_forgotten, watched_pair) {
  int ran = 0;
  sweep_task kept(watch);
  sweep_task forgotten(watch);
  auto dropped = std::make_unique<sweep_task>(watch);
  kept.run_at_next([&ran] { ++ran; });
  forgotten.run_at_next([&ran] { ran += 100; });
  forgotten.forget();
  dropped->run_at_next([&ran] { ran += 1'000; });
  dropped.reset();
  BOOST_TEST(ran == 0);
  for (transport* swept : {&upstream_wire, &client_wire}) {
    entry.arm(*swept, std::chrono::milliseconds(1));
    BOOST_TEST(read_until_ended(*swept) == error_code(asio::error::operation_aborted));
    BOOST_TEST(ran == 1);
  }
}

BOOST_FIXTURE_TEST_CASE(a_task_may_ask_for_the_next_sweep_again_and_end_another, watched_pair) {
  int ran = 0;
  sweep_task again(watch);
  auto other = std::make_unique<sweep_task>(watch);
  again.run_at_next([&] {
    ++ran;
    other.reset();
    again.run_at_next([&ran] { ran += 10; });
  });
  other->run_at_next([&ran] { ran += 100; });
  entry.arm(upstream_wire, std::chrono::milliseconds(1));
  read_until_ended(upstream_wire);
  BOOST_TEST(ran == 1);
  entry.arm(client_wire, std::chrono::milliseconds(1));
  read_until_ended(client_wire);
  BOOST_TEST(ran == 11);
}

BOOST_FIXTURE_TEST_CASE(a_deadline_is_armed_for_as_long_as_its_guard_lives, watched_pair) {
  { const armed_deadline first(entry, client_wire, std::chrono::milliseconds(1)); }
  const armed_deadline second(entry, upstream_wire, std::chrono::milliseconds(100));
  read_until_ended(upstream_wire);
  BOOST_TEST(entry.expired());
  BOOST_TEST(client_wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_closes_the_upstream_it_was_waiting_for, watched_pair) {
  entry.close_with_client(&upstream_wire);
  client.far.close();
  BOOST_TEST(read_until_ended(upstream_wire) == error_code(asio::error::operation_aborted));
  BOOST_TEST(entry.client_gone());
  BOOST_TEST(!entry.expired());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_runs_what_it_was_watched_for_once, watched_pair) {
  int ran = 0;
  entry.watch_client([&] {
    ++ran;
    upstream_wire.close();
  });
  client.far.close();
  BOOST_TEST(read_until_ended(upstream_wire) == error_code(asio::error::operation_aborted));
  BOOST_TEST(ran == 1);
  BOOST_TEST(entry.client_gone());
  watch.close_all();
  BOOST_TEST(ran == 1);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_gateway_runs_what_a_client_was_watched_for, watched_pair) {
  int ran = 0;
  watched forgotten(watch, upstream_wire);
  entry.watch_client([&] { ++ran; });
  forgotten.watch_client([&] { ran += 100; });
  forgotten.unwatch_client();
  watch.close_all();
  BOOST_TEST(ran == 1);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_nothing_is_told_of_at_every_sweep, watched_pair) {
  std::vector<monotonic::duration> told;
  entry.watch_writes([&](monotonic::duration since) { told.push_back(since); });
  entry.arm(upstream_wire, std::chrono::milliseconds(1));
  read_until_ended(upstream_wire);
  BOOST_TEST(told.empty());  // it was the upstream that did not move
  entry.arm(client_wire, std::chrono::milliseconds(200));
  read_until_ended(client_wire);
  BOOST_TEST_REQUIRE(told.size() >= 2);
  BOOST_TEST((told.front() < told.back()));
  BOOST_TEST((told.back() >= std::chrono::milliseconds(50)));
}

BOOST_FIXTURE_TEST_CASE(a_client_can_be_looked_for_between_sweeps, watched_pair) {
  entry.look_for_client();
  BOOST_TEST(!entry.client_gone());
  client.far.close();
  entry.look_for_client();
  BOOST_TEST(entry.client_gone());
}

BOOST_FIXTURE_TEST_CASE(who_waits_too_long_for_a_target_can_be_hurried, watched_pair) {
  entry.arm(upstream_wire, std::chrono::hours(1));
  entry.hurry(client_wire, std::chrono::milliseconds(1));  // is not awaited
  BOOST_TEST(client_wire.socket().is_open());
  entry.hurry(upstream_wire, std::chrono::milliseconds(1));
  BOOST_TEST(read_until_ended(upstream_wire) == error_code(asio::error::operation_aborted));
  BOOST_TEST(entry.expired());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_pipelines_is_not_taken_for_one_that_goes, watched_pair) {
  entry.close_with_client(&upstream_wire);
  client.far.write_some(asio::buffer("next", 4));
  entry.arm(upstream_wire, std::chrono::milliseconds(200));
  read_until_ended(upstream_wire);
  BOOST_TEST(entry.expired());
  BOOST_TEST(!entry.client_gone());
}

BOOST_FIXTURE_TEST_CASE(draining_closes_only_what_is_idle, watched_pair) {
  watched busy(watch, upstream_wire);
  entry.set_idle(true);
  watch.drain();
  read_until_ended(client_wire);
  BOOST_TEST(!client_wire.socket().is_open());
  BOOST_TEST(upstream_wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(draining_closes_what_becomes_idle_when_it_does, watched_pair) {
  watched later(watch, upstream_wire);
  later.set_idle_after(std::chrono::hours(1));
  const auto began = monotonic::now();
  entry.set_idle_after(std::chrono::milliseconds(200));
  watch.drain();
  read_until_ended(client_wire);
  BOOST_TEST((monotonic::now() - began >= std::chrono::milliseconds(200)));
  BOOST_TEST(!client_wire.socket().is_open());
  BOOST_TEST(upstream_wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(what_is_no_longer_awaited_is_left_open, watched_pair) {
  watched other(watch, client_wire);
  entry.arm(client_wire, std::chrono::milliseconds(1));
  entry.disarm();
  other.arm(upstream_wire, std::chrono::milliseconds(150));
  read_until_ended(upstream_wire);
  BOOST_TEST(client_wire.socket().is_open());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
