// Goal: a provider's body is read to its exact end in every framing, however it is split, and its
// connection is kept only where nothing is in doubt. Method: a provider on loopback that is played by
// hand; the head is put where forward() would have read it.
#include "gateway/call/relay/upstream_answer.hpp"

#include <cstring>

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/loopback_peer.hpp"
#include "gateway/call/run_to_end.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(upstream_answer_suite)

namespace {
constexpr std::chrono::seconds patient{30};

provider_config played_at(const asio::ip::tcp::endpoint& at) {
  provider_config provider;
  provider.name = "played";
  provider.tls = false;
  provider.host = at.address().to_string();
  provider.port = at.port();
  return provider;
}

struct answered {
  answered() { watch.start(); }
  ~answered() {
    watch.stop();
    answer.reset();
    let_run(context);
  }

  upstream_connection_ptr acquire() {
    auto got = run_to_end(context, pool.acquire(entry, seen));
    BOOST_REQUIRE(got.has_value());
    return std::move(*got);
  }
  // What the provider has sent by the time its head is complete.
  void begin(const std::string& received) {
    auto made = acquire();
    peer.emplace(listener.accept());
    std::memcpy(made->buffer.get(), received.data(), received.size());
    made->end = received.size();
    std::size_t scanned = 0;
    response_head head;
    BOOST_REQUIRE(check_response_head(made->unread(), head_limits(), false, scanned, head).state ==
                  head_state::complete);
    answer = std::make_unique<upstream_answer>(pool, std::move(made), entry);
    answer->take_head(head, wall_time{std::chrono::seconds(17)});
  }
  body_progress read(std::chrono::milliseconds patience = patient) {
    return run_to_end(context, answer->read_piece(body, patience));
  }
  body_progress read_all() {
    body_progress progress = body_progress::more;
    while (progress == body_progress::more)
      progress = read();
    return progress;
  }
  // The connection went back: for the next call no other is made.
  bool is_kept() {
    static_cast<void>(acquire());
    return !listener.is_wanted();
  }

  asio::io_context context;
  loopback_listener listener{context};
  provider_config provider{played_at(listener.at())};
  metrics seen{10};
  transport client{asio::ip::tcp::socket(context)};
  deadline_watch watch{context};
  watched entry{watch, client};
  upstream_pool pool{context, provider, nullptr};
  std::optional<loopback_peer> peer;
  std::unique_ptr<upstream_answer> answer;
  std::string body;
};

const std::string with_length = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
const std::string in_chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const std::string until_close = "HTTP/1.1 200 OK\r\nx: y\r\n\r\n";
}  // namespace

BOOST_FIXTURE_TEST_CASE(what_the_head_said_is_kept_and_the_rest_of_it_passed_on, answered) {
  begin(
      "HTTP/1.1 203 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 10\r\n"
      "set-cookie: a=b\r\nx-request-id: r\r\n\r\n");
  const answer_facts& facts = answer->facts();
  BOOST_TEST(facts.status == 203);
  BOOST_TEST((facts.media == answer_media::event_stream));
  BOOST_TEST(facts.has_body);
  BOOST_TEST(facts.content_length == 10U);
  BOOST_TEST(facts.fields == "content-type: text/event-stream\r\nx-request-id: r\r\n");
  BOOST_TEST((facts.first_byte == wall_time{std::chrono::seconds(17)}));
  BOOST_TEST(answer->provider().name == "played");
  BOOST_TEST(!answer->closed());
}

BOOST_FIXTURE_TEST_CASE(the_length_of_a_body_that_is_left_out_is_passed_on, answered) {
  begin("HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n");
  BOOST_TEST(!answer->facts().has_body);
  BOOST_TEST(answer->facts().fields == "content-length: 10\r\n");
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body.empty());
}

BOOST_FIXTURE_TEST_CASE(the_length_of_what_is_compressed_says_nothing_of_what_it_means, answered) {
  begin("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10\r\n\r\n0123456789");
  BOOST_TEST((answer->facts().coding == content_coding::gzip));
  BOOST_TEST(answer->facts().content_length == 0U);
  BOOST_TEST(answer->facts().fields == "");
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body == "0123456789");  // whoever decodes it reads it as it is
}

