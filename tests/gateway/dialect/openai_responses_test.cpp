// Goal: a Responses request is read for all that bills, what nobody could meter is refused by its name, and every
// answer is metered once: by its usage, or by its deltas. Method: events as they were recorded, cut at every byte.
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"
#include "gateway/dialect/stream_check.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(openai_responses_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& responses() {
  return *find_dialect("responses");
}

chat_request read(const std::string& fields) {
  return accepted_request(responses(), R"({"model":"gpt-5","input":"hi")" + fields + "}");
}

std::string refused(const std::string& body) {
  static simdjson::dom::parser parser;
  const auto request = responses().read_request(parser.parse(body), call_target{});
  return request ? "accepted" : request.error().param;
}
std::string refused_with(const std::string& fields) {
  return refused(R"({"model":"gpt-5","input":"hi")" + fields + "}");
}

std::string event(const std::string& type, int number, const std::string& fields) {
  return "event: " + type + "\ndata: {\"type\":\"" + type +
         "\",\"sequence_number\":" + std::to_string(number) + "," + fields + "}\n\n";
}
std::string response(const std::string& status, const std::string& more) {
  return R"("response":{"id":"resp_1","object":"response","created_at":7,"model":"gpt-5-2025-08-07",)"
         R"("status":")" +
         status + "\"," + more + "}";
}
const std::string told_usage =
    R"("usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":64,"cache_write_tokens":16},)"
    R"("output_tokens":9,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":109})";
const std::string begun =
    event("response.created", 0,
          response("in_progress", R"("service_tier":"auto","output":[],"usage":null)")) +
    event("response.in_progress", 1, response("in_progress", R"("output":[],"usage":null)"));
const std::string message_added =
    event(
        "response.output_item.added", 2,
        R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"})") +
    event(
        "response.content_part.added", 3,
        R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""})");
std::string delta(const std::string& text, int number) {
  return event("response.output_text.delta", number,
               R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")" + text + "\"");
}
const std::string message_done =
    event("response.output_text.done", 6,
          R"("item_id":"msg_1","output_index":0,"content_index":0,"text":" one two")") +
    event(
        "response.content_part.done", 7,
        R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":" one two"})") +
    event(
        "response.output_item.done", 8,
        R"("output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant",)"
        R"("content":[{"type":"output_text","text":" one two"}]})");
const std::string completed =
    event("response.completed", 9,
          response("completed",
                   R"("service_tier":"priority","output":[{"type":"message","content":[]}],)" +
                       told_usage));
const std::string text_stream =
    begun + message_added + delta(" one", 4) + delta(" two", 5) + message_done;

chat_request streamed() {
  chat_request request;
  request.model = "gpt-5";
  request.stream = true;
  return request;
}

