// Goal: what an Anthropic call bills is read right from whole answers and from streams, whose usage
// is cumulative. Method: the rows of the usage rules as vectors; a recorded stream cut at every
// byte.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"
#include "gateway/dialect/stream_check.hpp"
#include "gateway/vector_file.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(anthropic_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& anthropic() {
  return *find_dialect("anthropic");
}

chat_request read(const std::string& fields) {
  return accepted_request(anthropic(),
                          R"({"model":"claude-x","messages":[],"max_tokens":100)" + fields + "}");
}

std::string event(const std::string& type, const std::string& rest) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" +
         (rest.empty() ? "" : "," + rest) + "}\n\n";
}
std::string start(const std::string& usage) {
  return event(
      "message_start",
      R"("message":{"id":"m","type":"message","role":"assistant","model":"claude-x-1","content":[],"usage":)" +
          usage + "}");
}
std::string text(const std::string& piece, int index = 0) {
  return event("content_block_delta", "\"index\":" + std::to_string(index) +
                                          R"(,"delta":{"type":"text_delta","text":")" + piece +
                                          "\"}");
}
std::string finish(const std::string& usage) {
  return event("message_delta", R"("delta":{"stop_reason":"end_turn"},"usage":)" + usage);
}
const std::string opened =
    event("content_block_start", R"("index":0,"content_block":{"type":"text","text":""})") +
    event("ping", "");
const std::string stop = event("message_stop", "");

// Counted without the factor that stands for Anthropic's own vocabulary, so that figures are exact.
stream_outcome follow(const std::string& bytes) {
  return stream(anthropic(), chat_request{}, {bytes}, {"claude-sonnet-4-5", true});
}

}  // namespace

BOOST_DATA_TEST_CASE(usage_is_normalised, read_vectors("anthropic_usage.txt"), row) {
  bool implausible = false;
  const auto report = anthropic().read_answer(
      R"({"type":"message","model":"m","usage":)" + row.fields.at(1) + "}", implausible);
  BOOST_TEST(spelled(report, implausible) == row.fields.at(2));
  const stream_outcome seen = follow(start(row.fields[1]) + opened + finish(row.fields[1]) + stop);
  BOOST_TEST(spelled(seen.report, seen.implausible) == row.fields.at(2));
}

