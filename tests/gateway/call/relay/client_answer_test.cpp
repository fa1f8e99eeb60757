// Goal: what a client is written, byte for byte, in its version of HTTP and in its API's words, and
// what becomes of its connection. Method: a client on loopback that is played by hand.
#include "gateway/call/relay/client_answer.hpp"

#include <cstring>

#include <boost/test/unit_test.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/call/relay/loopback_peer.hpp"
#include "gateway/dialect/table.hpp"
#include "pricing/time_text.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(client_answer_suite)

namespace {
struct answering : call_fixture {
  answering() : call_fixture("") {
    call.id = *parse_call_id("00112233-4455-6677-8899-aabbccddeeff");
    call.speaks = find_dialect("openai");
  }

  // A client that spoke so.
  client_answer answer_to(bool http_1_1, bool keep_alive) {
    call.head.http_1_1 = http_1_1;
    return {session, call, keep_alive};
  }
  // What the client is written by one refusal of a request whose body was read.
  std::string refusal_of(problem why) {
    client_answer answer = answer_to(true, true);
    answer.body_was_read();
    run(answer.refuse(std::move(why)));
    return all_written();
  }
  // Closes our side, so that the client sees the end.
  std::string all_written() {
    session.wire.close();
    return std::exchange(peer.receive_all(), "");
  }

  loopback_listener listener{context};
  loopback_peer peer{context};
  asio::ip::tcp::socket near{accepted()};
  client_session session{thread, transport(std::move(near))};
  incoming_call call{session.head};