struct with_encodings {
  with_encodings() { tokenizer::load_builtin(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(billing_fields_are_read) {
  const chat_request plain = read("");
  BOOST_TEST(plain.model == "gpt-5");
  BOOST_TEST(!plain.stream);
  BOOST_TEST(!plain.output_bound_tokens);
  BOOST_TEST(plain.cache_write_5m);
  BOOST_TEST(plain.hides_output);
  BOOST_TEST(plain.web_searches_max == 0);
  const chat_request full = read(
      R"(,"stream":true,"max_output_tokens":70,"service_tier":"flex","safety_identifier":"u1","user":"u2",)"
      R"("prompt_cache_options":{"ttl":"12h"},"max_tool_calls":3,"tools":[{"type":"web_search_2025_08_26"}],)"
      R"("previous_response_id":"resp_9","context_management":[{"type":"compaction","compact_threshold":5000}])");
  BOOST_TEST(full.stream);
  BOOST_TEST(*full.output_bound_tokens == 70);
  BOOST_TEST((full.tier == service_tier::flex));
  BOOST_TEST(full.user == "u1");
  BOOST_TEST(full.cache_write_12h);
  BOOST_TEST(full.web_searches_max == 3);
  BOOST_TEST(full.has_tools);
  BOOST_TEST(full.earlier == "resp_9");
  BOOST_TEST_REQUIRE(full.beside.size() == 1);
  BOOST_TEST(full.beside[0].from_prompt_tokens == 5000);
  BOOST_TEST(read(R"(,"user":"u2")").user == "u2");
  BOOST_TEST(!full.earlier_is_conversation);
  BOOST_TEST(full.is_kept);
  BOOST_TEST(!read(R"(,"store":false)").is_kept);
  BOOST_TEST(read(R"(,"conversation":"conv_1")").earlier == "conv_1");
  BOOST_TEST(read(R"(,"conversation":"conv_1")").earlier_is_conversation);
  BOOST_TEST(read(R"(,"conversation":{"id":"conv_2"})").earlier == "conv_2");
  BOOST_TEST(!read(R"(,"reasoning":{"effort":"none"})").hides_output);
}

BOOST_AUTO_TEST_CASE(an_item_is_a_reference_with_its_type_or_without) {
  const auto names_kept = [](const std::string& item) {
    return accepted_request(
               responses(),
               R"({"model":"m","input":[{"role":"user","content":"hi"},)" + item + "]}")
        .names_kept;
  };
  BOOST_TEST(names_kept(R"({"type":"item_reference","id":"msg_1"})"));
  BOOST_TEST(names_kept(R"({"type":null,"id":"msg_1"})"));
  BOOST_TEST(names_kept(R"({"id":"msg_1"})"));
  BOOST_TEST(!names_kept(R"({"id":"msg_1","role":"assistant","content":"hi"})"));
  BOOST_TEST(!names_kept(R"({"id":"msg_1","type":"message","role":"user","content":"hi"})"));
  BOOST_TEST(!names_kept(R"({"role":"user","content":"hi"})"));
}

BOOST_AUTO_TEST_CASE(what_nobody_here_could_meter_is_refused_by_its_name) {
  BOOST_TEST(refused_with(R"(,"background":true)") == "background");
  BOOST_TEST(refused_with(R"(,"background":false)") == "accepted");
  BOOST_TEST(refused_with(R"(,"background_options":{"completion_window":"8h"})") ==
             "background_options");
  BOOST_TEST(refused_with(R"(,"multi_agent":{})") == "multi_agent");
  BOOST_TEST(refused_with(R"(,"prompt":{"id":"pmpt_1"})") == "prompt");
  BOOST_TEST(refused_with(R"(,"conversation":7)") == "conversation");
  BOOST_TEST(refused_with(R"(,"max_output_tokens":0)") == "max_output_tokens");
  BOOST_TEST(refused_with(R"(,"service_tier":"batch")") == "service_tier");
  BOOST_TEST(refused(R"({"input":"hi"})") == "model");
  BOOST_TEST(refused(R"({"model":"gpt-5","input":7})") == "input");
  BOOST_TEST(refused(R"({"model":"gpt-5","input":[7]})") == "input");
}

BOOST_AUTO_TEST_CASE(tools_that_cost_more_than_their_tokens_are_refused_wherever_they_stand) {
  const auto tool = [](const std::string& one) { return R"(,"tools":[)" + one + "]"; };
  for (const std::string type :
       {"function", "custom", "mcp", "apply_patch", "local_shell", "tool_search",
        "computer_use_preview", "web_search", "web_search_preview_2025_03_11", "x_search"}) {
    BOOST_TEST(refused_with(tool(R"({"type":")" + type + R"(","name":"n"})")) == "accepted", type);
  }
  for (const std::string type :
       {"file_search", "code_interpreter", "image_generation", "browser", "function2", ""}) {
    BOOST_TEST(refused_with(tool(R"({"type":")" + type + "\"}")) == "tools", type);
  }
  BOOST_TEST(refused_with(tool(R"({"type":"shell"})")) == "accepted");
  BOOST_TEST(refused_with(tool(R"({"type":"shell","environment":{"type":"local"}})")) ==
             "accepted");
  BOOST_TEST(refused_with(tool(R"({"type":"shell","environment":{"type":"container_auto"}})")) ==
             "tools");
  BOOST_TEST(refused_with(tool(
                 R"({"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]})")) ==
             "accepted");
  BOOST_TEST(
      refused_with(tool(R"({"type":"namespace","name":"n","tools":[{"type":"file_search"}]})")) ==
      "tools");
  const auto item = [](const std::string& one) {
    return refused(R"({"model":"m","input":[)" + one + "]}");
  };
  BOOST_TEST(
      item(
          R"({"type":"additional_tools","role":"developer","tools":[{"type":"code_interpreter"}]})") ==
      "tools");
  BOOST_TEST(item(R"({"type":"tool_search_output","tools":[{"name":"f","parameters":{}}]})") ==
             "accepted");
  BOOST_TEST(item(R"({"type":"mcp_list_tools","tools":[{"name":"f","input_schema":{}}]})") ==
             "accepted");
}

BOOST_AUTO_TEST_CASE(a_search_that_costs_more_than_the_price_file_says_is_refused) {
  const auto offered_to = [](const std::string& model, const std::string& type) {
    return refused(R"({"model":")" + model + R"(","input":"hi","tools":[{"type":")" + type +
                   "\"}]}");
  };
  for (const std::string model : {"gpt-4o", "gpt-4.1-mini", "openai/gpt-4o", "chatgpt-4o-latest"}) {
    BOOST_TEST(offered_to(model, "web_search_preview") == "tools", model);
    BOOST_TEST(offered_to(model, "web_search") == "accepted", model);
  }
  BOOST_TEST(offered_to("gpt-5", "web_search_preview") == "accepted");
  BOOST_TEST(responses().refuse_with_model("gpt-4o").has_value());
  BOOST_TEST(!responses().refuse_with_model("gpt-5").has_value());
  BOOST_TEST(offered_to("o4-mini", "web_search_preview_2025_03_11") == "accepted");
}

