// Goal: a call reaches its provider as we wrote it, and whatever comes back instead of a good head is
// a problem that says so. Method: a provider and a client on loopback that are played by hand.
#include "gateway/call/relay/forward.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/loopback_peer.hpp"
#include "gateway/call/relay/relay_fixture.hpp"
#include "gateway/http/compressed.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(forward_suite)

namespace {
const std::string good_answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

struct forwarding : relay_fixture {
  forwarding() {
    settings.providers.front().port = listener.at().port();
    admit_whole(100);
    incoming.head = head.get();
    incoming.id = worst.id;
    incoming.speaks = find_dialect("openai");
    going.provider = &settings.providers.front();
    going.body = body;
    going.tenant = "acme";
    going.held = &*held;
  }

  void begin() { answer = start(forward(session, incoming, going)); }
  // The loop has no time for what happens: the call finds its connection as it was.
  void begin_after(const std::function<void()>& what_happens) {
    answer.reset();
    asio::post(context, [this, what_happens] {
      what_happens();
      begin();
    });
  }
  forwarded_call& ended() {
    wait_until([this] { return answer && answer->has_value(); });
    return **answer;
  }
  // With a provider that says this, and closes then.
  forwarded_call& forward_to_one_that_says(const std::string& text) {
    begin();
    loopback_peer provider = listener.accept();
    request = provider.receive_through("\r\n\r\n");
    provider.send(text);
    provider.close();
    return ended();
  }
  problem problem_with_one_that_says(const std::string& text) {
    forwarded_call& got = forward_to_one_that_says(text);
    BOOST_REQUIRE(!got);
    BOOST_TEST((got.error().request == request_fate::sent));
    return got.error().why;
  }
  std::string body_of(forwarded_call& got) {
    std::string read;
    body_progress progress = body_progress::more;
    while (progress == body_progress::more)
      progress = run((*got)->read_piece(read, std::chrono::seconds(30)));
    BOOST_TEST((progress == body_progress::complete));
    return read;
  }
  // A call before this one leaves its connection: the provider's side of it.
  loopback_peer kept() {
    begin();
    loopback_peer provider = listener.accept();
    provider.receive_through(body);
    provider.send(good_answer);
    BOOST_TEST(body_of(ended()) == "{}");
    (***answer)->finish();
    provider.received.clear();
    return provider;
  }
  bool is_failed(const std::string& category) const { return upstream_errors(category) == "1"; }

  loopback_listener listener{context};
  loopback_listener clients{context};
  loopback_peer peer{context};
  asio::ip::tcp::socket near{accepted()};
  client_session session{thread, transport(std::move(near))};
  parsed_head head{"content-type: application/json\r\n"};
  incoming_call incoming{session.head};
  std::string body = R"({"model":"gpt-4o"})";
  forward_order going;
  std::shared_ptr<std::optional<forwarded_call>> answer;
  std::string request;

 private:
  asio::ip::tcp::socket accepted() {
    peer.connect(clients.at());
    loopback_peer other = clients.accept();
    return std::move(other.socket());
  }
};

bool says(const problem& why, const std::string& wanted) {
  return why.message.find(wanted) != std::string::npos;
}
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_call_is_sent_with_its_body_and_its_answer_read_to_its_head, forwarding) {
  begin();
  loopback_peer provider = listener.accept();
  const std::string sent = provider.receive_through("gpt-4o\"}");
  BOOST_TEST(sent.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), sent);
  BOOST_TEST(sent.find("\r\ncontent-length: 18\r\n") != std::string::npos, sent);
  BOOST_TEST(sent.ends_with("\r\n\r\n" + body), sent);
  BOOST_TEST(held->was_forwarded());
  provider.send(good_answer);
  forwarded_call& got = ended();
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((*got)->facts().status == 200);
  BOOST_TEST((*got)->facts().content_length == 2U);
  BOOST_TEST(body_of(got) == "{}");
  for (const char* category : {"reset", "timeout", "garbage", "status_4xx"})
    BOOST_TEST(upstream_errors(category) != "1");
}

BOOST_FIXTURE_TEST_CASE(a_provider_of_one_api_gets_its_own_credential_on_every_path, forwarding) {
  provider_config& provider = settings.providers.front();
  provider.credential = secret("sk-secret");
  provider.dialects = {find_dialect("anthropic")};
  forward_to_one_that_says(good_answer);
  BOOST_TEST(request.find("\r\nx-api-key: sk-secret\r\n") != std::string::npos, request);
  provider.dialects = {find_dialect("anthropic"), find_dialect("openai")};
  forward_to_one_that_says(good_answer);
  BOOST_TEST(request.find("\r\nauthorization: Bearer sk-secret\r\n") != std::string::npos, request);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_keeps_books_is_told_whose_the_call_is, forwarding) {
  settings.providers.front().attribution_headers = true;
  forward_to_one_that_says(good_answer);
  BOOST_TEST(
      request.find("\r\nx-stint-request-id: " + to_string(worst.id) + "\r\n") != std::string::npos,
      request);
  BOOST_TEST(request.find("\r\nx-stint-tenant: acme\r\n") != std::string::npos, request);
}

