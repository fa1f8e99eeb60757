// Goal: an event that is known but for its text is metered as one that is read in full, and costs no
// reading. Method: a stream that comes byte by byte is always read in full, as no event of it lies in
// one piece; so whatever comes whole must have the same outcome, whatever its texts are, and its ending
// too. That nothing was read shows in the bound, which knows the text's bytes instead of its JSON's.
#include "gateway/dialect/parts/repeated_event.hpp"

#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/stream_check.hpp"

BOOST_AUTO_TEST_SUITE(repeated_events)

namespace {

using namespace stint;
using namespace stint::testing;

// `text` as it is written between the quotes.
std::string chunk(const std::string& text, const std::string& more = "", int choice = 0,
                  const std::string& reason = "null") {
  return R"(data: {"id":"c-1","object":"chat.completion.chunk","created":17,"model":"gpt-4o","choices":[{"index":)" +
         std::to_string(choice) + R"(,"delta":{"content":")" + text +
         R"("},"logprobs":null,"finish_reason":)" + reason + "}]" + more + "}\n\n";
}
const std::string role_chunk =
    R"(data: {"id":"c-1","object":"chat.completion.chunk","created":17,"model":"gpt-4o",)"
    R"("choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"
    "\n\n";
const std::string usage_chunk =
    R"(data: {"id":"c-1","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,)"
    R"("total_tokens":14}})"
    "\n\n";
const std::string done = "data: [DONE]\n\n";

std::string delta(const std::string& text, int block = 0, const std::string& kind = "text") {
  return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":" +
         std::to_string(block) + R"(,"delta":{"type":")" + kind + R"(_delta",")" + kind + R"(":")" +
         text + "\"}}\n\n";
}
const std::string message_start =
    "event: message_start\ndata: "
    R"({"type":"message_start","message":{"id":"m-1","type":"message","role":"assistant","model":"claude-opus-4-6",)"
    R"("content":[],"usage":{"input_tokens":9,"output_tokens":1}}})"
    "\n\nevent: content_block_start\ndata: "
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
    "\n\n";

std::vector<std::string> bytes_of(const std::string& stream) {
  std::vector<std::string> single;
  for (const char byte : stream)
    single.emplace_back(1, byte);
  return single;
}

// The ending of a stream that is cut there.
std::string ending_after(const dialect& api, const chat_request& request,
                         const std::vector<std::string>& pieces) {
  const auto meter = api.meter_stream({"gpt-4o"}, request);
  std::string text;
  for (const std::string& piece : pieces)
    meter->consume(piece, text);
  text.clear();
  meter->end_early(usage(), text);
  return text;
}

// Counted after each event, as a hold that comes near its end is.
void check_bound_between_counts(const dialect& api, const chat_request& request,
                                const std::string& bytes) {
  const auto meter = api.meter_stream({"gpt-4o"}, request);
  std::string passed;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find("\n\n", begin), bytes.size() - 2) + 2;
    meter->consume(bytes.substr(begin, end - begin), passed);
    begin = end;
    const std::int64_t bound = meter->output_tokens_bound();
    BOOST_TEST(meter->counted_output_tokens() <= bound);
    BOOST_TEST(meter->output_tokens_bound() == meter->counted_output_tokens());
  }
}

void check_as_read_in_full(const dialect& api, const std::string& bytes) {
  chat_request request;
  request.stream = true;
  request.client_wants_usage = true;
  const stream_outcome whole = stream(api, request, {bytes});
  const stream_outcome read = stream(api, request, bytes_of(bytes));
  BOOST_TEST(whole.passed == read.passed);
  BOOST_TEST(whole.released == read.released);
  BOOST_TEST(whole.counted == read.counted);
  BOOST_TEST(whole.complete == read.complete);
  BOOST_TEST(whole.error == read.error);
  BOOST_TEST(whole.implausible == read.implausible);
  BOOST_TEST(spelled(whole.report, whole.implausible) == spelled(read.report, read.implausible));
  BOOST_TEST((whole.input == read.input));
  BOOST_TEST(whole.counted <= whole.bound);
  check_bound_between_counts(api, request, bytes);
  BOOST_TEST(ending_after(api, request, {bytes}) == ending_after(api, request, bytes_of(bytes)));
}

const dialect& openai() {
  return *find_dialect("openai");
}
const dialect& anthropic() {
  return *find_dialect("anthropic");
}

std::int64_t bound_of(const dialect& api, const std::string& bytes) {
  chat_request request;
  request.stream = true;
  return stream(api, request, {bytes}).bound;
}

// Everything that a text can be made of, most of it harmless.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> pieces = {" fox",
                                                  "a",
                                                  "é",
                                                  "日本",
                                                  "🙂",
                                                  "\\n",
                                                  "\\\"",
                                                  "\\u00e9",
                                                  "\\ud83d",
                                                  "id",
                                                  "usage",
                                                  ":",
                                                  "{",
                                                  "}",
                                                  "null",
                                                  "[DONE]",
                                                  "message_stop",
                                                  "error",
                                                  "finish_reason",
                                                  "\xff",
                                                  "\xc3",
                                                  "\x7f",
                                                  "\t",
                                                  "\\",
                                                  " ",
                                                  "data: "};
  std::string text;
  for (auto left = random() % 4; left > 0; --left)
    text += pieces[random() % pieces.size()];
  return text;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_chunk_that_is_known_but_for_its_text_is_not_read_again) {
  std::string bytes = role_chunk;
  for (int n = 0; n < 100; ++n)
    bytes += chunk(" fox");
  check_as_read_in_full(openai(), bytes);
  // The first chunk with text is kept as it is; of the others four bytes and one more.
  BOOST_TEST(bound_of(openai(), bytes) <
             std::int64_t(role_chunk.size() + chunk(" fox").size()) + 99 * 5);
}