BOOST_AUTO_TEST_CASE(searches_are_bounded_where_the_request_does_not_bound_them) {
  BOOST_TEST(read(R"(,"tools":[{"type":"web_search"}])").web_searches_max == 20);
  BOOST_TEST(read(R"(,"tools":[{"type":"web_search"}],"max_tool_calls":0)").web_searches_max == 0);
  BOOST_TEST(read(R"(,"tools":[{"type":"function","name":"f"}])").web_searches_max == 0);
}

BOOST_AUTO_TEST_CASE(keys_of_the_conversation_may_not_be_spelled_otherwise) {
  BOOST_TEST(refused(R"({"model":"m","input":[{"role":"user","Content":"x"}]})") == "Content");
  BOOST_TEST(refused(R"({"model":"m","input":"x","Max_Output_Tokens":5})") == "Max_Output_Tokens");
  BOOST_TEST(
      refused(R"({"model":"m","input":[{"type":"additional_tools","tools":[{"Type":"x"}]}]})") ==
      "Type");
  BOOST_TEST(refused(R"({"model":"m","input":[{"role":"user","content":"x","content":"y"}]})") ==
             "content");
}

BOOST_AUTO_TEST_CASE(the_bound_is_lowered_in_place_or_added) {
  const auto lowered = [](const std::string& body) {
    return responses().lower_output_bound(body, "gpt-5", 50);
  };
  BOOST_TEST(lowered(R"({"model":"m"})") == R"({"model":"m","max_output_tokens":50})");
  BOOST_TEST(lowered(R"({"max_output_tokens":900,"model":"m"})") ==
             R"({"max_output_tokens":50,"model":"m"})");
  BOOST_TEST(lowered(R"({"max_output_tokens":null})") == R"({"max_output_tokens":50})");
  BOOST_TEST(lowered(R"({"max_output_tokens":20})") == R"({"max_output_tokens":20})");
}

BOOST_AUTO_TEST_CASE(a_whole_answer_is_billed_by_its_usage) {
  const auto read_body = [](const std::string& rest) {
    bool implausible = false;
    const std::string body =
        R"({"id":"r","model":"gpt-5","output":[{"type":"message"}],)" + rest + "}";
    const auto report = responses().read_answer(body, implausible);
    return spelled(report, implausible);
  };
  BOOST_TEST(read_body(told_usage) == "20 64 16 0 0 9 4 0 0");
  BOOST_TEST(read_body(R"("usage":null)") == "none");
  BOOST_TEST(read_body(R"("usage":{"input_tokens":-1,"output_tokens":1})") == "implausible");
  BOOST_TEST(read_body(R"("usage":{"input_tokens":5,"output_tokens":1})") == "5 0 0 0 0 1 0 0 0");
  BOOST_TEST(
      read_body(R"("usage":{"input_tokens":50,"input_tokens_details":{"cached_tokens":0,)"
                R"("cache_write_tokens":40,"cache_write_tokens_details":{"ttl_30m_tokens":10,)"
                R"("ttl_12h_tokens":30}},"output_tokens":1,"total_tokens":51})") ==
      "10 0 10 0 0 1 0 0 0 cache_write_12h_tokens=30");
}

