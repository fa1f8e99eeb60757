// Goal: a stream that is cut anywhere ends as the provider's own would at its bound: every choice
// or block that is open is closed, nothing is closed twice, and what was consumed after the cut is
// metered and not passed on. Method: streams of both APIs, cut at every byte.
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/parts/event_stream.hpp"
#include "gateway/dialect/table.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(stream_ending_suite)

namespace {

using namespace stint;

usage used() {
  usage told;
  told.input_tokens = 7;
  told.cached_input_tokens = 3;
  told.output_tokens = 5;
  return told;
}

std::string chunk(int choice, const std::string& delta, const std::string& reason = "null") {
  return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":17,"model":"gpt-4o",)"
         R"("choices":[{"index":)" +
         std::to_string(choice) + ",\"delta\":{" + delta + "},\"finish_reason\":" + reason +
         "}]}\n\n";
}

std::string event(const std::string& type, const std::string& fields) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" +
         (fields.empty() ? "" : "," + fields) + "}\n\n";
}

struct cut_stream {
  std::string passed;
  std::string ending;
  std::int64_t counted = 0;
};

cut_stream cut(const dialect& api, const chat_request& request, const std::string& before,
               const std::string& after = {}) {
  const auto meter = api.meter_stream({"gpt-4o"}, request);
  cut_stream out;
  meter->consume(before, out.passed);
  meter->stop_passing();
  std::string dropped;
  meter->consume(after, dropped);
  BOOST_TEST(dropped == "");
  out.counted = meter->counted_output_tokens();
  meter->end_early(used(), out.ending);
  return out;
}

chat_request streamed(std::int64_t choices = 1, bool with_usage = false) {
  chat_request request;
  request.stream = true;
  request.choices = choices;
  request.answers = choices;
  request.client_wants_usage = with_usage;
  return request;
}

std::size_t occurrences(const std::string& text, const std::string& wanted) {
  std::size_t count = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1))
    ++count;
  return count;
}

struct with_encodings {
  with_encodings() { tokenizer::load_builtin(); }
};

const std::string openai_stream =
    chunk(0, R"("role":"assistant","content":"")") + chunk(0, R"("content":" one")") +
    chunk(0, R"("content":" two")") + chunk(0, "", "\"stop\"") + "data: [DONE]\n\n";
const std::string anthropic_stream =
    event("message_start", R"("message":{"id":"m","type":"message","role":"assistant","model":"c",)"
                           R"("content":[],"usage":{"input_tokens":10,"output_tokens":1}})") +
    event("content_block_start", R"("index":0,"content_block":{"type":"text","text":""})") +
    event("content_block_delta", R"("index":0,"delta":{"type":"text_delta","text":" one"})") +
    event("content_block_stop", R"("index":0)") +
    event("content_block_start",
          R"("index":1,"content_block":{"type":"tool_use","id":"t","name":"look","input":{}})") +
    event("content_block_delta",
          R"("index":1,"delta":{"type":"input_json_delta","partial_json":"{"})") +
    event("content_block_stop", R"("index":1)") +
    event("message_delta", R"("delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9})") +
    event("message_stop", "");

BOOST_FIXTURE_TEST_CASE(an_openai_stream_cut_anywhere_finishes_its_choice_once, with_encodings) {
  for (std::size_t at = 0; at <= openai_stream.size(); ++at) {
    const cut_stream seen = cut(*find_dialect("openai"), streamed(), openai_stream.substr(0, at));
    const std::string whole = seen.passed + seen.ending;
    const std::size_t finished = occurrences(whole, R"("finish_reason":"length")") +
                                 occurrences(whole, R"("finish_reason":"stop")");
    BOOST_TEST(finished == 1, "cut at " << at << ": " << whole);
    BOOST_TEST(occurrences(whole, "data: [DONE]\n\n") == 1, "cut at " << at);
    BOOST_TEST(occurrences(whole, "\n\n") == occurrences(whole, "data: "), "cut at " << at);
    BOOST_TEST(occurrences(whole, "\"usage\":{") == 0, "nobody asked for it; cut at " << at);
  }
}