BOOST_FIXTURE_TEST_CASE(a_coding_that_we_do_not_know_is_told_to_whoever_gets_the_answer, answered) {
  begin("HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 10\r\n\r\n");
  BOOST_TEST((answer->facts().coding == content_coding::unreadable));
  BOOST_TEST(answer->facts().content_length == 10U);
  BOOST_TEST(answer->facts().fields == "content-encoding: br\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_body_with_a_length_ends_with_its_last_byte, answered) {
  begin(with_length + "0123");
  BOOST_TEST((read() == body_progress::more));
  BOOST_TEST(body == "0123");
  peer->send("45");
  BOOST_TEST((read() == body_progress::more));
  BOOST_TEST(body == "012345");
  peer->send("6789");
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body == "0123456789");
  answer->finish();
  BOOST_TEST(is_kept());
}

BOOST_FIXTURE_TEST_CASE(a_body_that_came_with_its_head_needs_no_read, answered) {
  begin(with_length + "0123456789");
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body == "0123456789");
  answer->finish();
  BOOST_TEST(is_kept());
}

BOOST_FIXTURE_TEST_CASE(only_what_gives_something_out_is_there_to_be_read, answered) {
  const std::string chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  for (const std::string begun : {"", "4", "4\r", "4\r\n"}) {
    begin(chunked + begun);
    BOOST_TEST(!answer->has_unread());
  }
  begin(chunked + "4\r\na");
  BOOST_TEST(answer->has_unread());
  begin("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n");
  BOOST_TEST(!answer->has_unread());
  begin("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\na");
  BOOST_TEST(answer->has_unread());
}