BOOST_FIXTURE_TEST_CASE(interim_answers_are_skipped, forwarding) {
  std::string all;
  for (int n = 0; n < 8; ++n)
    all += "HTTP/1.1 199 Early Hints\r\nlink: x\r\n\r\n";
  forwarded_call& got = forward_to_one_that_says(all + good_answer);
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((*got)->facts().status == 200);
  BOOST_TEST((*got)->facts().fields == "");
  BOOST_TEST(body_of(got) == "{}");
}

BOOST_FIXTURE_TEST_CASE(interim_answers_without_end_are_garbage, forwarding) {
  std::string all;
  for (int n = 0; n < 9; ++n)
    all += "HTTP/1.1 100 Continue\r\n\r\n";
  const problem why = problem_with_one_that_says(all + good_answer);
  BOOST_TEST((why.kind == problem_kind::upstream_garbage));
  BOOST_TEST(why.message == "provider 'openai' sends interim answers without end");
  BOOST_TEST(is_failed("garbage"));
}

BOOST_FIXTURE_TEST_CASE(a_change_of_protocol_is_garbage, forwarding) {
  const problem why =
      problem_with_one_that_says("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n");
  BOOST_TEST((why.kind == problem_kind::upstream_garbage));
  BOOST_TEST(says(why, "malformed answer"), why.message);
}

BOOST_FIXTURE_TEST_CASE(a_malformed_head_is_garbage, forwarding) {
  const problem why = problem_with_one_that_says("hello\r\n\r\n");
  BOOST_TEST((why.kind == problem_kind::upstream_garbage));
  BOOST_TEST(why.status == 502);
  BOOST_TEST(why.message.starts_with("provider 'openai' sent a malformed answer: "), why.message);
  BOOST_TEST(is_failed("garbage"));
  BOOST_TEST(!is_failed("reset"));
}

BOOST_FIXTURE_TEST_CASE(a_compressed_answer_is_read_although_we_asked_for_none, forwarding) {
  const std::string coded = testing::compressed("{}");
  for (const char* coding : {"gzip", "X-GZIP"}) {
    forwarded_call& got = forward_to_one_that_says(
        "HTTP/1.1 200 OK\r\ncontent-encoding: " + std::string(coding) +
        "\r\nx: y\r\ncontent-length: " + std::to_string(coded.size()) + "\r\n\r\n" + coded);
    BOOST_REQUIRE(got.has_value());
    BOOST_TEST((*got)->facts().fields == "x: y\r\n");
    BOOST_TEST((*got)->facts().content_length == 0U);
    BOOST_TEST(body_of(got) == "{}");
  }
  BOOST_TEST(!is_failed("garbage"));
}

BOOST_FIXTURE_TEST_CASE(an_answer_in_a_coding_that_we_cannot_read_is_taken_as_it_is_and_counted,
                        forwarding) {
  forwarded_call& got = forward_to_one_that_says(
      "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\n{}");
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((*got)->facts().fields == "content-encoding: br\r\n");
  BOOST_TEST(body_of(got) == "{}");
  BOOST_TEST(is_failed("garbage"));
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_says_it_is_not_compressed_is_taken, forwarding) {
  BOOST_TEST(forward_to_one_that_says(
                 "HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\ncontent-length: 2\r\n\r\n{}")
                 .has_value());
}

BOOST_FIXTURE_TEST_CASE(a_head_may_come_byte_by_byte, forwarding) {
  begin();
  loopback_peer provider = listener.accept();
  for (const char byte : "HTTP/1.1 103 Early Hints\r\n\r\n" + good_answer) {
    provider.send(std::string(1, byte));
    let_run(context);
  }
  forwarded_call& got = ended();
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((*got)->facts().status == 200);
}