BOOST_FIXTURE_TEST_CASE(the_last_chunk_has_the_id_and_the_model_of_the_first, with_encodings) {
  const cut_stream seen = cut(*find_dialect("openai"), streamed(), chunk(0, R"("content":" one")"));
  BOOST_TEST(seen.ending ==
             R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":17,)"
             R"("model":"gpt-4o","choices":[{"index":0,"delta":{},"logprobs":null,)"
             R"("finish_reason":"length"}]})"
             "\n\ndata: [DONE]\n\n");
}

BOOST_FIXTURE_TEST_CASE(a_first_chunk_that_does_not_say_who_it_is_is_not_the_one_to_end_by,
                        with_encodings) {
  const std::string filter =
      R"(data: {"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[]})"
      "\n\n";
  const cut_stream seen =
      cut(*find_dialect("openai"), streamed(), filter + chunk(0, R"("content":" one")"));
  BOOST_TEST(occurrences(seen.ending, R"("id":"chatcmpl-1")") == 1, seen.ending);
  BOOST_TEST(occurrences(seen.ending, R"("model":"gpt-4o")") == 1, seen.ending);
  // A server without ids is ended by its first chunk.
  const std::string nameless =
      R"(data: {"object":"chat.completion.chunk","model":"local","choices":[{"index":0,"delta":{"content":"a"}}]})"
      "\n\n";
  std::string many;
  for (int n = 0; n < 20; ++n)
    many += nameless;
  const cut_stream local = cut(*find_dialect("openai"), streamed(), many);
  BOOST_TEST(occurrences(local.ending, R"("model":"local")") == 1, local.ending);
  BOOST_TEST(occurrences(local.ending, R"("id")") == 0, local.ending);
}

BOOST_FIXTURE_TEST_CASE(only_the_choices_that_are_open_are_finished, with_encodings) {
  const std::string before = chunk(0, R"("content":" a")") + chunk(1, R"("content":" b")") +
                             chunk(1, "", "\"stop\"") + chunk(2, R"("content":" c")");
  const cut_stream seen = cut(*find_dialect("openai"), streamed(3), before);
  BOOST_TEST(occurrences(seen.ending, "\"index\":0") == 1, seen.ending);
  BOOST_TEST(occurrences(seen.ending, "\"index\":1") == 0, seen.ending);
  BOOST_TEST(occurrences(seen.ending, "\"index\":2") == 1, seen.ending);
}

BOOST_FIXTURE_TEST_CASE(choices_that_best_of_discards_are_neither_awaited_nor_ended,
                        with_encodings) {
  simdjson::dom::parser parser;
  const auto& openai = *find_dialect("openai");
  const std::string body = R"({"model":"m","messages":[],"stream":true,"n":2,"best_of":5})";
  const chat_request request = openai.read_request(parser.parse(body), {}).value();
  BOOST_TEST(request.choices == 5);
  const std::string one = chunk(0, R"("content":" a")") + chunk(0, "", "\"stop\"");
  const cut_stream seen = cut(*find_dialect("openai"), request, one);
  BOOST_TEST(occurrences(seen.ending, R"({"index":)") == 1, seen.ending);
  BOOST_TEST(occurrences(seen.ending, R"({"index":1,)") == 1, seen.ending);
  const auto meter = openai.meter_stream({"gpt-4o"}, request);
  std::string passed;
  meter->consume(one, passed);
  BOOST_TEST(meter->generating());
  meter->consume(chunk(1, "", "\"stop\""), passed);
  BOOST_TEST(!meter->generating());
}

BOOST_FIXTURE_TEST_CASE(an_ending_behind_half_an_event_over_the_limit_begins_on_a_line_of_its_own,
                        with_encodings) {
  const std::string huge = "data: " + std::string(event_stream::event_bytes_max, 'x');
  for (const auto* api : all_dialects()) {
    const cut_stream raw = cut(*api, streamed(), huge);
    BOOST_TEST((raw.passed == huge));
    BOOST_TEST(raw.ending.starts_with("\n\n"), raw.ending);
    const cut_stream whole = cut(*api, streamed(), ": nothing yet\n\n");
    BOOST_TEST(!whole.ending.starts_with("\n"), whole.ending);
  }
}

