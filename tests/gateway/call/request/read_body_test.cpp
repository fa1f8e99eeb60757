// Goal: a body is taken off the wire whole, within its size and its time, and what follows it is left alone.
// Method: real sockets on loopback; the head is read by the strict reader, the rest is sent by the test.
#include "gateway/call/request/read_body.hpp"

#include <sstream>

#include <boost/asio/write.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/http/head_of.hpp"
#include "gateway/http/media_type.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(read_body_of_a_request)

namespace {
using std::chrono::seconds;
using tcp = asio::ip::tcp;

struct body_to_read : call_fixture {
  body_to_read() : far(context) {
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    far.connect(acceptor.local_endpoint());
    session.emplace(thread, transport(acceptor.accept()));
    settings.limits.body_bytes_max = 1'000'000;
  }

  // Came with the head, in the same read.
  void came_along(std::string_view bytes) {
    session->buffer.make_room(bytes.size());
    std::memcpy(session->buffer.free_space().data(), bytes.data(), bytes.size());
    session->buffer.received(bytes.size());
  }
  void send(std::string_view bytes) { asio::write(far, asio::buffer(bytes)); }
  [[nodiscard]] auto begin_reading(const parsed_head& head) {
    return start(read_body(*session, head.get(), settings.limits, "key_1", head_read));
  }
  [[nodiscard]] body_arrival read(const parsed_head& head) {
    const auto reading = begin_reading(head);
    wait_until([&] { return reading->has_value(); });
    return std::move(**reading);
  }
  void check_whole(const body_arrival& arrival, std::string_view body) {
    BOOST_TEST(!arrival.failed.has_value());
    BOOST_TEST(arrival.may_go_on);
    BOOST_TEST(session->body == body);
    BOOST_TEST(session->body.capacity() >= body.size() + simdjson::SIMDJSON_PADDING);
  }
  void check_lost(const body_arrival& arrival, problem_kind kind, const std::string& message) {
    BOOST_TEST_REQUIRE(arrival.failed.has_value());
    BOOST_TEST(!arrival.may_go_on);
    BOOST_TEST((arrival.failed->kind == kind));
    BOOST_TEST(arrival.failed->message == message);
  }

  tcp::socket far;
  std::optional<client_session> session;
  monotonic::time_point head_read = monotonic::now();
};

std::string length_of(std::size_t bytes) {
  return "content-length: " + std::to_string(bytes) + "\r\n";
}
constexpr const char* chunked = "transfer-encoding: chunked\r\n";
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_request_without_a_body_has_none, body_to_read) {
  const parsed_head head("");
  const body_arrival arrival = read(head);
  BOOST_TEST(!arrival.failed.has_value());
  BOOST_TEST(arrival.may_go_on);
  BOOST_TEST(session->body.empty());
}

BOOST_FIXTURE_TEST_CASE(a_body_that_came_with_its_head_is_taken_and_the_next_request_left,
                        body_to_read) {
  const parsed_head head(length_of(5));
  came_along("helloPOST /next");
  check_whole(read(head), "hello");
  BOOST_TEST(session->buffer.unread() == "POST /next");
}