BOOST_AUTO_TEST_CASE(searches_are_those_that_the_provider_counts_or_else_the_items) {
  const auto searches = [](const std::string& rest) {
    bool implausible = false;
    const auto report = responses().read_answer(
        R"({"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2)" + rest + "}",
        implausible);
    BOOST_TEST_REQUIRE(report.has_value());
    BOOST_TEST(report->tells_searches);
    return report->used.web_searches;
  };
  const std::string items =
      R"(},"output":[{"type":"web_search_call","action":{"type":"search","queries":["a","b"]}},)"
      R"({"type":"web_search_call","action":{"type":"open_page"}},{"type":"web_search_call"}])";
  BOOST_TEST(searches("}") == 0);
  BOOST_TEST(searches(items) == 2);
  BOOST_TEST(searches(items + R"(,"tool_usage":{"web_search":{"num_requests":1}})") == 1);
  // OpenRouter's usage tells them, and its output need not hold them.
  BOOST_TEST(searches(R"(,"server_tool_use":{"web_search_requests":3}})") == 3);
  BOOST_TEST(searches(R"(,"server_tool_use":{"web_search_requests":1})" + items) == 2);
  BOOST_TEST(
      searches(R"(,"server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":1}})") ==
      3);
}

BOOST_AUTO_TEST_CASE(a_conversation_is_summed_up_whole_and_at_once) {
  const dialect& compact = *find_dialect("responses_compact");
  const chat_request request = accepted_request(
      compact,
      R"({"model":"gpt-5","input":[],"max_output_tokens":20,"previous_response_id":"resp_1"})");
  BOOST_TEST(!request.output_bound_tokens);
  BOOST_TEST(request.earlier == "resp_1");
  BOOST_TEST(request.order_tokens > 93);
  BOOST_TEST(request.thinking_tokens == usage_count_max, "its bound cannot be lowered");
  BOOST_TEST(compact.lower_output_bound(R"({"model":"m"})", "m", 5) == R"({"model":"m"})");
  simdjson::dom::parser parser;
  const auto streamed_one = compact.read_request(
      parser.parse(std::string(R"({"model":"m","input":[],"stream":true})")), call_target{});
  BOOST_TEST_REQUIRE(!streamed_one);
  BOOST_TEST(streamed_one.error().param == "stream");
}

BOOST_FIXTURE_TEST_CASE(the_id_under_which_an_answer_is_kept_is_the_first_of_its_stream,
                        with_encodings) {
  const auto meter = responses().meter_stream({"gpt-5"}, streamed());
  std::string out;
  BOOST_TEST(meter->answer_id() == "");
  meter->consume(begun, out);
  BOOST_TEST(meter->answer_id() == "resp_1");
  meter->consume(event("response.in_progress", 2, R"("response":{"id":"resp_2"})"), out);
  BOOST_TEST(meter->answer_id() == "resp_1");
  bool implausible = false;
  const auto whole = responses().read_answer(R"({"id":"resp_3",)" + told_usage + "}", implausible);
  BOOST_TEST_REQUIRE(whole.has_value());
  BOOST_TEST(whole->id == "resp_3");
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_metered_once_and_its_last_event_waits, with_encodings) {
  const stream_outcome seen = stream(responses(), streamed(), {text_stream + completed});
  BOOST_TEST(seen.passed == text_stream);
  BOOST_TEST(seen.released == completed);
  BOOST_TEST(seen.complete);
  BOOST_TEST(!seen.error);
  BOOST_TEST(seen.counted == 2);
  BOOST_TEST(spelled(seen.report, seen.implausible) == "20 64 16 0 0 9 4 0 0");
  BOOST_TEST_REQUIRE(seen.report.has_value());
  BOOST_TEST(seen.report->model == "gpt-5-2025-08-07");
  BOOST_TEST((seen.report->tier == service_tier::priority));
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_breaks_off_in_its_last_event_did_not_end, with_encodings) {
  const std::string whole = completed.substr(0, completed.size() - 2);
  for (std::size_t at = 1; at < whole.size(); ++at) {
    const stream_outcome seen =
        stream(responses(), streamed(), {text_stream + whole.substr(0, at)});
    BOOST_TEST(!seen.complete, whole.substr(0, at));
    BOOST_TEST(!seen.report.has_value(), whole.substr(0, at));
  }
  // Of some servers the last event has no blank line.
  const stream_outcome unended = stream(responses(), streamed(), {text_stream + whole});
  BOOST_TEST(unended.complete);
  BOOST_TEST(spelled(unended.report, false) == "20 64 16 0 0 9 4 0 0");
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_metered_alike_however_it_is_cut, with_encodings) {
  check_every_split(responses(), streamed(), text_stream + completed);
  // Without the events' own lines, and ended in the chat's way, as some servers do.
  std::string bare = text_stream + completed + "data: [DONE]\n\n";
  for (auto at = bare.find("event: "); at != std::string::npos; at = bare.find("event: "))
    bare.erase(at, bare.find('\n', at) + 1 - at);
  check_every_split(responses(), streamed(), bare);
  BOOST_TEST(spelled(stream(responses(), streamed(), {bare}).report, false) ==
             "20 64 16 0 0 9 4 0 0");
}