 private:
  asio::ip::tcp::socket accepted() {
    peer.connect(listener.at());
    loopback_peer other = listener.accept();
    return std::move(other.socket());
  }
};

const std::string id_line = "x-stint-request-id: 00112233-4455-6677-8899-aabbccddeeff\r\n";

bool has(const std::string& text, const std::string& wanted) {
  return text.find(wanted) != std::string::npos;
}
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_whole_answer_has_a_length_and_keeps_the_connection, answering) {
  client_answer answer = answer_to(true, true);
  BOOST_TEST(run(answer.write_whole(200, "a: b\r\n", "{}")));
  BOOST_TEST(answer.keep_alive());
  BOOST_TEST(all_written() ==
             "HTTP/1.1 200 OK\r\n" + id_line + "a: b\r\ncontent-length: 2\r\n\r\n{}");
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_ends_with_its_answer_says_so, answering) {
  client_answer answer = answer_to(true, true);
  answer.close_afterwards();
  BOOST_TEST(run(answer.write_whole(404, "", "")));
  BOOST_TEST(!answer.keep_alive());
  BOOST_TEST(all_written() == "HTTP/1.1 404 Not Found\r\n" + id_line +
                                  "content-length: 0\r\nconnection: close\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(an_old_client_is_told_that_its_connection_is_kept, answering) {
  client_answer answer = answer_to(false, true);
  BOOST_TEST(run(answer.write_whole(200, "", "{}")));
  BOOST_TEST(answer.keep_alive());
  BOOST_TEST(all_written() == "HTTP/1.1 200 OK\r\n" + id_line +
                                  "content-length: 2\r\nconnection: keep-alive\r\n\r\n{}");
}

BOOST_FIXTURE_TEST_CASE(one_answer_leaves_nothing_to_the_next, answering) {
  client_answer answer = answer_to(true, true);
  BOOST_TEST(run(answer.write_whole(200, "a: b\r\n", "first")));
  BOOST_TEST(run(answer.write_whole(200, "", "{}")));
  const std::string second = "HTTP/1.1 200 OK\r\n" + id_line + "content-length: 2\r\n\r\n{}";
  const std::string all = all_written();
  BOOST_TEST(all.ends_with("first" + second), all);
  client_answer next = answer_to(true, true);
  static_cast<void>(run(next.begin_stream(200, "", false)));
  BOOST_TEST(session.out.starts_with("HTTP/1.1 200"));
  BOOST_TEST(session.out.ends_with("chunked\r\n\r\n"));
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_chunked_and_each_chunk_has_its_size_in_hex, answering) {
  client_answer answer = answer_to(true, true);
  BOOST_TEST(run(answer.begin_stream(200, "a: b\r\n", false)));
  const std::string long_piece(26, 'x');
  BOOST_TEST(run(answer.write_chunk("content", false)));
  BOOST_TEST(run(answer.write_chunk(long_piece, false)));
  BOOST_TEST(run(answer.write_chunk("", false)));
  BOOST_TEST(run(answer.write_chunk("", true)));
  BOOST_TEST(answer.keep_alive());
  BOOST_TEST(all_written() == "HTTP/1.1 200 OK\r\n" + id_line +
                                  "a: b\r\ntransfer-encoding: chunked\r\n\r\n"
                                  "7\r\ncontent\r\n1a\r\n" +
                                  long_piece + "\r\n0\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_head_that_waits_goes_with_the_first_part, answering) {
  client_answer answer = answer_to(true, true);
  BOOST_TEST(run(answer.begin_stream(200, "a: b\r\n", true)));
  settle_down();
  BOOST_TEST(peer.socket().available() == 0U);
  BOOST_TEST(run(answer.write_chunk("content", false)));
  BOOST_TEST(run(answer.write_chunk("", true)));
  BOOST_TEST(all_written() == "HTTP/1.1 200 OK\r\n" + id_line +
                                  "a: b\r\ntransfer-encoding: chunked\r\n\r\n"
                                  "7\r\ncontent\r\n0\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_head_that_waits_goes_alone_where_no_part_comes, answering) {
  client_answer answer = answer_to(false, true);
  BOOST_TEST(run(answer.begin_stream(200, "", true)));
  BOOST_TEST(run(answer.write_chunk("", false)));
  BOOST_TEST(all_written() == "HTTP/1.1 200 OK\r\n" + id_line + "connection: close\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(the_last_content_and_the_end_go_together, answering) {
  client_answer answer = answer_to(true, false);
  BOOST_TEST(run(answer.begin_stream(200, "", false)));
  BOOST_TEST(run(answer.write_chunk("the end", true)));
  BOOST_TEST(!answer.keep_alive());
  BOOST_TEST(
      all_written() ==
      "HTTP/1.1 200 OK\r\n" + id_line +
          "transfer-encoding: chunked\r\nconnection: close\r\n\r\n7\r\nthe end\r\n0\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_large_chunk_is_written_whole, answering) {
  client_answer answer = answer_to(true, true);
  const std::string large(std::size_t(1) << 24, 'x');
  const auto written = start(answer.write_chunk(large, true));
  const std::string expected = "1000000\r\n" + large + "\r\n0\r\n\r\n";
  BOOST_TEST((peer.receive(expected.size()) == expected));
  wait_until([&] { return written->has_value(); });
  BOOST_TEST(**written);
}

BOOST_FIXTURE_TEST_CASE(an_old_client_gets_a_stream_as_bare_bytes_until_the_close, answering) {
  client_answer answer = answer_to(false, true);
  BOOST_TEST(run(answer.begin_stream(200, "", false)));
  BOOST_TEST(run(answer.write_chunk("content", false)));
  BOOST_TEST(run(answer.write_chunk("the end", true)));
  BOOST_TEST(!answer.keep_alive());
  BOOST_TEST(all_written() ==
             "HTTP/1.1 200 OK\r\n" + id_line + "connection: close\r\n\r\ncontentthe end");
}

BOOST_FIXTURE_TEST_CASE(a_client_to_whom_nothing_can_be_written_has_gone, answering) {
  client_answer answer = answer_to(true, true);
  peer.reset();
  session.wire.shutdown_send();
  BOOST_TEST(!run(answer.write_chunk("content", false)));
  BOOST_TEST(answer.client().client_gone());
  BOOST_TEST(!answer.keep_alive());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_does_not_read_is_waited_for_no_longer_than_said, answering) {
  settings.limits.write_stall_ms = 1;
  client_answer answer = answer_to(true, true);
  const std::string large(std::size_t(1) << 26, 'x');
  BOOST_TEST(!run(answer.write_chunk(large, false)));
  BOOST_TEST(session.watch.expired());
  BOOST_TEST(answer.client().client_gone());
  BOOST_TEST(!answer.keep_alive());
}

BOOST_FIXTURE_TEST_CASE(a_deadline_ends_with_its_write, answering) {
  settings.limits.write_stall_ms = 1;
  client_answer answer = answer_to(true, true);
  BOOST_TEST(run(answer.write_chunk("content", false)));
  const auto sweeps = std::make_shared<int>(0);
  thread.watch().add_periodic([sweeps](monotonic::time_point) { ++*sweeps; });
  wait_until([&] { return *sweeps > 1; });
  BOOST_TEST(session.wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(a_refusal_speaks_the_api_of_its_client, answering) {
  const problem why = make_problem(problem_kind::bad_request, "no model", "model");
  for (const auto& [api, id_field] :
       {std::pair{"openai", "x-request-id"}, std::pair{"anthropic", "request-id"}}) {
    call.speaks = find_dialect(api);
    client_answer answer = answer_to(true, true);
    answer.body_was_read();
    run(answer.refuse(why));
    const std::string body = call.speaks->error_body(why, call.id);
    const std::string expected = "HTTP/1.1 400 Bad Request\r\n" + id_line + id_field + ": " +
                                 to_string(call.id) +
                                 "\r\ncontent-type: application/json\r\nx-should-retry: false\r\n"
                                 "content-length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body;
    const std::string date = "date: " + to_http_date(wall_now()) + "\r\n";
    std::string written = peer.receive(expected.size() + date.size());
    const auto at = written.find("date: ");
    BOOST_TEST_REQUIRE(at != std::string::npos);
    BOOST_TEST(written.erase(at, date.size()) == expected);
    peer.received.clear();
    BOOST_TEST(answer.keep_alive());
    BOOST_TEST(session.wire.socket().is_open());
    BOOST_TEST(answer.error_event(why) == call.speaks->error_event(why, call.id));
  }
}

BOOST_FIXTURE_TEST_CASE(a_refusal_says_whether_and_when_to_try_again, answering) {
  problem busy = make_problem(problem_kind::budget_busy, "busy");
  busy.retry_after_s = 3;
  const std::string written = refusal_of(std::move(busy));
  BOOST_TEST(has(written, "\r\nx-should-retry: true\r\nretry-after: 3\r\n"), written);
  BOOST_TEST(!has(written, "x-stint-budget"), written);
}

BOOST_FIXTURE_TEST_CASE(what_may_have_been_billed_is_left_to_the_clients_own_rule, answering) {
  const std::string written = refusal_of(make_problem(problem_kind::upstream_timeout, "late"));
  BOOST_TEST(written.starts_with("HTTP/1.1 504 Gateway Timeout\r\n"), written);
  for (const char* absent : {"x-should-retry", "retry-after", "www-authenticate", "allow"})
    BOOST_TEST(!has(written, absent), written);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_of_a_key_asks_for_one, answering) {
  const std::string written = refusal_of(make_problem(problem_kind::unauthenticated, "no key"));
  BOOST_TEST(has(written, "\r\nwww-authenticate: Bearer\r\n"), written);
  BOOST_TEST(!has(written, "\r\nallow:"), written);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_of_a_method_says_which_is_allowed, answering) {
  const std::string written = refusal_of(make_problem(problem_kind::method_not_allowed, "GET"));
  BOOST_TEST(has(written, "\r\nallow: POST\r\n"), written);
  BOOST_TEST(!has(written, "www-authenticate"), written);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_by_a_cap_says_what_is_left, answering) {
  problem spent = make_problem(problem_kind::budget_exceeded, "spent");
  spent.refusal.emplace();
  spent.refusal->standing.cap = "day";
  spent.refusal->standing.unit = cap_unit::tokens;
  spent.refusal->standing.limit = 10;
  const std::string written = refusal_of(std::move(spent));
  BOOST_TEST(has(written,
                 "\r\nx-stint-budget-cap: day\r\nx-stint-budget-unit: tokens\r\n"
                 "x-stint-budget-remaining: 10\r\nx-ratelimit-limit-tokens: 10\r\n"),
             written);
}

BOOST_FIXTURE_TEST_CASE(an_answer_to_head_has_the_length_of_a_body_and_none, answering) {
  call.head.method = http_method::head;
  const problem why = make_problem(problem_kind::not_found, "nothing here");
  const std::string written = refusal_of(why);
  const std::string length = std::to_string(call.speaks->error_body(why, call.id).size());
  BOOST_TEST(written.ends_with("content-length: " + length + "\r\n\r\n"), written);
}

BOOST_FIXTURE_TEST_CASE(what_has_no_body_has_no_length_of_ours, answering) {
  for (const int status : {204, 304}) {
    client_answer answer = answer_to(true, true);
    BOOST_TEST(run(answer.write_whole(status, "a: b\r\n", "")));
  }
  call.head.method = http_method::head;
  client_answer answer = answer_to(true, true);
  BOOST_TEST(run(answer.write_whole(200, "content-length: 1234\r\n", "")));
  const std::string written = all_written();
  BOOST_TEST(written == "HTTP/1.1 204 No Content\r\n" + id_line +
                            "a: b\r\n\r\nHTTP/1.1 304 Not Modified\r\n" + id_line +
                            "a: b\r\n\r\nHTTP/1.1 200 OK\r\n" + id_line +
                            "content-length: 1234\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_refusal_says_when_it_was_made, answering) {
  const std::string written = refusal_of(make_problem(problem_kind::not_found, "nothing here"));
  BOOST_TEST(has(written, "\r\ndate: "));
  BOOST_TEST(has(written, " GMT\r\n"));
}

BOOST_FIXTURE_TEST_CASE(a_body_that_has_arrived_is_skipped_and_the_connection_lives_on, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = 4;
  const std::string_view arrived = "bodyGET";
  std::memcpy(session.buffer.free_space().data(), arrived.data(), arrived.size());
  session.buffer.received(arrived.size());
  client_answer answer = answer_to(true, true);
  run(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  BOOST_TEST(session.buffer.unread() == "GET");
  BOOST_TEST(answer.keep_alive());
  BOOST_TEST(session.wire.socket().is_open());
  BOOST_TEST(!has(all_written(), "connection: close"));
}

BOOST_FIXTURE_TEST_CASE(a_body_with_nothing_behind_it_is_skipped_too, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = 4;
  std::memcpy(session.buffer.free_space().data(), "body", 4);
  session.buffer.received(4);
  client_answer answer = answer_to(true, true);
  run(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  BOOST_TEST(session.buffer.unread() == "");
  BOOST_TEST(answer.keep_alive());
}

BOOST_FIXTURE_TEST_CASE(a_body_that_was_read_is_not_skipped_again, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = 3;
  const std::string_view arrived = "GET";
  std::memcpy(session.buffer.free_space().data(), arrived.data(), arrived.size());
  session.buffer.received(arrived.size());
  client_answer answer = answer_to(true, true);
  answer.body_was_read();
  run(answer.refuse(make_problem(problem_kind::bad_request, "no")));
  BOOST_TEST(session.buffer.unread() == "GET");
}

BOOST_FIXTURE_TEST_CASE(a_body_that_is_on_its_way_is_swallowed_and_the_connection_closed,
                        answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = 100;
  client_answer answer = answer_to(true, true);
  const auto refused = start(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  const std::string& written = peer.receive_all();  // its end comes before the body's
  BOOST_TEST(has(written, "\r\nconnection: close\r\n"), written);
  BOOST_TEST(has(written, "no key"), written);
  BOOST_TEST(peer.send(std::string(10, 'x')));
  settle_down();
  BOOST_TEST(!refused->has_value());
  BOOST_TEST(peer.send(std::string(90, 'x')));
  peer.close();
  wait_until([&] { return refused->has_value(); });
  BOOST_TEST(!answer.keep_alive());
  BOOST_TEST(!session.wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(a_chunked_body_is_not_taken_for_one_that_has_arrived, answering) {
  call.head.framing = body_framing::chunked;
  client_answer answer = answer_to(true, true);
  const auto refused = start(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  BOOST_TEST(has(peer.receive_all(), "\r\nconnection: close\r\n"));
  peer.close();
  wait_until([&] { return refused->has_value(); });
  BOOST_TEST(!session.wire.socket().is_open());
}

// It was closed on after 64 KB, and the reset took the refusal away.
BOOST_FIXTURE_TEST_CASE(all_of_a_long_body_is_swallowed, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = std::uint64_t(1) << 40;
  client_answer answer = answer_to(true, true);
  const auto refused = start(answer.refuse(make_problem(problem_kind::body_too_large, "large")));
  const std::string part(64 * 1024, 'x');
  for (int i = 0; i < 128; ++i) {
    BOOST_TEST_REQUIRE(peer.send(part));
    wait_until([&] { return session.wire.socket().available() == 0; });
  }
  BOOST_TEST(!refused->has_value());
  BOOST_TEST(has(peer.receive_all(), "large"));
  peer.close();
  wait_until([&] { return refused->has_value(); });
  BOOST_TEST(!session.wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_keeps_its_body_to_itself_is_not_waited_for, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = 100;
  client_answer answer = answer_to(true, true);
  const auto began = monotonic::now();
  run(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  BOOST_TEST(session.watch.expired());
  BOOST_TEST((monotonic::now() - began >= std::chrono::seconds(5)));
  BOOST_TEST(!session.wire.socket().is_open());
}

// One that sent on for half a minute, or nothing at all, held up a stop that had no call left to wait for.
BOOST_FIXTURE_TEST_CASE(a_gateway_that_stops_swallows_no_more_of_a_body, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = std::uint64_t(1) << 40;
  client_answer answer = answer_to(true, true);
  const auto began = monotonic::now();
  const auto refused = start(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  session.thread.watch().drain();
  BOOST_TEST(has(peer.receive_all(), "no key"));
  wait_until([&] { return refused->has_value(); });
  BOOST_TEST(!session.watch.expired());
  BOOST_TEST((monotonic::now() - began >= std::chrono::seconds(1)));
  BOOST_TEST(!session.wire.socket().is_open());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_no_refusal_is_not_drained, answering) {
  call.head.framing = body_framing::length;
  call.head.content_length = 100;
  session.wire.shutdown_send();
  client_answer answer = answer_to(true, true);
  run(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  BOOST_TEST(answer.client().client_gone());
  BOOST_TEST(session.wire.socket().is_open());  // its owner closes it
}

BOOST_FIXTURE_TEST_CASE(a_page_of_another_origin_may_read_what_it_is_answered, answering) {
  call.page_origin = "https://app.example.com";
  client_answer answer = answer_to(true, true);
  answer.body_was_read();
  run(answer.write_whole(200, "content-type: application/json\r\n", "{}"));
  run(answer.refuse(make_problem(problem_kind::unauthenticated, "no key")));
  const std::string all = all_written();
  const std::string allowed = id_line +
                              "access-control-allow-origin: https://app.example.com\r\n"
                              "access-control-expose-headers: *\r\nvary: origin\r\n";
  const std::size_t first = all.find(allowed);
  BOOST_TEST(first != std::string::npos);
  BOOST_TEST(all.find(allowed, first + 1) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_answer_of_our_own_has_its_length_and_no_body_for_head, answering) {
  call.head.method = http_method::head;
  client_answer answer = answer_to(true, true);
  answer.body_was_read();
  run(answer.write_own(200, "", "ok\n"));
  BOOST_TEST(all_written() == "HTTP/1.1 200 OK\r\n" + id_line + "content-length: 3\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
