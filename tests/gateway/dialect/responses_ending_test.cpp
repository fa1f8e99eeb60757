// Goal: a Responses stream that is cut anywhere ends as the provider's own would at its bound: each item and part that
// is open is closed once, under its own id, and no call of a tool is ever called complete. Method: a stream of text, one
// of a call, cut at every byte; the events are read as a client reads them.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/parts/event_stream.hpp"
#include "gateway/dialect/table.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(responses_ending_suite)

namespace {

using namespace stint;

std::string event(const std::string& type, int number, const std::string& fields) {
  return "event: " + type + "\ndata: {\"type\":\"" + type +
         "\",\"sequence_number\":" + std::to_string(number) + "," + fields + "}\n\n";
}

const std::string begun = event(
    "response.created", 0,
    R"("response":{"id":"resp_1","object":"response","created_at":7,"model":"gpt-5","status":"in_progress",)"
    R"("output":[],"usage":null,"tools":[],"metadata":{"a":"b"}})");
const std::string a_message =
    event(
        "response.output_item.added", 1,
        R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"})") +
    event(
        "response.content_part.added", 2,
        R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""})") +
    event("response.output_text.delta", 3,
          R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hel")") +
    event("response.output_text.delta", 4,
          R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":"lo \"x\"")");
const std::string message_end =
    event("response.output_text.done", 5,
          R"("item_id":"msg_1","output_index":0,"content_index":0,"text":"Hello \"x\"")") +
    event(
        "response.content_part.done", 6,
        R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hello \"x\""})") +
    event(
        "response.output_item.done", 7,
        R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant",)"
        R"("content":[{"type":"output_text","text":"Hello \"x\""}]})");
const std::string a_call =
    event(
        "response.output_item.added", 8,
        R"("output_index":1,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"",)"
        R"("call_id":"call_1","name":"weather"})") +
    event("response.function_call_arguments.delta", 9,
          R"("item_id":"fc_1","output_index":1,"delta":"{\"ci")") +
    event("response.function_call_arguments.delta", 10,
          R"("item_id":"fc_1","output_index":1,"delta":"ty")");
const std::string call_end =
    event("response.function_call_arguments.done", 11,
          R"("item_id":"fc_1","output_index":1,"arguments":"{\"city")") +
    event(
        "response.output_item.done", 12,
        R"("output_index":1,"item":{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"city",)"
        R"("call_id":"call_1","name":"weather"})");
const std::string all = begun + a_message + message_end + a_call + call_end;

usage used() {
  usage told;
  told.input_tokens = 7;
  told.cached_input_tokens = 3;
  told.output_tokens = 5;
  told.reasoning_tokens = 2;
  return told;
}

struct cut_stream {
  std::string passed;
  std::string ending;
};

cut_stream cut(const std::string& before, bool is_failure = false) {
  chat_request request;
  request.model = "gpt-5";
  request.stream = true;
  request.cut_is_failure = is_failure;
  const auto meter = find_dialect("responses")->meter_stream({"gpt-5"}, request);
  cut_stream out;
  meter->consume(before, out.passed);
  meter->stop_passing();
  meter->end_early(used(), out.ending);
  return out;
}

// Each event's data, minified.
std::vector<std::string> events_of(const std::string& bytes) {
  std::vector<std::string> data;
  event_stream events;
  simdjson::dom::parser parser;
  BOOST_TEST_REQUIRE(events.feed(bytes, [&](const stream_event& each) {
    if (!each.has_data) return;
    simdjson::dom::element root;
    BOOST_REQUIRE_MESSAGE(
        parser.parse(each.data.data(), each.data.size()).get(root) == simdjson::SUCCESS,
        std::string(each.data));
    std::string_view type;
    BOOST_REQUIRE(root["type"].get(type) == simdjson::SUCCESS);
    BOOST_TEST(type == each.type);
    data.push_back(simdjson::minify(root));
  }));
  BOOST_TEST(events.unfinished() == "");
  return data;
}

struct with_encodings {
  with_encodings() { tokenizer::load_builtin(); }
};

std::string value_at(const std::string& json, const std::string& pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element found;
  if (parser.parse(json).at_pointer(pointer).get(found) != simdjson::SUCCESS) return "<none>";
  return simdjson::minify(found);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_stream_cut_anywhere_closes_what_is_open_once, with_encodings) {
  for (std::size_t at = 0; at <= all.size(); ++at) {
    const cut_stream seen = cut(all.substr(0, at));
    std::map<std::string, int> times;
    std::int64_t number = -1;
    std::string last;
    for (const std::string& each : events_of(seen.passed + seen.ending)) {
      last = each;
      const std::string type = value_at(each, "/type");
      ++times[type];
      const std::int64_t next = std::stoll(value_at(each, "/sequence_number"));
      BOOST_TEST(next == number + 1, "cut at " << at << ": " << each);
      number = next;
    }
    BOOST_TEST(times["\"response.created\""] == 1, at);
    BOOST_TEST(times["\"response.incomplete\""] == 1, at);
    BOOST_TEST(times["\"response.output_item.added\""] == times["\"response.output_item.done\""],
               at);
    BOOST_TEST(times["\"response.content_part.added\""] == times["\"response.content_part.done\""],
               at);
    BOOST_TEST(times["\"response.content_part.added\""] == times["\"response.output_text.done\""],
               at);
    BOOST_TEST(value_at(last, "/type") == "\"response.incomplete\"", at);
    BOOST_TEST(value_at(last, "/response/status") == "\"incomplete\"", at);
    BOOST_TEST(value_at(last, "/response/incomplete_details/reason") == "\"max_output_tokens\"",
               at);
  }
}

BOOST_FIXTURE_TEST_CASE(the_last_event_is_of_the_same_response_with_its_text_and_usage,
                        with_encodings) {
  const auto events = events_of(cut(begun + a_message).ending);
  BOOST_TEST_REQUIRE(events.size() == 4);
  BOOST_TEST(value_at(events[0], "/text") == R"("Hello \"x\"")");
  BOOST_TEST(value_at(events[2], "/item/id") == "\"msg_1\"");
  BOOST_TEST(value_at(events[2], "/item/status") == "\"incomplete\"");
  BOOST_TEST(value_at(events[3], "/sequence_number") == "8");
  BOOST_TEST(value_at(events[3], "/response/id") == "\"resp_1\"");
  BOOST_TEST(value_at(events[3], "/response/metadata/a") == "\"b\"");
  BOOST_TEST(value_at(events[3], "/response/output/0/content/0/text") == R"("Hello \"x\"")");
  BOOST_TEST(
      value_at(events[3], "/response/usage") ==
      R"({"input_tokens":10,"input_tokens_details":{"cached_tokens":3,"cache_write_tokens":0},)"
      R"("output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15})");
}

// llama.cpp's have none: one delta is then as the other but for its text.
BOOST_FIXTURE_TEST_CASE(the_text_of_events_without_numbers_is_told_whole, with_encodings) {
  std::string deltas;
  std::string said;
  for (const char* word : {"one", " two", " three", " four", " five", " six"}) {
    said += word;
    deltas.append(
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",");
    deltas.append(R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")");
    deltas.append(word).append("\"}\n\n");
  }
  const std::string before =
      begun +
      event(
          "response.output_item.added", 1,
          R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"})") +
      event(
          "response.content_part.added", 2,
          R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""})") +
      deltas;
  const cut_stream seen = cut(before);
  BOOST_TEST(seen.passed == before);
  const auto events = events_of(seen.ending);
  BOOST_TEST_REQUIRE(events.size() == 4);
  BOOST_TEST(value_at(events[0], "/text") == "\"" + said + "\"");
  BOOST_TEST(value_at(events[3], "/response/output/0/content/0/text") == "\"" + said + "\"");
}