BOOST_AUTO_TEST_CASE(tier_and_speed_are_those_of_the_answer) {
  bool implausible = false;
  const auto tier = [&](const std::string& fields) {
    return anthropic()
        .read_answer(R"({"usage":{"input_tokens":1,"output_tokens":1,)" + fields + "}}",
                     implausible)
        ->tier;
  };
  BOOST_TEST((tier(R"("service_tier":"priority")") == service_tier::priority));
  BOOST_TEST((tier(R"("service_tier":"batch")") == service_tier::batch));
  BOOST_TEST((tier(R"("service_tier":"standard","speed":"fast")") == service_tier::fast));
  BOOST_TEST((tier(R"("service_tier":null)") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(billing_fields_are_read) {
  const chat_request plain = read("");
  BOOST_TEST(plain.model == "claude-x");
  BOOST_TEST(*plain.output_bound_tokens == 100);
  BOOST_TEST(!plain.cache_write_5m);
  BOOST_TEST(!plain.cache_write_1h);
  BOOST_TEST(plain.web_searches_max == 0);
  const chat_request full = read(
      R"(,"stream":true,"metadata":{"user_id":"u1"},"service_tier":"auto",)"
      R"("thinking":{"type":"enabled","budget_tokens":50},)"
      R"("system":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}],)"
      R"("tools":[{"type":"web_search_20250305","name":"web_search","max_uses":3},{"name":"f",)"
      R"("input_schema":{},"cache_control":{"type":"ephemeral","ttl":"1h"}}])");
  BOOST_TEST(full.stream);
  BOOST_TEST(full.user == "u1");
  BOOST_TEST((full.tier == service_tier::standard));
  BOOST_TEST(*full.output_bound_tokens == 100);
  BOOST_TEST(full.cache_write_5m);
  BOOST_TEST(full.cache_write_1h);
  BOOST_TEST(full.web_searches_max == 3);
  BOOST_TEST((read(R"(,"speed":"fast")").tier == service_tier::fast));
  BOOST_TEST(
      read(R"(,"tools":[{"type":"web_search_20250305","name":"web_search"}])").web_searches_max >
      5);
  BOOST_TEST(read(R"(,"cache_control":{"type":"ephemeral"})").cache_write_5m);
  BOOST_TEST(!anthropic().edit_body("{}", full));
}

BOOST_AUTO_TEST_CASE(an_advisor_reads_everything_beside_the_answer) {
  const auto advice = [](const std::string& more) {
    const std::string fields = R"({"type":"advisor_20260301","name":"advisor",)" + more + "}";
    return read(R"(,"tools":[)" + fields + "]").beside;
  };
  const auto bounded = advice(R"("model":"claude-opus-x","max_uses":3,"max_tokens":1024)");
  BOOST_TEST_REQUIRE(bounded.size() == 1U);
  BOOST_TEST(bounded[0].model == "claude-opus-x");
  BOOST_TEST(bounded[0].times == 3);
  BOOST_TEST(bounded[0].output_tokens == 1'024);
  BOOST_TEST(bounded[0].added_tokens >= 1'700);
  BOOST_TEST(bounded[0].from_prompt_tokens == 0);
  BOOST_TEST(bounded[0].answers_anew);
  const auto usual = advice(R"("model":"claude-opus-x")");
  BOOST_TEST_REQUIRE(usual.size() == 1U);
  BOOST_TEST(usual[0].times == 2);
  BOOST_TEST(usual[0].output_tokens == 4'096);
  BOOST_TEST(advice(R"("model":"m","max_uses":1000)")[0].times == 10);  // a loop's rounds
  BOOST_TEST(advice(R"("model":"m","max_uses":0)").empty());
}

BOOST_AUTO_TEST_CASE(a_conversation_that_is_summed_up_is_read_for_it_beside_the_answer) {
  const auto summed = [](const std::string& edits) {
    return read(R"(,"context_management":{"edits":[)" + edits + "]}").beside;
  };
  const auto usual = summed(R"({"type":"clear_thinking_20251015"},{"type":"compact_20260112"})");
  BOOST_TEST_REQUIRE(usual.size() == 1U);
  BOOST_TEST(usual[0].model == "");
  BOOST_TEST(usual[0].times == 1);
  BOOST_TEST(usual[0].from_prompt_tokens == 150'000);
  BOOST_TEST(usual[0].output_tokens >= 592);
  BOOST_TEST(usual[0].prompt_parts == 2);
  BOOST_TEST(usual[0].added_tokens > usual[0].output_tokens);  // the sum is read, too
  BOOST_TEST(!usual[0].answers_anew);
  const auto early =
      summed(R"({"type":"compact_20260112","trigger":{"type":"input_tokens","value":50000}})");
  BOOST_TEST(early[0].from_prompt_tokens == 50'000);
  BOOST_TEST(summed(R"({"type":"clear_tool_uses_20250919"})").empty());
  BOOST_TEST(early[0].prompt_tokens_min == 0);
  // What is not summed up is read again: 300 bytes of text, and the quotes.
  BOOST_TEST(read(R"(,"context_management":{"edits":[{"type":"compact_20260112"}]},"system":")" +
                  std::string(298, 's') + "\"")
                 .beside[0]
                 .prompt_tokens_min == 100);
  BOOST_TEST(read(R"(,"context_management":null)").beside.empty());
  BOOST_TEST(read(R"(,"compaction":{"type":"summarize"})").beside.empty());  // is the call itself
}

// Before: ten pages of 100,000 tokens were held as 5.5 million, where a tool without bounds held 20,000.
BOOST_AUTO_TEST_CASE(pages_that_are_fetched_are_hidden_input_whatever_bounds_them) {
  const auto fetched = [](const std::string& more) {
    return read(R"(,"tools":[{"type":"web_fetch_20250910","name":"web_fetch")" + more + "}]");
  };
  for (const char* bounds :
       {"", R"(,"max_uses":3)", R"(,"max_uses":10,"max_content_tokens":100000)"}) {
    BOOST_TEST(fetched(bounds).beside.empty());
    BOOST_TEST(fetched(bounds).has_tools);
  }
}

BOOST_AUTO_TEST_CASE(max_tokens_may_be_zero_to_warm_a_cache) {
  simdjson::dom::parser parser;
  const simdjson::dom::element document =
      parser.parse(std::string_view(R"({"model":"c","messages":[],"max_tokens":0})"));
  const auto request = anthropic().read_request(document, {});
  BOOST_REQUIRE(request.has_value());
  BOOST_TEST(*request->output_bound_tokens == 0);
}

BOOST_AUTO_TEST_CASE(cumulative_usage_overwrites_field_by_field) {
  const std::string bytes =
      start(
          R"({"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":7,)"
          R"("cache_creation":{"ephemeral_1h_input_tokens":5},"output_tokens":1,"service_tier":"priority"})") +
      opened + text("Hello") + finish(R"({"output_tokens":3})") +
      finish(
          R"({"input_tokens":12,"output_tokens":9,"server_tool_use":{"web_search_requests":2}})") +
      stop;
  const stream_outcome seen = follow(bytes);
  BOOST_TEST(spelled(seen.report, seen.implausible) == "12 7 0 5 0 9 0 0 2");
  BOOST_TEST(seen.report->model == "claude-x-1");
  BOOST_TEST((seen.report->tier == service_tier::priority));
  BOOST_TEST(seen.complete);
  BOOST_TEST(seen.passed + seen.released == bytes);
  BOOST_TEST(seen.released == stop);
}

BOOST_AUTO_TEST_CASE(a_zero_at_the_end_does_not_erase_what_the_start_told) {
  const std::string begin =
      start(R"({"input_tokens":1500,"cache_creation_input_tokens":40,"cache_read_input_tokens":70,)"
            R"("cache_creation":{"ephemeral_1h_input_tokens":30},"output_tokens":1})");
  const auto ended_by = [&](const std::string& usage) {
    const stream_outcome seen = follow(begin + opened + text("Hello") + finish(usage) + stop);
    return spelled(seen.report, seen.implausible);
  };
  BOOST_TEST(ended_by(R"({"input_tokens":0,"output_tokens":9})") == "1500 70 10 30 0 9 0 0 0");
  BOOST_TEST(ended_by(R"({"input_tokens":0,"cache_creation_input_tokens":0,)"
                      R"("cache_read_input_tokens":0,"cache_creation":)"
                      R"({"ephemeral_1h_input_tokens":0},"output_tokens":9})") ==
             "1500 70 10 30 0 9 0 0 0");
  BOOST_TEST(ended_by(R"({"input_tokens":1600,"cache_read_input_tokens":90,"output_tokens":9})") ==
             "1600 90 10 30 0 9 0 0 0");
  // Of the output the last figure holds, whatever it is.
  BOOST_TEST(ended_by(R"({"output_tokens":0})") == "1500 70 10 30 0 0 0 0 0");
}

BOOST_AUTO_TEST_CASE(where_it_was_computed_is_told_by_the_answer) {
  bool implausible = false;
  const auto region = [&](const std::string& fields) {
    return anthropic()
        .read_answer(R"({"usage":{"input_tokens":1,"output_tokens":1)" + fields + "}}", implausible)
        ->region;
  };
  BOOST_TEST((region(R"(,"inference_geo":"us")") == inference_region::us));
  BOOST_TEST((region(R"(,"inference_geo":"global")") == inference_region::any));
  BOOST_TEST((region("") == std::nullopt));
  BOOST_TEST((read(R"(,"inference_geo":"us")").region == inference_region::us));
  BOOST_TEST((read(R"(,"inference_geo":"eu")").region == inference_region::any));
  BOOST_TEST((read("").region == inference_region::any));
}

BOOST_AUTO_TEST_CASE(a_model_that_takes_over_in_a_stream_is_the_one_that_serves) {
  const std::string fallback = event(
      "content_block_start",
      R"("index":0,"content_block":{"type":"fallback","from":{"model":"claude-x-1"},"to":{"model":"claude-y-2"}})");
  const std::string bytes =
      start(R"({"input_tokens":408,"output_tokens":1})") + fallback +
      event("content_block_stop", R"("index":0)") +
      event("content_block_start", R"("index":1,"content_block":{"type":"text","text":""})") +
      text("Hello", 1) + finish(R"({"input_tokens":412,"output_tokens":264})") + stop;
  const stream_outcome seen = follow(bytes);
  BOOST_TEST_REQUIRE(seen.report.has_value());
  BOOST_TEST(seen.report->model == "claude-y-2");
  BOOST_TEST(spelled(seen.report, false) == "412 0 0 0 0 264 0 0 0");
  // Without lines that name the events, too.
  std::string bare;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find('\n', at) + 1;
    if (bytes.compare(at, 6, "event:") != 0) bare += bytes.substr(at, end - at);
    at = end;
  }
  BOOST_TEST(follow(bare).report->model == "claude-y-2");
}

BOOST_AUTO_TEST_CASE(a_refusal_before_any_output_is_free_but_for_three_categories) {
  bool implausible = false;
  const auto is_free = [&](const std::string& content, const std::string& fields) {
    return anthropic()
        .read_answer(R"({"type":"message","content":)" + content + "," + fields +
                         R"(,"usage":{"input_tokens":18,"output_tokens":5}})",
                     implausible)
        ->is_free;
  };
  const std::string refused = R"("stop_reason":"refusal")";
  const std::string said = R"([{"type":"text","text":"No"}])";
  BOOST_TEST(is_free("[]", refused));
  BOOST_TEST(is_free("[]", refused + R"(,"stop_details":null)"));
  BOOST_TEST(is_free("[]", refused + R"(,"stop_details":{"category":"cyber"})"));
  for (const std::string category : {"bio", "frontier_llm", "reasoning_extraction"})
    BOOST_TEST(!is_free("[]", refused + R"(,"stop_details":{"category":")" + category + "\"}"));
  BOOST_TEST(!is_free(said, refused));
  BOOST_TEST(!is_free("[]", R"("stop_reason":"end_turn")"));
  // In a stream the same.
  const std::string begin = start(R"({"input_tokens":18,"output_tokens":1})");
  const auto refuse = [](const std::string& details) {
    return event("message_delta", R"("delta":{"stop_reason":"refusal")" + details +
                                      R"(},"usage":{"output_tokens":5})");
  };
  BOOST_TEST(follow(begin + refuse("") + stop).report->is_free);
  BOOST_TEST(
      !follow(begin + refuse(R"(,"stop_details":{"category":"bio"})") + stop).report->is_free);
  BOOST_TEST(!follow(begin + opened + text("No") + refuse("") + stop).report->is_free);
  BOOST_TEST(spelled(follow(begin + refuse("") + stop).report, false) == "18 0 0 0 0 5 0 0 0");
}

BOOST_AUTO_TEST_CASE(an_input_beyond_belief_is_no_report) {
  chat_request request;
  request.input_believed_max = 1'000;
  const auto meter = anthropic().meter_stream({"claude-sonnet-4-5", true}, request);
  std::string out;
  meter->consume(start(R"({"input_tokens":900000000,"output_tokens":1})"), out);
  BOOST_TEST(!meter->reported_input().has_value());
  BOOST_TEST(meter->saw_implausible_usage());
}

BOOST_AUTO_TEST_CASE(models_that_may_take_over_keep_within_what_is_held) {
  const chat_request one =
      read(R"(,"fallbacks":[{"model":"claude-y","max_tokens":60},{"model":"claude-z"}])");
  BOOST_TEST_REQUIRE(one.other_models.size() == 2U);
  BOOST_TEST(one.other_models[0] == "claude-y");
  BOOST_TEST(*one.output_bound_tokens == 100);
  BOOST_TEST(one.thinking_tokens == 60);  // the bound is not lowered below it
  BOOST_TEST((one.tier == service_tier::standard));
  BOOST_TEST(
      (read(R"(,"fallbacks":[{"model":"claude-y","speed":"fast"}])").tier == service_tier::fast));
  BOOST_TEST(read(R"(,"fallbacks":"default")").other_models.empty());
}

BOOST_AUTO_TEST_CASE(tools_may_have_the_model_asked_again) {
  BOOST_TEST(!read("").has_tools);
  BOOST_TEST(!read(R"(,"tools":[])").has_tools);
  BOOST_TEST(read(R"(,"tools":[{"name":"f","input_schema":{}}])").has_tools);
  BOOST_TEST(read(R"(,"mcp_servers":[{"url":"https://x"}])").has_tools);
}

BOOST_AUTO_TEST_CASE(the_start_tells_the_input_and_not_the_output) {
  const stream_outcome seen =
      follow(start(R"({"input_tokens":10,"cache_read_input_tokens":7,"output_tokens":1})") +
             opened + text("Hello") + text(" world"));
  BOOST_TEST(!seen.report);
  BOOST_REQUIRE(seen.input);
  BOOST_TEST(spelled(*seen.input) == "10 7 0 0 0 0 0 0 0");
  BOOST_TEST(seen.counted == 2);
  BOOST_TEST(!seen.complete);
  BOOST_TEST(!follow(text("Hello")).input);
}

BOOST_AUTO_TEST_CASE(text_after_the_last_figure_makes_it_stale) {
  const std::string head = start(R"({"input_tokens":10,"output_tokens":1})") + text("Hello") +
                           finish(R"({"output_tokens":1})");
  BOOST_TEST(follow(head).report.has_value());
  BOOST_TEST(!follow(head + text(" world")).report.has_value());
  BOOST_TEST(follow(head + event("ping", "") + stop).report.has_value());
  BOOST_TEST(spelled(follow(head + text(" world") + finish(R"({"output_tokens":2})")).report,
                     false) == "10 0 0 0 0 2 0 0 0");
}

BOOST_AUTO_TEST_CASE(garbage_usage_is_never_returned) {
  const stream_outcome seen = follow(start(R"({"input_tokens":-10,"output_tokens":1})") +
                                     text("Hello") + finish(R"({"output_tokens":1})") + stop);
  BOOST_TEST(!seen.report);
  BOOST_TEST(!seen.input);
  BOOST_TEST(seen.implausible);
  BOOST_TEST(seen.counted == 1);
}

BOOST_AUTO_TEST_CASE(the_terminator_is_recognised_by_type_only) {
  const std::string quoted =
      text("message_stop") +
      event("content_block_delta",
            R"("index":0,"delta":{"type":"text_delta","text":"{\"type\":\"message_stop\"}"})");
  const stream_outcome seen = follow(quoted);
  BOOST_TEST(!seen.complete);
  BOOST_TEST(seen.passed == quoted);
  const stream_outcome bare = follow("event: message_stop\ndata: {\"type\":\"message_stop\"}");
  BOOST_TEST(bare.complete);
  BOOST_TEST(bare.released == "event: message_stop\ndata: {\"type\":\"message_stop\"}");
}

BOOST_AUTO_TEST_CASE(every_text_is_counted) {
  const std::string bytes =
      event("content_block_start",
            R"("index":0,"content_block":{"type":"thinking","thinking":""})") +
      event("content_block_delta",
            R"("index":0,"delta":{"type":"thinking_delta","thinking":"Let me th"})") +
      event("content_block_delta",
            R"("index":0,"delta":{"type":"thinking_delta","thinking":"ink"})") +
      event("content_block_delta",
            R"("index":0,"delta":{"type":"signature_delta","signature":"AAAABBBBCCCC"})") +
      text("Hello", 1) +
      event(
          "content_block_start",
          R"("index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{}})") +
      event("content_block_delta",
            R"("index":2,"delta":{"type":"input_json_delta","partial_json":"{\"city\": \"Par"})") +
      event("content_block_delta",
            R"("index":2,"delta":{"type":"input_json_delta","partial_json":"is\"}"})");
  std::int64_t expected = 0;
  for (const char* piece : {"Let me think", "Hello", "get_weather", "{\"city\": \"Paris\"}"})
    expected += tokenizer::o200k_base().count(piece);
  BOOST_TEST(follow(bytes).counted == expected);
  const std::string whole =
      R"({"content":[{"type":"thinking","thinking":"Let me think","signature":"AAAA"},)"
      R"({"type":"text","text":"Hello"},)"
      R"({"type":"tool_use","id":"t","name":"get_weather","input":{"city":"Paris"}}]})";
  std::int64_t whole_expected = 0;
  for (const char* piece : {"Let me think", "Hello", "get_weather", "{\"city\":\"Paris\"}"})
    whole_expected += tokenizer::o200k_base().count(piece);
  BOOST_TEST(anthropic().count_answer(whole, {"claude-sonnet-4-5", true}) == whole_expected);
}

BOOST_AUTO_TEST_CASE(the_outcome_is_the_same_for_every_split_point) {
  const std::string bytes = start(R"({"input_tokens":10,"output_tokens":1})") + opened +
                            text("caf\xC3\xA9 \\ud83d\\ude00") + finish(R"({"output_tokens":4})") +
                            stop;
  check_every_split(anthropic(), chat_request{}, bytes);
  std::string crlf;
  for (const char c : bytes)
    crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  check_every_split(anthropic(), chat_request{}, crlf);
}

BOOST_AUTO_TEST_CASE(the_bound_is_lowered_in_place) {
  BOOST_TEST(anthropic().lower_output_bound(R"({"max_tokens" : 500 ,"model":"m"})", "m", 20) ==
             R"({"max_tokens" : 20 ,"model":"m"})");
}

BOOST_AUTO_TEST_CASE(thinking_hides_output_and_has_its_budget_in_the_bound) {
  const auto thinking = [](const std::string& how) { return read(",\"thinking\":" + how); };
  const chat_request on = thinking(R"({"type":"enabled","budget_tokens":64})");
  BOOST_TEST(on.hides_output);
  BOOST_TEST(on.thinking_tokens == 64);
  BOOST_TEST(thinking(R"({"type":"adaptive"})").hides_output);
  const chat_request off = thinking(R"({"type":"disabled"})");
  BOOST_TEST(!off.hides_output);
  BOOST_TEST(off.thinking_tokens == 0);
}

BOOST_AUTO_TEST_SUITE_END()