BOOST_FIXTURE_TEST_CASE(every_text_that_is_generated_is_counted_and_only_once, with_encodings) {
  const auto counted = [](const std::string& type, const std::string& fields) {
    const stream_outcome seen = stream(responses(), streamed(), {begun + event(type, 2, fields)});
    BOOST_TEST(seen.counted <= seen.bound, type);
    return seen.counted;
  };
  for (const std::string type :
       {"output_text", "refusal", "function_call_arguments", "custom_tool_call_input",
        "reasoning_text", "reasoning_summary_text", "mcp_call_arguments",
        "code_interpreter_call_code", "shell_call_command", "audio.transcript",
        "apply_patch_call_operation_diff"}) {
    BOOST_TEST(
        counted("response." + type + ".delta", R"("output_index":0,"delta":" one two")") == 2,
        type);
    BOOST_TEST(counted("response." + type + ".done",
                       R"("output_index":0,"text":" one two","delta":" one")") == 0,
               type);
  }
  BOOST_TEST(counted("response.audio.delta", R"("delta":"AAAA")") == 0);
  BOOST_TEST(counted("response.shell_call_output_content.delta", R"("delta":" one two")") == 0);
  BOOST_TEST(counted("response.output_item.added",
                     R"("item":{"type":"function_call","name":"weather","arguments":""})") == 1);
  BOOST_TEST(counted("response.output_item.done",
                     R"("item":{"type":"function_call","name":"weather","arguments":"{}"})") == 0);
  BOOST_TEST(counted("response.completed", response("completed", R"("output":[])")) == 0);
}

BOOST_FIXTURE_TEST_CASE(the_bound_of_a_stream_is_not_raised_by_events_without_new_text,
                        with_encodings) {
  const std::string long_start =
      event("response.created", 0,
            response("in_progress", R"("instructions":")" + std::string(9'000, 'x') + "\""));
  const stream_outcome seen = stream(
      responses(), streamed(), {long_start + message_added + delta(" one", 4) + message_done});
  BOOST_TEST(seen.bound < 1'000);
}

BOOST_FIXTURE_TEST_CASE(a_last_event_that_is_a_long_answer_is_kept_for_the_client, with_encodings) {
  const std::string text(200'000, 'a');
  const std::string last =
      event("response.completed", 9,
            response("completed",
                     R"("output":[{"type":"message","content":[{"type":"output_text","text":")" +
                         text + "\"}]}]," + told_usage));
  const stream_outcome seen = stream(responses(), streamed(), {text_stream + last});
  BOOST_TEST((seen.released == last));
  BOOST_TEST(seen.report.has_value());
}