BOOST_FIXTURE_TEST_CASE(a_call_that_is_cut_is_never_called_complete, with_encodings) {
  const auto events = events_of(cut(begun + a_message + message_end + a_call).ending);
  BOOST_TEST_REQUIRE(events.size() == 3);
  BOOST_TEST(value_at(events[0], "/type") == "\"response.function_call_arguments.done\"");
  BOOST_TEST(value_at(events[0], "/arguments") == R"("{\"city")");
  BOOST_TEST(value_at(events[1], "/item/status") == "\"incomplete\"");
  BOOST_TEST(value_at(events[1], "/item/call_id") == "\"call_1\"");
  BOOST_TEST(value_at(events[2], "/response/output/0/status") == "\"completed\"");
  BOOST_TEST(value_at(events[2], "/response/output/1/status") == "\"incomplete\"");
}

// A custom tool takes a text and no arguments, and each kind is told whole by an event of its own name.
BOOST_FIXTURE_TEST_CASE(each_kind_of_call_ends_by_its_own_names, with_encodings) {
  for (const auto& [type, field, told] :
       {std::tuple<std::string, std::string, std::string>{"function_call", "arguments",
                                                          "response.function_call_arguments"},
        {"custom_tool_call", "input", "response.custom_tool_call_input"},
        {"mcp_call", "arguments", "response.mcp_call_arguments"}}) {
    BOOST_TEST_CONTEXT(type) {
      const std::string place = R"("item_id":"c_1","output_index":0,)";
      const std::string before =
          begun +
          event("response.output_item.added", 1,
                R"("output_index":0,"item":{"id":"c_1","type":")" + type +
                    R"(","status":"in_progress",")" + field + R"(":"","name":"run"})") +
          event(told + ".delta", 2, place + R"("delta":"ls")") +
          event(told + ".delta", 3, place + R"("delta":" -l")");
      const auto events = events_of(cut(before).ending);
      BOOST_TEST_REQUIRE(events.size() == 3);
      BOOST_TEST(value_at(events[0], "/type") == "\"" + told + ".done\"");
      BOOST_TEST(value_at(events[0], "/" + field) == "\"ls -l\"");
      BOOST_TEST(value_at(events[1], "/item/" + field) == "\"ls -l\"");
      BOOST_TEST(value_at(events[1], "/item/name") == "\"run\"");
      BOOST_TEST(value_at(events[1], "/item/status") == "\"incomplete\"");
      BOOST_TEST(value_at(events[2], "/response/output/0/" + field) == "\"ls -l\"");
      // It is not told a second time.
      const std::string whole = event(told + ".done", 4, place + "\"" + field + R"(":"ls -l")");
      const auto after = events_of(cut(before + whole).ending);
      BOOST_TEST_REQUIRE(after.size() == 2);
      BOOST_TEST(value_at(after[0], "/type") == "\"response.output_item.done\"");
      BOOST_TEST(value_at(after[0], "/item/" + field) == "\"ls -l\"");
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_refusal_that_is_cut_stays_a_refusal, with_encodings) {
  const std::string place = R"("item_id":"msg_1","output_index":0,"content_index":0,)";
  const std::string before =
      begun +
      event(
          "response.output_item.added", 1,
          R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"})") +
      event("response.content_part.added", 2, place + R"("part":{"type":"refusal","refusal":""})") +
      event("response.refusal.delta", 3, place + R"("delta":"I must")") +
      event("response.refusal.delta", 4, place + R"("delta":" not.")");
  const auto events = events_of(cut(before).ending);
  BOOST_TEST_REQUIRE(events.size() == 4);
  BOOST_TEST(value_at(events[0], "/type") == "\"response.refusal.done\"");
  BOOST_TEST(value_at(events[0], "/refusal") == "\"I must not.\"");
  BOOST_TEST(value_at(events[1], "/type") == "\"response.content_part.done\"");
  BOOST_TEST(value_at(events[1], "/part/type") == "\"refusal\"");
  BOOST_TEST(value_at(events[1], "/part/refusal") == "\"I must not.\"");
  BOOST_TEST(value_at(events[2], "/item/content/0/refusal") == "\"I must not.\"");
  BOOST_TEST(value_at(events[3], "/response/output/0/content/0/type") == "\"refusal\"");
  const std::string whole = event("response.refusal.done", 5, place + R"("refusal":"I must not.")");
  const auto after = events_of(cut(before + whole).ending);
  BOOST_TEST_REQUIRE(after.size() == 3);
  BOOST_TEST(value_at(after[0], "/type") == "\"response.content_part.done\"");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_would_try_again_is_told_of_want_of_quota, with_encodings) {
  for (const std::size_t at : {std::size_t{0}, begun.size(), all.size()}) {
    const auto events = events_of(cut(all.substr(0, at), true).ending);
    BOOST_TEST(value_at(events.back(), "/type") == "\"response.failed\"");
    BOOST_TEST(value_at(events.back(), "/response/status") == "\"failed\"");
    BOOST_TEST(value_at(events.back(), "/response/error/code") == "\"insufficient_quota\"");
  }
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_names_nothing_is_ended_by_the_model_that_was_asked,
                        with_encodings) {
  const auto events = events_of(cut("").ending);
  BOOST_TEST_REQUIRE(events.size() == 2);
  BOOST_TEST(value_at(events[0], "/type") == "\"response.created\"");
  BOOST_TEST(value_at(events[0], "/response/model") == "\"gpt-5\"");
  BOOST_TEST(value_at(events[1], "/response/id") == value_at(events[0], "/response/id"));
}

// A cut of ten thousand long streams must not cost what all of them said.
BOOST_FIXTURE_TEST_CASE(a_very_long_answer_is_ended_without_its_text, with_encodings) {
  std::string many = begun + a_message;
  for (int n = 5; n < 400; ++n) {
    many += event("response.output_text.delta", n,
                  R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")" +
                      std::string(1'000, 'a') + "\"");
  }
  const auto events = events_of(cut(many).ending);
  BOOST_TEST_REQUIRE(events.size() == 1);
  BOOST_TEST(value_at(events[0], "/sequence_number") == "400");
  BOOST_TEST(value_at(events[0], "/response/output") == "[]");
}

// What an item says is kept once, whether it came in deltas or, at its end, whole.
BOOST_FIXTURE_TEST_CASE(an_answer_is_kept_up_to_32_kib_of_text, with_encodings) {
  const auto said = [](std::size_t bytes) {
    const std::string text(bytes, 'a');
    return event(
               "response.output_item.added", 1,
               R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"})") +
           event(
               "response.content_part.added", 2,
               R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""})") +
           event("response.output_text.delta", 3,
                 R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")" + text + "\"");
  };
  const auto done = [](std::size_t bytes) {
    return event(
        "response.output_item.done", 4,
        R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant",)"
        R"("content":[{"type":"output_text","text":")" +
            std::string(bytes, 'a') + "\"}]}");
  };
  const auto text_of_end = [](const std::string& before) {
    return value_at(events_of(cut(before).ending).back(), "/response/output/0/content/0/text");
  };
  BOOST_TEST(text_of_end(begun + said(30'000)).size() == 30'002);
  BOOST_TEST(text_of_end(begun + said(30'000) + done(30'000)).size() == 30'002);
  BOOST_TEST(text_of_end(begun + said(40'000)) == "<none>");
  BOOST_TEST(text_of_end(begun + said(40'000) + done(40'000)) == "<none>");
}

BOOST_AUTO_TEST_SUITE_END()