BOOST_FIXTURE_TEST_CASE(heads_that_fit_only_one_by_one_are_read_one_by_one, forwarding) {
  const std::string large = "x: " + std::string(20'000, 'y') + "\r\n";
  begin();
  loopback_peer provider = listener.accept();
  provider.send("HTTP/1.1 103 Early Hints\r\n" + large + "\r\nHTTP/1.1 200 OK\r\n" + large +
                "content-length: 2\r\n\r\n{}");
  forwarded_call& got = ended();
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((*got)->facts().fields == large);
  BOOST_TEST(body_of(got) == "{}");
}

BOOST_FIXTURE_TEST_CASE(an_answer_to_head_has_no_body, forwarding) {
  const parsed_head asked("", "HEAD /v1/models");
  incoming.head = asked.get();
  going.body = "";
  forwarded_call& got = forward_to_one_that_says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n");
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(!(*got)->facts().has_body);
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_closes_in_place_of_an_answer_reset_it, forwarding) {
  const problem why = problem_with_one_that_says("HTTP/1.1 200");
  BOOST_TEST((why.kind == problem_kind::upstream_reset));
  BOOST_TEST(why.message == "provider 'openai' closed the connection (waiting for the answer)");
  BOOST_TEST(held->was_forwarded());
  BOOST_TEST(is_failed("reset"));
  BOOST_TEST(!session.watch.client_gone());
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_resets_before_it_has_the_request_was_not_sent_it,
                        forwarding) {
  const std::string large(std::size_t(1) << 25, 'x');
  going.body = large;
  begin();
  loopback_peer provider = listener.accept();
  provider.receive(1);
  provider.reset();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST(got.error().why.message ==
             "provider 'openai' closed the connection (sending the request)");
  BOOST_TEST(!held->was_forwarded());
  BOOST_TEST((got.error().request == request_fate::not_sent));
  BOOST_TEST(is_failed("reset"));
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_does_not_answer_is_a_time_out, forwarding) {
  settings.providers.front().first_byte_timeout_ms = 1;
  begin();
  loopback_peer provider = listener.accept();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().why.kind == problem_kind::upstream_timeout));
  BOOST_TEST(got.error().why.message ==
             "provider 'openai' did not answer in time (waiting for the answer)");
  BOOST_TEST(is_failed("timeout"));
  BOOST_TEST(held->was_forwarded());
  BOOST_TEST((got.error().request == request_fate::sent));
  provider.receive_through(body);
  BOOST_TEST(provider.receive_all().ends_with(body));  // the connection was closed
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_does_not_take_the_request_is_a_time_out, forwarding) {
  settings.providers.front().stall_timeout_ms = 1;
  const std::string large(std::size_t(1) << 25, 'x');
  going.body = large;
  begin();
  const loopback_peer provider = listener.accept();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST(got.error().why.message ==
             "provider 'openai' did not answer in time (sending the request)");
  BOOST_TEST(!held->was_forwarded());
  BOOST_TEST((got.error().request == request_fate::not_sent));
}

BOOST_FIXTURE_TEST_CASE(a_client_that_leaves_a_stream_ends_the_wait_and_is_no_fault, forwarding) {
  going.streaming = true;
  begin();
  loopback_peer provider = listener.accept();
  provider.receive_through(body);
  peer.close();
  BOOST_REQUIRE(!ended());
  BOOST_TEST((ended().error().request == request_fate::sent));
  BOOST_TEST(session.watch.client_gone());
  BOOST_TEST(upstream_errors("reset") != "1");
  BOOST_TEST(provider.receive_all().ends_with(body));
}

BOOST_FIXTURE_TEST_CASE(the_answer_to_a_client_that_left_is_awaited_where_it_does_not_stream,
                        forwarding) {
  begin();
  loopback_peer provider = listener.accept();
  provider.receive_through(body);
  peer.close();
  wait_until([this] { return session.watch.client_gone(); });
  BOOST_TEST(!answer->has_value());
  provider.send(good_answer);
  BOOST_TEST(ended().has_value());
}

BOOST_FIXTURE_TEST_CASE(nobody_is_asked_where_nobody_listens, forwarding) {
  listener.close();
  begin();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().why.kind == problem_kind::upstream_refused));
  BOOST_TEST(!held->was_forwarded());
  BOOST_TEST((got.error().request == request_fate::not_sent));
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_says_no_is_counted_by_what_it_says, forwarding) {
  for (const auto& [status, category] : {std::pair{400, "status_4xx"},
                                         {429, "status_429"},
                                         {499, "status_4xx"},
                                         {500, "status_5xx"},
                                         {599, "status_5xx"}}) {
    const std::string before = upstream_errors(category);
    const std::string text =
        "HTTP/1.1 " + std::to_string(status) + " No\r\ncontent-length: 0\r\n\r\n";
    BOOST_TEST(forward_to_one_that_says(text).has_value());
    BOOST_TEST(upstream_errors(category) != before, status);
  }
  BOOST_TEST(upstream_errors("status_4xx") == "2");
  BOOST_TEST(upstream_errors("status_5xx") == "2");
  BOOST_TEST(upstream_errors("status_429") == "1");
}