BOOST_FIXTURE_TEST_CASE(searches_of_a_stream_are_counted_where_its_last_event_has_no_items,
                        with_encodings) {
  const std::string searched =
      event("response.output_item.done", 2,
            R"("output_index":0,"item":{"type":"web_search_call","action":{"type":"search"}})") +
      event("response.output_item.done", 3,
            R"("output_index":1,"item":{"type":"web_search_call","action":{"type":"open_page"}})") +
      event("response.output_item.done", 4,
            R"("output_index":2,"item":{"type":"web_search_call","action":{"type":"search"}})");
  const std::string last =
      event("response.completed", 9, response("completed", R"("output":[],)" + told_usage));
  check_every_split(responses(), streamed(), begun + searched + last);
  const stream_outcome seen = stream(responses(), streamed(), {begun + searched + last});
  BOOST_TEST_REQUIRE(seen.report.has_value());
  BOOST_TEST(seen.report->used.web_searches == 2);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_fails_before_any_text_generated_nothing, with_encodings) {
  const std::string failed =
      event("response.failed", 3,
            response("failed", R"("error":{"code":"server_error","message":"x"},"usage":null)"));
  for (const std::string& error :
       {event("error", 2, R"("code":"server_error","message":"x","param":null)"),
        event("error", 2, R"("error":{"type":"server_error","code":null,"message":"x"})"),
        std::string()}) {
    const auto meter = responses().meter_stream({"gpt-5"}, streamed());
    std::string out;
    meter->consume(begun + error + failed, out);
    BOOST_TEST(meter->saw_error());
    BOOST_TEST(meter->failed_at_once());
    BOOST_TEST(meter->complete());
    BOOST_TEST(!meter->reported().has_value());
    const auto late = responses().meter_stream({"gpt-5"}, streamed());
    late->consume(begun + message_added + delta(" one", 4) + error + failed, out);
    BOOST_TEST(late->saw_error());
    BOOST_TEST(!late->failed_at_once());
  }
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_ended_at_its_bound_is_no_error, with_encodings) {
  const std::string last =
      event("response.incomplete", 9,
            response("incomplete", R"("incomplete_details":{"reason":"max_output_tokens"},)"
                                   R"("error":null,"output":[],)" +
                                       told_usage));
  const stream_outcome seen = stream(responses(), streamed(), {text_stream + last});
  BOOST_TEST(seen.complete);
  BOOST_TEST(!seen.error);
  BOOST_TEST(spelled(seen.report, false) == "20 64 16 0 0 9 4 0 0");
}

BOOST_FIXTURE_TEST_CASE(a_whole_answer_without_usage_is_counted_item_by_item, with_encodings) {
  const std::string body =
      R"({"output":[{"type":"reasoning","summary":[{"type":"summary_text","text":" one"}]},)"
      R"({"type":"message","content":[{"type":"output_text","text":" one two"},{"type":"refusal","refusal":" no"}]},)"
      R"({"type":"function_call","name":"weather","arguments":"{}","call_id":"c"}]})";
  BOOST_TEST(responses().count_answer(body, {"gpt-4o"}) == 6);
  BOOST_TEST((responses().nature_of(body) == answer_nature::answer));
  BOOST_TEST((responses().nature_of(R"({"output":[],"status":"failed","error":{"code":"x"}})") ==
              answer_nature::none));
}

BOOST_AUTO_TEST_CASE(an_error_of_ours_in_a_stream_has_both_forms) {
  problem why = make_problem(problem_kind::upstream_reset, "it went away");
  const std::string event = responses().error_event(why, call_id{});
  const std::string start = "event: error\ndata: ";
  BOOST_TEST_REQUIRE(event.starts_with(start));
  BOOST_TEST(event.ends_with("}\n\n"));
  simdjson::dom::parser parser;
  const std::string data = event.substr(start.size());
  const simdjson::dom::element root = parser.parse(data);
  BOOST_TEST(std::string_view(root["type"]) == "error");
  BOOST_TEST(std::string_view(root["message"]) == "it went away");
  BOOST_TEST(std::string_view(root["code"]) == "upstream_reset");
  BOOST_TEST(root["param"].is_null());
  BOOST_TEST(std::string_view(root["error"]["message"]) == "it went away");
  BOOST_TEST(responses().error_body(why, call_id{}) ==
             find_dialect("openai")->error_body(why, call_id{}));
}

BOOST_AUTO_TEST_SUITE_END()