BOOST_FIXTURE_TEST_CASE(a_body_may_be_larger_than_what_is_read_at_once, answered) {
  const std::string large(100'000, 'x');
  begin("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
  peer->send(large);
  BOOST_TEST((read_all() == body_progress::complete));
  BOOST_TEST((body == large));
  answer->finish();
  BOOST_TEST(is_kept());
}

BOOST_FIXTURE_TEST_CASE(what_comes_behind_a_body_is_not_part_of_it_and_ends_the_connection,
                        answered) {
  begin(with_length + "0123456789HTTP");
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body == "0123456789");
  answer->finish();
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(a_body_that_ends_before_its_length_is_broken, answered) {
  begin(with_length + "0123");
  peer->close();
  BOOST_TEST((read_all() == body_progress::broken));
  BOOST_TEST(body == "0123");
  BOOST_TEST(answer->closed());
}

BOOST_FIXTURE_TEST_CASE(chunks_are_decoded_however_they_are_split, answered) {
  begin(in_chunks + "5\r\nhel");
  BOOST_TEST((read() == body_progress::more));
  BOOST_TEST(body == "hel");
  for (const char* piece : {"lo", "\r", "\n6\r\n", " world\r\n0\r\n\r"}) {
    peer->send(piece);
    BOOST_TEST((read() == body_progress::more));
  }
  peer->send("\n");
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body == "hello world");
  answer->finish();
  BOOST_TEST(is_kept());
}

BOOST_FIXTURE_TEST_CASE(what_comes_behind_the_last_chunk_ends_the_connection, answered) {
  begin(in_chunks + "1\r\nx\r\n0\r\n\r\nHTTP");
  BOOST_TEST((read_all() == body_progress::complete));
  BOOST_TEST(body == "x");
  answer->finish();
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(chunks_that_are_malformed_are_broken, answered) {
  begin(in_chunks + "1\r\nxy");
  BOOST_TEST((read_all() == body_progress::broken));
  BOOST_TEST(!answer->closed());
}

BOOST_FIXTURE_TEST_CASE(chunks_that_end_without_the_last_are_broken, answered) {
  begin(in_chunks + "1\r\nx\r\n");
  peer->close();
  BOOST_TEST((read_all() == body_progress::broken));
  BOOST_TEST(answer->closed());
}

BOOST_FIXTURE_TEST_CASE(without_a_length_the_end_of_the_connection_is_that_of_the_body, answered) {
  begin(until_close + "0123");
  BOOST_TEST((read() == body_progress::more));
  peer->send("45");
  peer->close();
  BOOST_TEST((read_all() == body_progress::complete));
  BOOST_TEST(body == "012345");
  BOOST_TEST(answer->closed());
  answer->finish();
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(a_reset_is_no_end_of_a_body, answered) {
  begin(until_close);
  peer->reset();
  BOOST_TEST((read_all() == body_progress::broken));
  BOOST_TEST(!answer->closed());
}

BOOST_FIXTURE_TEST_CASE(an_answer_without_a_body_is_complete_at_once, answered) {
  begin("HTTP/1.1 204 No Content\r\n\r\n");
  BOOST_TEST(!answer->facts().has_body);
  BOOST_TEST((read() == body_progress::complete));
  BOOST_TEST(body == "");
  answer->finish();
  BOOST_TEST(is_kept());
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_wants_to_close_is_not_asked_again, answered) {
  begin("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx");
  BOOST_TEST((read() == body_progress::complete));
  answer->finish();
  BOOST_TEST(peer->receive_all() == "");
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_stops_is_a_time_out, answered) {
  begin(with_length + "0123");
  BOOST_TEST((read() == body_progress::more));
  BOOST_TEST((read(std::chrono::milliseconds(1)) == body_progress::timed_out));
  BOOST_TEST(!answer->closed());
}

BOOST_FIXTURE_TEST_CASE(a_provider_that_stops_without_a_length_is_a_time_out_too, answered) {
  begin(until_close);
  BOOST_TEST((read(std::chrono::milliseconds(1)) == body_progress::timed_out));
}

BOOST_FIXTURE_TEST_CASE(a_deadline_ends_with_its_read, answered) {
  begin(with_length);
  peer->send("0123");
  BOOST_TEST((read() == body_progress::more));
  answer->hurry(std::chrono::milliseconds(1));  // nothing is awaited
  int sweeps = 0;
  watch.add_periodic([&sweeps](monotonic::time_point) { ++sweeps; });
  const auto until = monotonic::now() + patient;
  while (sweeps < 2 && monotonic::now() < until)
    let_run(context);
  BOOST_TEST(sweeps >= 2);
  peer->send("456789");
  BOOST_TEST((read() == body_progress::complete));
}

BOOST_FIXTURE_TEST_CASE(a_read_that_is_under_way_can_be_hurried, answered) {
  begin(with_length);
  watch.add_periodic(
      [this](monotonic::time_point) { answer->hurry(std::chrono::milliseconds(1)); });
  BOOST_TEST((read(std::chrono::hours(1)) == body_progress::timed_out));
}

BOOST_FIXTURE_TEST_CASE(after_a_half_close_what_is_on_its_way_is_read, answered) {
  begin(with_length + "0123");
  answer->half_close();
  BOOST_TEST(peer->receive_all() == "");
  peer->send("456789");
  BOOST_TEST((read_all() == body_progress::complete));
  BOOST_TEST(body == "0123456789");
  answer->finish();
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_nobody_finished_ends_its_connection, answered) {
  begin(with_length + "0123456789");
  BOOST_TEST((read() == body_progress::complete));
  answer.reset();
  BOOST_TEST(peer->receive_all() == "");
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_was_given_up_stays_so, answered) {
  begin(with_length + "0123456789");
  answer->abandon();
  BOOST_TEST(peer->receive_all() == "");
  answer->abandon();
  answer->finish();
  BOOST_TEST(!is_kept());
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_went_back_is_not_ours_any_more, answered) {
  begin(with_length + "0123456789");
  BOOST_TEST((read() == body_progress::complete));
  answer->finish();
  answer->finish();
  answer->abandon();
  answer.reset();
  BOOST_TEST(is_kept());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