BOOST_FIXTURE_TEST_CASE(an_answer_below_400_is_no_failure, forwarding) {
  BOOST_TEST(forward_to_one_that_says("HTTP/1.1 399 Odd\r\ncontent-length: 0\r\n\r\n").has_value());
  BOOST_TEST(upstream_errors("status_4xx") != "1");
}

BOOST_FIXTURE_TEST_CASE(a_kept_connection_takes_the_next_call, forwarding) {
  loopback_peer provider = kept();
  begin();
  provider.receive_through(body);
  provider.send(good_answer);
  BOOST_TEST(body_of(ended()) == "{}");
  BOOST_TEST(!listener.is_wanted());
}

BOOST_FIXTURE_TEST_CASE(a_call_that_meets_a_kept_connections_close_is_sent_once_more, forwarding) {
  loopback_peer provider = kept();
  begin_after([&] { provider.close(); });
  loopback_peer next = listener.accept();
  BOOST_TEST(next.receive_through(body).ends_with(body));
  next.send(good_answer);
  forwarded_call& got = ended();
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(body_of(got) == "{}");
  BOOST_TEST(!is_failed("reset"));  // nothing of the provider's is broken
}

BOOST_FIXTURE_TEST_CASE(a_call_that_meets_a_kept_connections_reset_is_sent_once_more, forwarding) {
  loopback_peer provider = kept();
  begin_after([&] { provider.reset(); });
  loopback_peer next = listener.accept();
  BOOST_TEST(next.receive_through(body).ends_with(body));
  next.send(good_answer);
  BOOST_TEST(ended().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_call_is_sent_no_more_than_once_more, forwarding) {
  loopback_peer provider = kept();
  begin_after([&] { provider.close(); });
  loopback_peer next = listener.accept();
  next.receive_through(body);
  next.close();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().request == request_fate::sent));
  BOOST_TEST((got.error().why.kind == problem_kind::upstream_reset));
  BOOST_TEST(!listener.is_wanted());
  BOOST_TEST(is_failed("reset"));
}

BOOST_FIXTURE_TEST_CASE(where_the_new_connection_cannot_be_made_nothing_was_sent, forwarding) {
  loopback_peer provider = kept();
  begin_after([&] {
    provider.close();
    listener.close();
  });
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().request == request_fate::not_sent));
  BOOST_TEST((got.error().why.kind == problem_kind::upstream_refused));
}

BOOST_FIXTURE_TEST_CASE(a_client_that_left_has_nothing_sent_once_more, forwarding) {
  loopback_peer provider = kept();
  begin_after([&] {
    provider.close();
    session.watch.note_client_gone();
  });
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().request == request_fate::not_sent));
  BOOST_TEST(!listener.is_wanted());
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_closes_when_it_has_the_request_is_not_sent_it_again,
                        forwarding) {
  loopback_peer provider = kept();
  begin();
  provider.receive_through(body);
  provider.close();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().request == request_fate::sent));
  BOOST_TEST(!listener.is_wanted());
  BOOST_TEST(is_failed("reset"));
}

// Its machine has not acknowledged the request when it resets, and nothing but the reset says that it
// has it: acknowledgements are delayed where answers are quick.
BOOST_FIXTURE_TEST_CASE(a_provider_that_resets_when_it_has_the_request_is_not_sent_it_again,
                        forwarding) {
  loopback_peer provider = kept();
  begin();
  provider.receive_through(body);
  provider.reset();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().request == request_fate::sent));
  BOOST_TEST(!listener.is_wanted());
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_breaks_off_its_head_is_not_asked_again, forwarding) {
  loopback_peer provider = kept();
  begin();
  provider.receive_through(body);
  provider.send("HTTP/1.1 103 Early Hints\r\n\r\n");
  provider.close();
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().request == request_fate::sent));
  BOOST_TEST(!listener.is_wanted());
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_was_there_before_the_request_is_nobodys, forwarding) {
  loopback_peer provider = kept();
  begin_after([&] { provider.send("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen"); });
  forwarded_call& got = ended();
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error().why.kind == problem_kind::upstream_garbage));
  BOOST_TEST(says(got.error().why, "before it had the request"), got.error().why.message);
  BOOST_TEST((got.error().request == request_fate::sent));
  BOOST_TEST(!listener.is_wanted());
}

BOOST_FIXTURE_TEST_CASE(a_kept_connection_that_says_something_unasked_is_not_used_again,
                        forwarding) {
  loopback_peer provider = kept();
  provider.send("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen");
  BOOST_TEST(provider.receive_all() == "");  // it is closed
  begin();
  loopback_peer next = listener.accept();
  next.receive_through(body);
  next.send(good_answer);
  BOOST_TEST(body_of(ended()) == "{}");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