BOOST_FIXTURE_TEST_CASE(a_client_that_asked_for_usage_is_told_it_before_the_end, with_encodings) {
  const cut_stream seen =
      cut(*find_dialect("openai"), streamed(1, true), chunk(0, R"("content":" one")"));
  const auto usage_at = seen.ending.find(
      R"("choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,)");
  BOOST_TEST(usage_at != std::string::npos, seen.ending);
  BOOST_TEST(usage_at > seen.ending.find("\"length\""));
  BOOST_TEST(usage_at < seen.ending.find("[DONE]"));
}

BOOST_FIXTURE_TEST_CASE(a_tool_call_that_is_open_is_left_as_it_is, with_encodings) {
  const std::string before =
      chunk(0, R"("tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{\"a"}}])");
  const cut_stream seen = cut(*find_dialect("openai"), streamed(), before);
  BOOST_TEST(occurrences(seen.ending, "tool_calls") == 0, seen.ending);
  BOOST_TEST(occurrences(seen.ending, R"("finish_reason":"length")") == 1, seen.ending);
}

BOOST_FIXTURE_TEST_CASE(what_comes_after_the_cut_is_counted_and_not_passed_on, with_encodings) {
  const std::string more = chunk(0, R"("content":" two three")");
  const std::size_t half = more.size() / 2;
  const cut_stream seen = cut(*find_dialect("openai"), streamed(),
                              chunk(0, R"("content":" one")") + more.substr(0, half),
                              more.substr(half) + openai_stream);
  BOOST_TEST(seen.passed == chunk(0, R"("content":" one")"));
  BOOST_TEST(seen.counted == 5);
  BOOST_TEST(occurrences(seen.ending, R"("finish_reason":"length")") == 1, seen.ending);
}

BOOST_FIXTURE_TEST_CASE(an_anthropic_stream_cut_anywhere_closes_what_is_open, with_encodings) {
  for (std::size_t at = 0; at <= anthropic_stream.size(); ++at) {
    const cut_stream seen =
        cut(*find_dialect("anthropic"), streamed(), anthropic_stream.substr(0, at));
    const std::string whole = seen.passed + seen.ending;
    for (const auto* const one : {"event: message_start\n", "event: message_delta\n",
                                  "event: message_stop\n", "\"stop_reason\":\""}) {
      BOOST_TEST(occurrences(whole, one) == 1, one << " cut at " << at << ": " << whole);
    }
    BOOST_TEST(occurrences(whole, "event: content_block_start\n") ==
                   occurrences(whole, "event: content_block_stop\n"),
               "cut at " << at << ": " << whole);
    BOOST_TEST(occurrences(whole, "\n\n") == occurrences(whole, "data: "), "cut at " << at);
  }
}

BOOST_FIXTURE_TEST_CASE(an_anthropic_message_ends_for_want_of_tokens_with_its_usage,
                        with_encodings) {
  const std::string before =
      anthropic_stream.substr(0, anthropic_stream.find("event: content_block_stop"));
  const cut_stream seen = cut(*find_dialect("anthropic"), streamed(), before);
  BOOST_TEST(seen.ending == event("content_block_stop", "\"index\":0") +
                                event("message_delta",
                                      R"("delta":{"stop_reason":"max_tokens",)"
                                      R"("stop_sequence":null},"usage":{"output_tokens":5})") +
                                event("message_stop", ""));
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_generating_until_its_end_was_passed_on, with_encodings) {
  for (const auto& [api, stream, last] :
       {std::tuple{find_dialect("openai"), openai_stream, std::string("data: [DONE]")},
        std::tuple{find_dialect("anthropic"), anthropic_stream,
                   std::string("event: message_stop")}}) {
    const auto meter = api->meter_stream({"gpt-4o"}, streamed());
    std::string out;
    const std::size_t end = stream.find(last);
    meter->consume(stream.substr(0, end - 1), out);
    BOOST_TEST(meter->generating());
    meter->consume(stream.substr(end - 1), out);
    BOOST_TEST(!meter->generating());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
