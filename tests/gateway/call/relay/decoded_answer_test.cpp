// Goal: what came compressed is read as if it had not been: in pieces as large as usual, to its exact
// end, and whatever ends early or is corrupt broke off. Method: a provider that is played, zlib's own
// compressor, every place to cut at.
#include "gateway/call/relay/decoded_answer.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/fake_answer.hpp"
#include "gateway/call/run_to_end.hpp"
#include "gateway/http/compressed.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(decoded_answer_suite)

namespace {
using testing::compressed;
using testing::compressor;
using testing::gzip_wrapper;

const std::string said = R"({"choices":[{"message":{"content":"well, well, well"}}],"usage":{}})";

struct decoding {
  explicit decoding(content_coding coding = content_coding::gzip)
      : from(std::make_unique<fake_source>()), provider(*from) {
    provider.said.coding = coding;
  }

  body_progress read(std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    if (!answer) answer = std::make_unique<decoded_answer>(std::move(from));
    return run_to_end(context, answer->read_piece(body, patience));
  }
  body_progress read_all() {
    body_progress progress = body_progress::more;
    while (progress == body_progress::more)
      progress = read();
    return progress;
  }

  asio::io_context context;
  std::unique_ptr<fake_source> from;
  fake_source& provider;
  std::unique_ptr<decoded_answer> answer;
  std::string body;
};
}  // namespace

BOOST_AUTO_TEST_CASE(a_compressed_answer_is_read_as_what_it_means) {
  for (const auto& [coding, wrapper] : {std::pair{content_coding::gzip, gzip_wrapper},
                                        {content_coding::deflate, testing::zlib_wrapper},
                                        {content_coding::deflate, testing::no_wrapper}}) {
    decoding at(coding);
    const std::string coded = compressed(said, wrapper);
    at.provider.gives(coded.substr(0, 10));
    at.provider.ends(body_progress::complete, coded.substr(10));
    BOOST_TEST((at.read_all() == body_progress::complete));
    BOOST_TEST(at.body == said);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_byte_is_complete) {
  decoding at;
  at.provider.ends(body_progress::complete);
  BOOST_TEST((at.read() == body_progress::complete));
  BOOST_TEST(at.body == "");
}

BOOST_AUTO_TEST_CASE(an_answer_whose_coding_is_cut_anywhere_broke_off) {
  const std::string coded = compressed(said);
  for (std::size_t cut = 1; cut < coded.size(); ++cut) {
    for (const body_progress how : {body_progress::complete, body_progress::broken}) {
      decoding at;
      at.provider.ends(how, coded.substr(0, cut));
      BOOST_TEST((at.read_all() == body_progress::broken), "after " << cut);
      BOOST_TEST(at.body == said.substr(0, at.body.size()));
      // All of it is there, only its checksum is not.
      if (cut >= coded.size() - 8) BOOST_TEST(at.body == said);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_corrupt_broke_off) {
  std::string coded = compressed(said);
  coded[coded.size() - 5] ^= 1;  // of the checksum
  decoding at;
  at.provider.gives(coded);
  BOOST_TEST((at.read() == body_progress::broken));
  BOOST_TEST(at.body == said);
  at.provider.gives("more");
  BOOST_TEST((at.read() == body_progress::broken));
  BOOST_TEST(at.body == said);
}

BOOST_AUTO_TEST_CASE(an_answer_that_stops_is_a_time_out_and_what_came_of_it_is_given) {
  decoding at;
  compressor server(gzip_wrapper);
  at.provider.ends(body_progress::timed_out, server.flush("some"));
  BOOST_TEST((at.read() == body_progress::timed_out));
  BOOST_TEST(at.body == "some");
  BOOST_TEST(at.provider.patiences.front().count() == 30'000);
}

BOOST_AUTO_TEST_CASE(each_event_of_a_stream_is_given_as_it_comes) {
  decoding at;
  compressor server(gzip_wrapper);
  at.provider.gives(server.flush("data: one\n\n"));
  at.provider.gives(server.flush("data: two\n\n"));
  at.provider.ends(body_progress::complete, server.end("data: [DONE]\n\n"));
  BOOST_TEST((at.read() == body_progress::more));
  BOOST_TEST(at.body == "data: one\n\n");
  BOOST_TEST((at.read() == body_progress::more));
  BOOST_TEST(at.body == "data: one\n\ndata: two\n\n");
  BOOST_TEST((at.read() == body_progress::complete));
  BOOST_TEST(at.body == "data: one\n\ndata: two\n\ndata: [DONE]\n\n");
}

BOOST_AUTO_TEST_CASE(a_read_that_means_a_thousand_times_its_bytes_is_given_in_usual_pieces) {
  constexpr std::size_t unfolded = std::size_t(10) << 20U;
  decoding at;
  at.provider.ends(body_progress::complete, compressed(std::string(unfolded, '\0')));
  std::size_t total = 0;
  int turns = 0;
  int pieces = 0;
  body_progress progress = body_progress::more;
  while (progress == body_progress::more) {
    at.body.clear();
    asio::post(at.context, [&turns] { ++turns; });
    progress = at.read();
    BOOST_TEST(at.body.size() <= decoded_answer::piece_bytes_max);
    BOOST_TEST(at.body.capacity() <= 2 * decoded_answer::piece_bytes_max);
    total += at.body.size();
    ++pieces;
  }
  BOOST_TEST((progress == body_progress::complete));
  BOOST_TEST(total == unfolded);
  BOOST_TEST(at.provider.patiences.size() == 1U);  // it was read once
  BOOST_TEST(turns >= pieces - 1);                 // and others had their turn meanwhile
}

BOOST_AUTO_TEST_CASE(a_provider_that_closed_after_a_flush_keeps_nothing_back) {
  decoding at;
  compressor server(gzip_wrapper);
  at.provider.gives(server.flush("data: one\n\n"));
  BOOST_TEST((at.read() == body_progress::more));
  BOOST_TEST(!at.answer->closed());
  at.provider.ends(body_progress::broken);
  BOOST_TEST((at.read() == body_progress::broken));
  BOOST_TEST(at.answer->closed());
}

BOOST_AUTO_TEST_CASE(a_provider_that_closed_inside_its_coding_may_have_generated_more) {
  decoding at;
  compressor server(gzip_wrapper);
  const std::string coded = server.flush("data: one\n\n");
  at.provider.ends(body_progress::broken, coded.substr(0, coded.size() - 1));
  BOOST_TEST((at.read() == body_progress::broken));
  BOOST_TEST(!at.answer->closed());
}

BOOST_AUTO_TEST_CASE(what_else_is_asked_of_an_answer_is_asked_of_the_provider) {
  decoding at;
  at.provider.said.status = 203;
  at.provider.from.name = "played";
  at.provider.ends(body_progress::complete, compressed(said));
  BOOST_TEST((at.read() == body_progress::complete));
  BOOST_TEST(at.answer->facts().status == 203);
  BOOST_TEST(at.answer->provider().name == "played");
  at.answer->half_close();
  at.answer->hurry(std::chrono::milliseconds(7));
  at.answer->finish();
  at.answer->abandon();
  BOOST_TEST(at.provider.half_closed == 1);
  BOOST_TEST(at.provider.hurried.size() == 1U);
  BOOST_TEST(at.provider.finished == 1);
  BOOST_TEST(at.provider.abandoned == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