BOOST_FIXTURE_TEST_CASE(a_body_is_put_together_from_what_came_along_and_what_comes, body_to_read) {
  std::string body;
  for (int line = 0; body.size() < 200'000; ++line)
    body += std::to_string(line) + "\n";
  const parsed_head head(length_of(body.size()));
  came_along(body.substr(0, 1'000));
  const auto reading = begin_reading(head);
  settle_down();
  BOOST_TEST(!reading->has_value());
  constexpr std::size_t first_room = 64U * 1024;  // for what came, not for what was announced
  BOOST_TEST(session->body.size() == first_room);
  send(body.substr(1'000, first_room - 1'000));
  wait_until([&] { return session->body.size() != first_room; });
  BOOST_TEST(session->body.size() == 2 * first_room);
  send(body.substr(first_room));
  wait_until([&] { return reading->has_value(); });
  check_whole(**reading, body);
  BOOST_TEST(session->buffer.unread() == "");
}

BOOST_FIXTURE_TEST_CASE(a_body_in_chunks_is_decoded_and_the_next_request_left, body_to_read) {
  const parsed_head head(chunked);
  came_along("3\r\nhel");
  send("\r\n2\r\nlo\r\n0\r\n\r\nPOST /next");
  check_whole(read(head), "hello");
  BOOST_TEST(session->buffer.unread() == "POST /next");
}

BOOST_FIXTURE_TEST_CASE(a_body_in_chunks_may_be_larger_than_the_buffer, body_to_read) {
  const std::string body(100'000, 'x');
  const parsed_head head(chunked);
  session->buffer.make_room(100);
  const std::size_t begins_at = session->buffer.position();
  const auto reading = begin_reading(head);
  send("186a0\r\n" + body + "\r\n0\r\n\r\n");
  wait_until([&] { return reading->has_value(); });
  check_whole(**reading, body);
  BOOST_TEST(session->buffer.position() >= begins_at);
}

BOOST_FIXTURE_TEST_CASE(chunks_that_come_to_more_than_a_body_may_be_are_refused, body_to_read) {
  settings.limits.body_bytes_max = 4;
  const parsed_head head(chunked);
  came_along("5\r\nhello\r\n0\r\n\r\n");
  const body_arrival arrival = read(head);
  BOOST_TEST_REQUIRE(arrival.failed.has_value());
  BOOST_TEST((arrival.failed->kind == problem_kind::body_too_large));
  BOOST_TEST(arrival.failed->message == "the body is larger than 4 bytes (limits.body_bytes_max)");
  BOOST_TEST(arrival.may_go_on);  // whoever answers drains what is left
}

BOOST_FIXTURE_TEST_CASE(chunks_that_are_none_are_lost, body_to_read) {
  const parsed_head head(chunked);
  came_along("zz\r\n");
  check_lost(read(head), problem_kind::malformed_http, "malformed chunked body (RFC 9112 §7.1)");
}

BOOST_FIXTURE_TEST_CASE(chunks_with_more_framing_than_body_are_lost, body_to_read) {
  settings.limits.framing_bytes_max = 8;
  const parsed_head head(chunked);
  came_along("1;a=aaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n");
  check_lost(read(head), problem_kind::malformed_http,
             "the body's chunk framing is over its limit");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_ends_inside_its_body_has_gone, body_to_read) {
  for (const std::string& framing : {length_of(10), std::string(chunked)}) {
    const parsed_head head(framing);
    came_along("5\r\nab");
    far.shutdown(tcp::socket::shutdown_send);
    check_lost(read(head), problem_kind::malformed_http, "the connection ended inside the body");
    BOOST_TEST(session->watch.client_gone());
  }
}

BOOST_FIXTURE_TEST_CASE(a_body_that_stops_coming_is_waited_for_no_longer_than_configured,
                        body_to_read) {
  settings.limits.body_timeout_ms = 120;
  const parsed_head head(length_of(10));
  send("abc");
  check_lost(read(head), problem_kind::request_timeout,
             "the body did not arrive in time (limits.body_timeout_ms)");
  BOOST_TEST((monotonic::now() - head_read >= std::chrono::milliseconds(120)));
  BOOST_TEST(!session->watch.client_gone());
}

// The patience for each read, and a second for each kilobyte that has come.
BOOST_FIXTURE_TEST_CASE(a_body_that_drips_in_is_given_up, body_to_read) {
  settings.limits.body_timeout_ms = 5'000;
  for (const std::string& framing : {length_of(5'000), std::string(chunked)}) {
    const parsed_head head(framing);
    head_read = monotonic::now() - seconds(8);
    session->body.clear();
    came_along(framing == chunked ? "1388\r\n" + std::string(2'000, 'x') : std::string(2'000, 'x'));
    check_lost(read(head), problem_kind::request_timeout,
               "the body arrives slower than 1 kB/s (limits.body_timeout_ms)");
  }
}

BOOST_FIXTURE_TEST_CASE(a_body_that_comes_fast_enough_is_not_given_up, body_to_read) {
  settings.limits.body_timeout_ms = 5'000;
  const std::string rest(1'000, 'x');
  for (const std::string& framing : {length_of(41'000), std::string(chunked)}) {
    const parsed_head head(framing);
    head_read = monotonic::now() - seconds(20);  // and 40,000 bytes are there
    session->body.clear();
    const std::string begun(40'000, 'x');
    came_along(framing == chunked ? "a028\r\n" + begun : begun);
    send(framing == chunked ? rest + "\r\n0\r\n\r\n" : rest);
    check_whole(read(head), begun + rest);
  }
}

// Of eight megabytes, which may take eight thousand seconds: a thousandth of that is told apart.
BOOST_FIXTURE_TEST_CASE(a_kilobyte_may_take_a_second_and_no_longer, body_to_read) {
  settings.limits.body_timeout_ms = 5'000;
  settings.limits.body_bytes_max = 10'000'000;
  const std::string begun(8'000'000, 'x');
  const parsed_head head(length_of(begun.size() + 1));
  head_read = monotonic::now() - seconds(8'001);
  came_along(begun);
  send("x");
  check_whole(read(head), begun + "x");
  head_read = monotonic::now() - seconds(8'009);
  session->body.clear();
  came_along(begun);
  check_lost(read(head), problem_kind::request_timeout,
             "the body arrives slower than 1 kB/s (limits.body_timeout_ms)");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_waits_to_be_asked_for_its_body_is_asked, body_to_read) {
  const parsed_head head(length_of(5) + "expect: 100-continue\r\n");
  const auto reading = begin_reading(head);
  settle_down();
  std::string heard(64, '\0');
  heard.resize(far.read_some(asio::buffer(heard)));
  BOOST_TEST(heard == "HTTP/1.1 100 Continue\r\n\r\n");
  send("hello");
  wait_until([&] { return reading->has_value(); });
  check_whole(**reading, "hello");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_did_not_wait_is_not_asked, body_to_read) {
  const parsed_head head(length_of(5) + "expect: 100-continue\r\n");
  came_along("hello");
  check_whole(read(head), "hello");
  BOOST_TEST(far.available() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_cannot_be_asked_has_gone, body_to_read) {
  const parsed_head head(length_of(5) + "expect: 100-continue\r\n");
  session->wire.close();
  check_lost(read(head), problem_kind::malformed_http, "the connection ended inside the body");
  BOOST_TEST(session->watch.client_gone());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_announced_as_too_large_is_not_read) {
  limits_config limits;
  limits.body_bytes_max = 100;
  const parsed_head at_most(length_of(100));
  BOOST_TEST(!refuse_body_unread(limits, at_most.get(), true).has_value());
  const parsed_head above(length_of(101));
  for (const bool must_be_json : {true, false}) {
    const auto why = refuse_body_unread(limits, above.get(), must_be_json);
    BOOST_TEST_REQUIRE(why.has_value());
    BOOST_TEST((why->kind == problem_kind::body_too_large));
    BOOST_TEST(why->message == "the body is larger than 100 bytes (limits.body_bytes_max)");
  }
  const parsed_head unknown(chunked);
  BOOST_TEST(!refuse_body_unread(limits, unknown.get(), true).has_value());
}

// Sixty half-sent bodies of one key took two gigabytes.
BOOST_AUTO_TEST_CASE(a_body_that_finds_no_room_is_refused_while_it_comes_and_lets_go_of_its_own) {
  for (const bool in_chunks : {false, true}) {
    BOOST_TEST_CONTEXT((in_chunks ? "chunked" : "with a length")) {
      body_to_read one;
      one.shared.memory.set_limit(1'600'000);
      memory_claim others(one.shared.memory);
      BOOST_TEST((others.grow_body("key_1", 100'000) == memory_verdict::granted));
      const std::string bytes(350'000, 'x');
      const parsed_head head(in_chunks ? chunked : length_of(400'000));
      one.send(in_chunks ? "61A80\r\n" + bytes : bytes);
      const body_arrival arrival = one.read(head);
      BOOST_TEST_REQUIRE(arrival.failed.has_value());
      BOOST_TEST(arrival.failed->status == 503);
      BOOST_TEST((arrival.failed->kind == problem_kind::overloaded));
      BOOST_TEST(arrival.failed->retry_after_s.value_or(0) == 1);
      BOOST_TEST(!arrival.may_go_on);
      BOOST_TEST(one.session->body.capacity() <= client_session::kept_body_bytes_max);
      BOOST_TEST(one.shared.memory.used() == 100'000u);
    }
  }
}

// It was asked for twice its size, and told that it is too large.
BOOST_AUTO_TEST_CASE(a_body_in_chunks_that_fits_finds_its_room) {
  body_to_read one;
  one.shared.memory.set_limit(1'200'000);
  const std::string bytes(290'000, 'x');
  one.send("46CD0\r\n" + bytes + "\r\n0\r\n\r\n");
  one.check_whole(one.read(parsed_head(chunked)), bytes);
}

// So much of a body is not counted; in chunks it was, from half of that on.
BOOST_AUTO_TEST_CASE(a_short_body_in_chunks_passes_where_there_is_no_room) {
  for (const std::size_t bytes : {std::size_t{33'000}, std::size_t{65'536}}) {
    body_to_read one;
    one.shared.memory.set_limit(0);
    std::ostringstream size;
    size << std::hex << bytes;
    const std::string text(bytes, 'x');
    one.send(size.str() + "\r\n" + text + "\r\n0\r\n\r\n");
    one.check_whole(one.read(parsed_head(chunked)), text);
  }
  body_to_read longer;
  longer.shared.memory.set_limit(0);
  longer.send("30D40\r\n" + std::string(200'000, 'x') + "\r\n0\r\n\r\n");
  BOOST_TEST(longer.read(parsed_head(chunked)).failed.has_value());
}

BOOST_AUTO_TEST_CASE(a_body_that_could_never_find_room_is_too_large) {
  body_to_read one;
  one.shared.memory.set_limit(800'000);
  one.send(std::string(300'000, 'x'));
  const body_arrival arrival = one.read(parsed_head(length_of(400'000)));
  BOOST_TEST_REQUIRE(arrival.failed.has_value());
  BOOST_TEST(arrival.failed->status == 413);
}

// It was told to come again for as long as the key had another in flight.
BOOST_AUTO_TEST_CASE(a_body_that_is_announced_beyond_its_share_is_too_large_from_the_first_no) {
  body_to_read one;
  one.shared.memory.set_limit(800'000);
  memory_claim others(one.shared.memory);
  BOOST_TEST((others.grow_body("key_1", 150'000) == memory_verdict::granted));
  one.send(std::string(100'000, 'x'));
  const body_arrival arrival = one.read(parsed_head(length_of(400'000)));
  BOOST_TEST_REQUIRE(arrival.failed.has_value());
  BOOST_TEST(arrival.failed->status == 413);
}

BOOST_AUTO_TEST_CASE(a_body_gives_its_room_back_when_the_next_request_begins) {
  body_to_read one;
  one.shared.memory.set_limit(1'600'000);
  const std::string bytes(300'000, 'x');
  one.send(bytes);
  one.check_whole(one.read(parsed_head(length_of(bytes.size()))), bytes);
  BOOST_TEST(one.shared.memory.used() == bytes.size());
  one.session->forget_body();
  BOOST_TEST(one.shared.memory.used() == 0u);
}

BOOST_AUTO_TEST_CASE(a_metered_call_has_a_body_and_it_is_json) {
  const limits_config limits;
  const parsed_head none("");
  BOOST_TEST((refuse_body_unread(limits, none.get(), true)->kind == problem_kind::bad_request));
  BOOST_TEST(refuse_body_unread(limits, none.get(), true)->message ==
             "the request has no body; send the JSON of the call");
  BOOST_TEST(!refuse_body_unread(limits, none.get(), false).has_value());
  for (const char* type : {"application/json", "application/JSON; charset=utf-8", "text/Json",
                           "application/problem+json"}) {
    const parsed_head json(length_of(5) + "content-type: " + type + "\r\n");
    BOOST_TEST_CONTEXT(type) {
      BOOST_TEST(!refuse_body_unread(limits, json.get(), true).has_value());
    }
  }
  const parsed_head untyped(length_of(5));
  BOOST_TEST(!refuse_body_unread(limits, untyped.get(), true).has_value());
  for (const char* type : {"multipart/form-data", "application/js", "application/js0n",
                           "application/json; charset=utf-7"}) {
    const parsed_head other(length_of(5) + "content-type: " + type + "\r\n");
    BOOST_TEST_CONTEXT(type) {
      const auto why = refuse_body_unread(limits, other.get(), true);
      BOOST_TEST_REQUIRE(why.has_value());
      BOOST_TEST((why->kind == problem_kind::unsupported_media));
      // What came was not said.
      if (kind_of_media(type) == media_kind::other)
        BOOST_TEST(why->message.ends_with(std::string(", not '") + type + "'"), why->message);
      BOOST_TEST(!refuse_body_unread(limits, other.get(), false).has_value());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
