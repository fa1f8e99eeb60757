// Goal: a Gemini stream is metered alike in both its framings and however it is cut into reads; what it
// reports last holds; and one that is cut ends as the provider's own would, in the framing that it has,
// without anything that Google's clients cannot read. Method: streams as they were recorded, in short,
// fed whole and at every split.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/stream_check.hpp"

BOOST_AUTO_TEST_SUITE(gemini_stream_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const counted_model counted_as{"gemini-2.5-flash", true};

std::string chunk_of(const std::string& parts, const std::string& rest = "",
                     const std::string& usage = "") {
  return R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + rest +
         R"(,"index":0}],)" + (usage.empty() ? "" : "\"usageMetadata\":{" + usage + "},") +
         R"("modelVersion":"gemini-2.5-flash-001","responseId":"r1"})";
}
std::string said(const std::string& text) {
  return "{\"text\":\"" + text + "\"}";
}
std::string counts(int prompt, int candidates, int thoughts = 0) {
  std::string told = "\"promptTokenCount\":" + std::to_string(prompt);
  if (candidates > 0) told += ",\"candidatesTokenCount\":" + std::to_string(candidates);
  if (thoughts > 0) told += ",\"thoughtsTokenCount\":" + std::to_string(thoughts);
  return told + ",\"totalTokenCount\":" + std::to_string(prompt + candidates + thoughts);
}

std::string as_events(const std::vector<std::string>& chunks) {
  std::string out;
  for (const std::string& each : chunks)
    out += "data: " + each + "\r\n\r\n";
  return out;
}
std::string as_array(const std::vector<std::string>& chunks) {
  std::string out;
  for (const std::string& each : chunks)
    out += (out.empty() ? "[" : "\n,\r\n") + each;
  return out + "\n]\n";
}

chat_request streamed_gemini(bool array, std::int64_t candidates = 1) {
  chat_request request;
  request.stream = true;
  request.form = array ? gemini_array_form : 0;
  request.answers = request.choices = candidates;
  return request;
}

const std::vector<std::string> recorded = {
    chunk_of(said("The"), "", counts(9, 1, 20)),
    chunk_of(said(" time has"), "", counts(9, 3, 20)),
    chunk_of(said(" come"), R"(,"finishReason":"STOP")", counts(8, 4, 20)),
};

// Of what was passed on: the chunks, whatever their framing.
std::vector<std::string> chunks_in(const std::string& text, bool array) {
  std::vector<std::string> found;
  if (array) {
    simdjson::dom::parser parser;
    simdjson::dom::array all;
    BOOST_REQUIRE_MESSAGE(parser.parse(text).get(all) == simdjson::SUCCESS, text);
    for (const simdjson::dom::element each : all)
      found.push_back(simdjson::minify(each));
    return found;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    // As google-genai reads it: each event is one line that begins so, exactly.
    BOOST_REQUIRE_MESSAGE(rest.starts_with("data: {"), rest);
    const std::size_t end = rest.find_first_of("\r\n");
    found.emplace_back(rest.substr(6, end - 6));
    rest.remove_prefix(end);
    rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(both_framings_are_metered_alike) {
  for (const bool array : {false, true}) {
    const std::string bytes = array ? as_array(recorded) : as_events(recorded);
    const stream_outcome seen =
        stream(gemini_generate(), streamed_gemini(array), {bytes}, counted_as);
    BOOST_TEST(spelled(seen.report, seen.implausible) == "8 0 0 0 0 24 20 0 0");
    BOOST_TEST(seen.report->model == "gemini-2.5-flash-001");
    BOOST_TEST(seen.passed + seen.released == bytes);
    BOOST_TEST(seen.counted == 4);
    BOOST_TEST(seen.complete == array);  // events have no terminator
    BOOST_TEST(!seen.error);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_is_the_same_however_it_is_cut) {
  check_every_split(gemini_generate(), streamed_gemini(false), as_events(recorded));
  check_every_split(gemini_generate(), streamed_gemini(true), as_array(recorded));
  // What was asked for as one and came as the other.
  check_every_split(gemini_generate(), streamed_gemini(false), as_array(recorded));
  check_every_split(gemini_generate(), streamed_gemini(true), as_events(recorded));
}

BOOST_AUTO_TEST_CASE(a_count_of_the_prompt_alone_is_no_report_of_what_was_generated) {
  const std::vector<std::string> chunks = {chunk_of(said("The"), "", counts(9, 0)),
                                           chunk_of(said(" time"), "", counts(9, 0))};
  const stream_outcome seen =
      stream(gemini_generate(), streamed_gemini(false), {as_events(chunks)}, counted_as);
  BOOST_TEST(!seen.report.has_value());
  BOOST_TEST(seen.input->input_tokens == 9);
  BOOST_TEST(seen.counted == 2);
  std::vector<std::string> ended = chunks;
  ended.push_back(chunk_of(said(" come"), R"(,"finishReason":"STOP")", counts(9, 5)));
  const stream_outcome whole =
      stream(gemini_generate(), streamed_gemini(false), {as_events(ended)}, counted_as);
  BOOST_TEST(spelled(whole.report, false) == "9 0 0 0 0 5 0 0 0");
}

BOOST_AUTO_TEST_CASE(a_prompt_that_was_told_stays_when_the_last_chunk_leaves_it_out) {
  const std::string output_alone = R"("candidatesTokenCount":18,"thoughtsTokenCount":58)";
  const std::string last = chunk_of(said(" time"), R"(,"finishReason":"STOP")", output_alone);
  const stream_outcome seen =
      stream(gemini_generate(), streamed_gemini(false),
             {as_events({chunk_of(said("The"), "", counts(9, 1)), last})}, counted_as);
  BOOST_TEST(spelled(seen.report, false) == "9 0 0 0 0 76 58 0 0");
  BOOST_TEST(seen.report->tells_input);
  BOOST_TEST(seen.input->input_tokens == 9);
  const stream_outcome untold =
      stream(gemini_generate(), streamed_gemini(false), {as_events({last})}, counted_as);
  BOOST_TEST(spelled(untold.report, false) == "0 0 0 0 0 76 58 0 0");
  BOOST_TEST(!untold.report->tells_input);
  BOOST_TEST(!untold.input.has_value());
}

BOOST_AUTO_TEST_CASE(the_kind_of_traffic_alone_is_no_report) {
  const std::vector<std::string> chunks = {
      chunk_of(said("The"), "", R"("trafficType":"ON_DEMAND")"),
      chunk_of(said(" time"), R"(,"finishReason":1)", counts(3, 2) + R"(,"trafficType":1)")};
  const stream_outcome seen =
      stream(gemini_generate(), streamed_gemini(false), {as_events(chunks)}, counted_as);
  BOOST_TEST(spelled(seen.report, false) == "3 0 0 0 0 2 0 0 0");
  const stream_outcome early =
      stream(gemini_generate(), streamed_gemini(false), {as_events({chunks[0]})}, counted_as);
  BOOST_TEST(!early.report.has_value());
  BOOST_TEST(!early.input.has_value());
}

BOOST_AUTO_TEST_CASE(text_behind_a_stop_is_generated_too) {
  const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(false));
  std::string out;
  meter->consume(as_events({chunk_of(said("a"), R"(,"finishReason":"STOP")", counts(3, 1))}), out);
  BOOST_TEST(!meter->generating());
  meter->consume(as_events({chunk_of(said(" b"), "", counts(3, 2))}), out);
  BOOST_TEST(meter->generating());
  // Empty text and grounds that come behind are none.
  meter->consume(as_events({chunk_of(said(" c"), R"(,"finishReason":"STOP")", counts(3, 3)),
                            chunk_of(said(""), R"(,"groundingMetadata":{})", counts(3, 3))}),
                 out);
  BOOST_TEST(!meter->generating());
  BOOST_TEST(meter->reported()->used.output_tokens == 3);
}

BOOST_AUTO_TEST_CASE(a_cut_stream_ends_as_at_the_bound_in_its_own_framing) {
  usage used;
  used.input_tokens = 7;
  used.cached_input_tokens = 2;
  used.output_tokens = 25;
  used.reasoning_tokens = 20;
  for (const bool array : {false, true}) {
    const std::string bytes = array ? as_array(recorded) : as_events(recorded);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(array));
      std::string passed;
      meter->consume(bytes.substr(0, at), passed);
      const bool was_generating = meter->generating();
      meter->stop_passing();
      std::string dropped;
      meter->consume(bytes.substr(at), dropped);
      BOOST_REQUIRE(dropped.empty());
      meter->end_early(used, passed);
      const auto chunks = chunks_in(passed, array);
      BOOST_REQUIRE(!chunks.empty());
      const std::string& last = chunks.back();
      const bool names_end = last.find(R"("finishReason":"MAX_TOKENS")") != std::string::npos;
      BOOST_REQUIRE_MESSAGE(names_end == was_generating, last);
      BOOST_REQUIRE(
          last.find(R"("promptTokenCount":9,"cachedContentTokenCount":2,)"
                    R"("candidatesTokenCount":5,"thoughtsTokenCount":20,"totalTokenCount":34)") !=
          std::string::npos);
      if (chunks.size() > 1) BOOST_REQUIRE(last.find(R"("responseId":"r1")") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_candidate_that_is_open_is_ended) {
  const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(false, 3));
  std::string passed;
  meter->consume(
      as_events(
          {R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","index":1},)"
           R"({"content":{"parts":[{"text":"b"}]},"index":0}]})"}),
      passed);
  std::string ending;
  meter->end_early(usage{}, ending);
  BOOST_TEST(ending.find(R"("index":0})") != std::string::npos);
  BOOST_TEST(ending.find(R"("index":1})") == std::string::npos);
  BOOST_TEST(ending.find(R"("index":2})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_that_broke_off_tells_it_in_its_own_framing) {
  const std::string event =
      gemini_generate().error_event(make_problem(problem_kind::upstream_reset, "gone"), call_id{});
  const std::string& first = recorded[0];
  for (const bool array : {false, true}) {
    const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(array));
    std::string passed;
    const std::string bytes = array ? as_array(recorded) : as_events(recorded);
    meter->consume(bytes.substr(0, bytes.find("has")), passed);
    meter->end_in_error(event, passed);
    const auto chunks = chunks_in(passed, array);
    BOOST_REQUIRE(chunks.size() == 2);
    BOOST_TEST(chunks[0] == first);
    BOOST_TEST(chunks[1].starts_with(R"({"error":{"code":502)"));
  }
  const auto nothing_came = gemini_generate().meter_stream(counted_as, streamed_gemini(true));
  std::string alone;
  nothing_came->end_in_error(event, alone);
  BOOST_TEST(chunks_in(alone, true).size() == 1);
}

BOOST_AUTO_TEST_CASE(an_error_in_a_stream_is_seen_in_both_framings) {
  const std::string error = R"({"error":{"code":503,"message":"m","status":"UNAVAILABLE"}})";
  for (const bool array : {false, true}) {
    const std::vector<std::string> chunks = {error};
    const std::string bytes = array ? as_array(chunks) : as_events(chunks);
    const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(false));
    std::string passed;
    meter->consume(bytes, passed);
    BOOST_TEST(meter->saw_error());
    BOOST_TEST(meter->failed_at_once());
  }
  // One that is no stream at all, although it says so.
  const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(false));
  std::string passed;
  meter->consume(error + "\n", passed);
  BOOST_TEST(meter->plain_answer() == error + "\n");
}

BOOST_AUTO_TEST_CASE(a_prompt_that_was_refused_has_no_candidates_to_end) {
  const auto meter = gemini_generate().meter_stream(counted_as, streamed_gemini(false));
  std::string passed;
  meter->consume(as_events({R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{)" +
                            counts(4, 0) + "}}"}),
                 passed);
  BOOST_TEST(!meter->generating());
  BOOST_TEST(spelled(meter->reported(), false) == "4 0 0 0 0 0 0 0 0");
}

BOOST_AUTO_TEST_SUITE_END()