BOOST_AUTO_TEST_CASE(a_delta_that_is_known_but_for_its_text_is_not_read_again) {
  std::string bytes = message_start;
  for (int n = 0; n < 100; ++n)
    bytes += delta(" fox");
  check_as_read_in_full(anthropic(), bytes);
  BOOST_TEST(bound_of(anthropic(), bytes) <
             std::int64_t(message_start.size() + delta(" fox").size()) + 99 * 5);
}

BOOST_AUTO_TEST_CASE(padding_that_nobody_reads_may_differ) {
  std::string bytes = role_chunk;
  for (int n = 0; n < 100; ++n)
    bytes += chunk(
        " fox", ",\"obfuscation\":\"" + std::string(static_cast<std::size_t>(n % 7), 'x') + "\"");
  check_as_read_in_full(openai(), bytes);
  BOOST_TEST(bound_of(openai(), bytes) < 2'000);
}

BOOST_AUTO_TEST_CASE(what_follows_a_known_text_is_still_read) {
  const std::string texts = role_chunk + chunk(" a") + chunk(" b") + chunk(" c");
  for (const std::string& end :
       {chunk(" d", "", 0, "\"stop\"") + usage_chunk + done, usage_chunk + chunk(" e") + done,
        std::string("data: {\"error\":{\"message\":\"no\"}}\n\n"), done + chunk(" f"),
        std::string("event: error\n") + chunk(" g"),
        chunk(" h", ",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}"),
        chunk(" i", "", 1) + chunk(" j") + chunk(" k", "", 1),
        std::string(": still here\n\n") + chunk(" l"), chunk(" m").substr(0, 90),
        std::string("data: no json\n\n") + chunk(" n")})
    check_as_read_in_full(openai(), texts + end);
}

BOOST_AUTO_TEST_CASE(blocks_that_take_turns_are_told_apart) {
  std::string bytes = message_start;
  for (int n = 0; n < 40; ++n)
    bytes += delta(" alpha", 0) + delta(" beta", 1, "thinking") + delta(" alpha", 1);
  check_as_read_in_full(anthropic(), bytes);
  bytes +=
      "event: message_delta\ndata: "
      "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
      "\"usage\":{\"output_tokens\":7}}\n\nevent: message_stop\ndata: "
      "{\"type\":\"message_stop\"}\n\n";
  check_as_read_in_full(anthropic(), bytes + delta(" late"));
}

BOOST_AUTO_TEST_CASE(line_ends_of_every_sort_are_the_same_event_or_another) {
  for (const std::string line_end : {"\n", "\r\n", "\r"}) {
    std::string bytes;
    for (const char byte : role_chunk + chunk(" a") + chunk(" b") + chunk(" c") + done)
      bytes += byte == '\n' ? line_end : std::string(1, byte);
    check_as_read_in_full(openai(), bytes);
    check_as_read_in_full(openai(), "\xEF\xBB\xBF" + bytes);
  }
}

BOOST_AUTO_TEST_CASE(texts_that_need_reading_are_read) {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      std::mt19937 random(seed);
      std::string chunks = role_chunk;
      std::string deltas = message_start;
      for (int n = 0; n < 120; ++n) {
        const std::string text = random() % 3 == 0 ? " fox" : random_text(random);
        chunks += chunk(text, "", random() % 10 == 0 ? 1 : 0);
        deltas += delta(text, random() % 20 == 0 ? 1 : 0);
        if (random() % 50 == 0) chunks += usage_chunk;
      }
      check_as_read_in_full(openai(), chunks);
      check_as_read_in_full(anthropic(), deltas);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_stands_there_twice_is_found_at_its_own_place) {
  std::string bytes = role_chunk;
  for (const std::string text : {"gpt-4o", "index", "c-1", "content", "another text", "null", "x"})
    bytes += chunk(text) + chunk(" y") + chunk(" z");
  check_as_read_in_full(openai(), bytes);
}

BOOST_AUTO_TEST_CASE(a_bound_knows_that_a_longer_word_may_be_other_tokens) {
  check_as_read_in_full(openai(), role_chunk + chunk(" x") + chunk(" Uiteindelijk") + chunk("a"));
  check_as_read_in_full(anthropic(),
                        message_start + delta(" x") + delta(" Uiteindelijk") + delta("a"));
}

BOOST_AUTO_TEST_CASE(a_stream_of_ever_new_events_is_not_learnt_for_ever) {
  repeated_event repeated;
  int read = 0;
  for (int n = 0; n < 1'000; ++n) {
    stream_event event;
    const std::string raw = chunk(" a", ",\"n\":" + std::to_string(n));
    event.raw = raw;
    event.data = std::string_view(raw).substr(6, raw.size() - 8);
    event.has_data = true;
    repeated.learn(event, [&](std::string_view data, text_sink& into) {
      ++read;
      const std::size_t at = data.find("\"content\":\"") + 11;
      into.feed(text_key(), data.substr(at, data.find('"', at) - at));
    });
  }
  BOOST_TEST(read > 0);
  BOOST_TEST(read <= 40);
}

BOOST_AUTO_TEST_SUITE_END()
