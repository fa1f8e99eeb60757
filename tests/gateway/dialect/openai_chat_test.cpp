// Goal: a stream of an OpenAI-compatible server is passed on untouched but for the usage that nobody
// asked for, and every text of it is counted. Method: recorded streams cut at every byte. What its
// usage says: openai_usage_test.cpp.
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"
#include "gateway/dialect/stream_check.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(openai_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& openai() {
  return *find_dialect("openai");
}

chat_request read(const std::string& body) {
  return accepted_request(openai(), body);
}

std::string edited(const std::string& body) {
  const chat_request request = read(body);
  return openai().edit_body(body, request).value_or("<as is>");
}

std::string chunk(const std::string& rest) {
  return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\"," + rest + "}\n\n";
}
std::string delta(const std::string& text, int choice = 0) {
  return chunk("\"choices\":[{\"index\":" + std::to_string(choice) + ",\"delta\":{\"content\":\"" +
               text + "\"}}],\"usage\":null");
}
const std::string usage_chunk =
    chunk(R"("model":"gpt-4o-2024-08-06","service_tier":"default","choices":[],)"
          R"("usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12})");
const std::string done = "data: [DONE]\n\n";

chat_request silent() {
  chat_request request;
  request.stream = true;
  return request;
}
chat_request asking() {
  chat_request request = silent();
  request.client_wants_usage = true;
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_usage_chunk_without_a_model_is_of_the_one_that_the_stream_named) {
  const std::string filter =
      R"(data: {"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[]})"
      "\n\n";
  const std::string text =
      R"(data: {"id":"c","model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"content":"a"}}]})"
      "\n\n";
  const std::string last =
      R"(data: {"id":"","model":"","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":1}})"
      "\n\n";
  const stream_outcome seen = stream(openai(), silent(), {filter + text + last + done});
  BOOST_TEST_REQUIRE(seen.report.has_value());
  BOOST_TEST(seen.report->model == "gpt-4o-2024-08-06");
}

BOOST_AUTO_TEST_CASE(search_models_search_unasked) {
  const auto searches = [](const std::string& model, const std::string& fields) {
    return read(R"({"model":")" + model + R"(","messages":[])" + fields + "}").web_searches_max;
  };
  BOOST_TEST(searches("gpt-4o-search-preview", "") == 1);
  BOOST_TEST(searches("gpt-4o-mini-search-preview-2025-03-11", R"(,"n":2)") == 2);
  BOOST_TEST(searches("openai/gpt-5-search-api", "") == 1);
  BOOST_TEST(searches("gpt-4o", "") == 0);
}

BOOST_AUTO_TEST_CASE(a_large_answer_is_read_too) {
  const std::string text(3U << 20, 'a');
  const std::string body = R"({"choices":[{"message":{"content":")" + text +
                           R"("}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})";
  bool implausible = false;
  BOOST_TEST(spelled(openai().read_answer(body, implausible), implausible) == "1 0 0 0 0 2 0 0 0");
  BOOST_TEST(openai().count_answer(body, {"gpt-4o"}) == tokenizer::o200k_base().count(text));
}

BOOST_AUTO_TEST_CASE(billing_fields_are_read) {
  const chat_request plain = read(R"({"model":"gpt-4o","messages":[]})");
  BOOST_TEST(plain.model == "gpt-4o");
  BOOST_TEST(!plain.stream);
  BOOST_TEST(!plain.output_bound_tokens);
  BOOST_TEST(plain.choices == 1);
  BOOST_TEST(plain.cache_write_5m);
  const chat_request full =
      read(R"({"model":"gpt-4o","messages":[],"stream":true,"n":3,"max_tokens":7,)"
           R"("max_completion_tokens":9,"service_tier":"priority",)"
           R"("modalities":["text","audio"],"web_search_options":{},"user":"u1",)"
           R"("stream_options":{"include_usage":true}})");
  BOOST_TEST(full.stream);
  BOOST_TEST(full.client_wants_usage);
  BOOST_TEST(*full.output_bound_tokens == 9);
  BOOST_TEST(full.choices == 3);
  BOOST_TEST((full.tier == service_tier::priority));
  BOOST_TEST(full.output_may_be_audio);
  BOOST_TEST(full.web_searches_max == 3);
  BOOST_TEST(full.user == "u1");
}

BOOST_AUTO_TEST_CASE(the_larger_bound_counts_and_other_names_only_raise_it) {
  const auto bound = [](const std::string& fields) {
    return read(R"({"model":"m","messages":[],)" + fields + "}").output_bound_tokens.value_or(-1);
  };
  BOOST_TEST(bound(R"("max_tokens":100,"max_completion_tokens":1)") == 100);
  BOOST_TEST(bound(R"("max_tokens":1,"max_completion_tokens":100)") == 100);
  BOOST_TEST(bound(R"("max_tokens":1,"max_completion_tokens":null)") == 1);
  BOOST_TEST(bound(R"("n_predict":5)") == -1);
  BOOST_TEST(bound(R"("max_tokens":10,"n_predict":5)") == 10);
  BOOST_TEST(bound(R"("max_tokens":10,"n_predict":50)") == 50);
  BOOST_TEST(bound(R"("max_tokens":10,"n_predict":-1)") == -1);
  BOOST_TEST(bound(R"("max_tokens":1000000000)") == 1'000'000'000);
  BOOST_TEST(read(R"({"model":"m","messages":[],"n":128,"best_of":2})").choices == 128);
  BOOST_TEST(read(R"({"model":"m","messages":[],"best_of":5})").choices == 5);
  BOOST_TEST(read(R"({"model":"m","messages":[],"n":2,"best_of":5})").answers == 2);
}

BOOST_AUTO_TEST_CASE(include_usage_is_spliced_in_and_nothing_else_changes) {
  const std::string head =
      "{\n  \"model\": \"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u20ac \xE2\x82\xAC "
      "\\\"stream_options\\\":1\"}], \"stream\" :true";
  BOOST_TEST(edited(head + "}\n") == head + R"(,"stream_options":{"include_usage":true}})" + "\n");
  BOOST_TEST(edited(head + R"(, "stream_options" : null })") ==
             head + R"(, "stream_options" : {"include_usage":true} })");
  BOOST_TEST(edited(head + R"(, "stream_options":{ } })") ==
             head + R"(, "stream_options":{ "include_usage":true} })");
  BOOST_TEST(edited(head + R"(,"stream_options":{"include_obfuscation":false}})") ==
             head + R"(,"stream_options":{"include_obfuscation":false,"include_usage":true}})");
  BOOST_TEST(edited(head + R"(,"stream_options":{"include_usage" : false ,"x":1}})") ==
             head + R"(,"stream_options":{"include_usage" : true ,"x":1}})");
  BOOST_TEST(edited(head + R"(,"stream_options":{"include_usage":null}})") ==
             head + R"(,"stream_options":{"include_usage":true}})");
  BOOST_TEST(edited(head + R"(,"stream_opti\u006fns":{"include_us\u0061ge":false}})") ==
             head + R"(,"stream_opti\u006fns":{"include_us\u0061ge":true}})");
  BOOST_TEST(edited(head + R"(,"stream_options":{"include_usage":true}})") == "<as is>");
  BOOST_TEST(edited(R"({"model":"m","messages":[]})") == "<as is>");
  BOOST_TEST(
      edited(
          R"({"model":"m","messages":[],"stream":false,"stream_options":{"include_usage":false}})") ==
      "<as is>");
}

BOOST_AUTO_TEST_CASE(the_extra_usage_chunk_is_hidden_from_a_client_that_did_not_ask) {
  const std::string text = delta("Hello") + delta(" world");
  const stream_outcome quiet = stream(openai(), silent(), {text + usage_chunk + done});
  BOOST_TEST(quiet.passed == text);
  BOOST_TEST(quiet.released == done);
  BOOST_TEST(quiet.complete);
  BOOST_TEST(spelled(quiet.report, quiet.implausible) == "10 0 0 0 0 2 0 0 0");
  BOOST_TEST(quiet.report->model == "gpt-4o-2024-08-06");
  BOOST_TEST((quiet.report->tier == service_tier::standard));
  BOOST_TEST(quiet.counted == 2);
  const stream_outcome asked = stream(openai(), asking(), {text + usage_chunk + done});
  BOOST_TEST(asked.passed == text + usage_chunk);
  BOOST_TEST(asked.released == done);
}

BOOST_AUTO_TEST_CASE(usage_on_a_chunk_with_choices_is_passed_on) {
  // llama.cpp, Mistral and DeepSeek put it on the last chunk.
  const std::string last = chunk(
      R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,)"
      R"("completion_tokens":1,"total_tokens":8})");
  const stream_outcome seen = stream(openai(), silent(), {delta("Hello") + last + done});
  BOOST_TEST(seen.passed == delta("Hello") + last);
  BOOST_TEST(spelled(seen.report, seen.implausible) == "7 0 0 0 0 1 0 0 0");
}

BOOST_AUTO_TEST_CASE(of_continuous_usage_the_last_wins) {
  const auto with = [](const std::string& text, int tokens) {
    return chunk("\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text +
                 "\"}}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":" +
                 std::to_string(tokens) + "}");
  };
  const std::string all = with("a", 1) + with(" b", 2) + with(" c", 3);
  const stream_outcome seen = stream(openai(), silent(), {all + done});
  BOOST_TEST(seen.passed == all);
  BOOST_TEST(spelled(seen.report, seen.implausible) == "7 0 0 0 0 3 0 0 0");
  // Cut off after the second chunk: its report is what was generated so far.
  BOOST_TEST(spelled(stream(openai(), silent(), {with("a", 1) + with(" b", 2)}).report, false) ==
             "7 0 0 0 0 2 0 0 0");
}

BOOST_AUTO_TEST_CASE(a_report_before_more_text_is_not_the_bill) {
  const stream_outcome seen =
      stream(openai(), silent(), {usage_chunk + delta("Hello") + delta(" world")});
  BOOST_TEST(!seen.report);
  BOOST_TEST(seen.counted == 2);
  const stream_outcome harmless =
      stream(openai(), silent(), {delta("Hello") + usage_chunk + chunk(R"("choices":[])") + done});
  BOOST_TEST(harmless.report.has_value());
}

BOOST_AUTO_TEST_CASE(garbage_usage_is_never_returned) {
  const auto with = [](const std::string& usage) {
    return chunk("\"choices\":[],\"usage\":" + usage);
  };
  const stream_outcome bad =
      stream(openai(), silent(),
             {delta("Hello") + with(R"({"prompt_tokens":-1,"completion_tokens":1})") + done});
  BOOST_TEST(!bad.report);
  BOOST_TEST(bad.implausible);
  BOOST_TEST(bad.counted == 1);
  const stream_outcome worse =
      stream(openai(), silent(),
             {delta("Hello") + usage_chunk +
              with(R"({"prompt_tokens":1,"completion_tokens":9e18})") + done});
  BOOST_TEST(!worse.report);
  const stream_outcome repeated =
      stream(openai(), silent(), {delta("Hello") + usage_chunk + usage_chunk + done});
  BOOST_TEST(spelled(repeated.report, repeated.implausible) == "10 0 0 0 0 2 0 0 0");
  const stream_outcome late = stream(openai(), silent(), {delta("Hello") + done + usage_chunk});
  BOOST_TEST(spelled(late.report, late.implausible) == "10 0 0 0 0 2 0 0 0");
  BOOST_TEST(late.released == done);
}

BOOST_AUTO_TEST_CASE(a_null_usage_or_one_in_the_text_is_no_report) {
  const std::string quoted = chunk(
      R"("choices":[{"index":0,"delta":{"content":"\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}"}}])");
  const std::string named = chunk(R"("choices":[{"index":0,"delta":{"content":"usage"}}])");
  const stream_outcome seen = stream(openai(), silent(), {delta("a") + quoted + named + done});
  BOOST_TEST(!seen.report);
  BOOST_TEST(!seen.implausible);
  BOOST_TEST(seen.passed == delta("a") + quoted + named);
}

BOOST_AUTO_TEST_CASE(an_error_event_is_seen) {
  BOOST_TEST(
      stream(openai(), silent(), {delta("a") + "data: {\"error\":{\"message\":\"x\"}}\n\n"}).error);
  BOOST_TEST(!stream(openai(), silent(), {chunk(R"("error":null,"choices":[])")}).error);
  BOOST_TEST(!stream(openai(), silent(), {delta("\\\"error\\\":{")}).error);
}

BOOST_AUTO_TEST_CASE(a_stream_of_nothing_but_an_error_failed_at_once) {
  const auto failed = [](const std::string& bytes) {
    const auto meter = openai().meter_stream({"gpt-4o"}, silent());
    std::string out;
    meter->consume(bytes, out);
    return meter->failed_at_once();
  };
  const std::string error = chunk(R"("choices":[],"error":{"code":400,"message":"x"})");
  BOOST_TEST(failed(": PROCESSING\n\n" + error));
  BOOST_TEST(failed(error + done));
  BOOST_TEST(!failed(delta("a") + error));
  BOOST_TEST(!failed(error + delta("a")));
  BOOST_TEST(!failed(": PROCESSING\n\n" + done));
  BOOST_TEST(!failed(chunk(R"("error":{"message":"x"},"usage":)"
                           R"({"prompt_tokens":1,"completion_tokens":1})")));
}

BOOST_AUTO_TEST_CASE(what_is_no_stream_at_all_can_be_read_as_it_stands) {
  const auto plain = [](const std::string& bytes) {
    const auto meter = openai().meter_stream({"gpt-4o"}, silent());
    std::string out;
    meter->consume(bytes, out);
    meter->release(out);
    BOOST_TEST(out == bytes);
    return openai().meter_stream({"gpt-4o"}, silent())->plain_answer() + [&] {
      const auto again = openai().meter_stream({"gpt-4o"}, silent());
      std::string ignored;
      again->consume(bytes, ignored);
      return again->plain_answer();
    }();
  };
  const std::string body = "{\n  \"error\": {\n\n    \"message\": \"x\"}}";
  BOOST_TEST(plain(body) == body);
  BOOST_TEST(plain("<html>\n\n</html>") == "<html>\n\n</html>");
  BOOST_TEST(plain(delta("a")) == "");
  BOOST_TEST(plain(": waiting\n\n" + delta("a")) == "");
  BOOST_TEST(plain(": waiting\n\n") == "");
  BOOST_TEST(plain("") == "");
}

BOOST_AUTO_TEST_CASE(odd_endings) {
  const std::string text = delta("Hello");
  const stream_outcome bare = stream(openai(), silent(), {text + "data: [DONE]"});
  BOOST_TEST(bare.complete);
  BOOST_TEST(bare.passed == text);
  BOOST_TEST(bare.released == "data: [DONE]");
  const stream_outcome line = stream(openai(), silent(), {text + "data:[DONE] \r\n"});
  BOOST_TEST(line.complete);
  BOOST_TEST(line.released == "data:[DONE] \r\n");
  const stream_outcome none = stream(openai(), silent(), {text});
  BOOST_TEST(!none.complete);
  BOOST_TEST(none.released == "");
  const stream_outcome torn = stream(openai(), silent(), {text + "data: {\"choi"});
  BOOST_TEST(torn.passed == text);
  BOOST_TEST(torn.released == "data: {\"choi");
  // The last event is whole but for its blank line: it is read, and hidden, all the same.
  const std::string unended = usage_chunk.substr(0, usage_chunk.size() - 2);
  const stream_outcome eof = stream(openai(), silent(), {text + unended});
  BOOST_TEST(spelled(eof.report, eof.implausible) == "10 0 0 0 0 2 0 0 0");
  BOOST_TEST(eof.passed + eof.released == text);
  const stream_outcome crlf =
      stream(openai(), silent(), {text + unended + "\r\n\r\ndata: [DONE]\r\n\r\n"});
  BOOST_TEST(crlf.passed == text);
  BOOST_TEST(crlf.released == "data: [DONE]\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(every_text_of_every_choice_is_counted) {
  const std::string stream_text =
      chunk(
          R"("choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Let me think"}}])") +
      chunk(R"("choices":[{"index":0,"delta":{"reasoning":" about it"}}])") +
      chunk(
          R"("choices":[{"index":1,"delta":{"content":"Second cho"}},{"index":0,"delta":{"content":"First"}}])") +
      chunk(R"("choices":[{"index":1,"delta":{"content":"ice"}}])") +
      chunk(R"("choices":[{"index":0,"delta":{"refusal":"No."}}])") +
      chunk(R"("choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a",)"
            R"("function":{"name":"get_weather","arguments":""}},{"index":1,)"
            R"("function":{"name":"other","arguments":"{}"}}]}}])") +
      chunk(
          R"("choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}}])") +
      chunk(
          R"("choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Paris\"}"}}]}}])") +
      chunk(R"("choices":[{"index":2,"delta":{"content":[{"type":"thinking",)"
            R"("thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"ok then"}]}}])");
  std::int64_t expected = 0;
  for (const char* text : {"Let me think about it", "Second choice", "First", "No.", "get_weather",
                           "{\"city\":\"Paris\"}", "other", "{}", "hmok then"}) {
    expected += tokenizer::o200k_base().count(text);
  }
  const stream_outcome seen = stream(openai(), silent(), {stream_text});
  BOOST_TEST(seen.counted == expected);
  BOOST_TEST(seen.bound >= expected);
  const std::string whole =
      R"({"choices":[{"index":0,"message":{"content":"First","refusal":"No.",)"
      R"("reasoning_content":"Let me think","tool_calls":[)"
      R"({"type":"function","function":{"name":"f","arguments":"{\"city\":\"Paris\"}"}}]}},)"
      R"({"index":1,"message":{"content":"Second choice"}}]})";
  std::int64_t whole_expected = 0;
  for (const char* text :
       {"First", "No.", "Let me think", "f", "{\"city\":\"Paris\"}", "Second choice"})
    whole_expected += tokenizer::o200k_base().count(text);
  BOOST_TEST(openai().count_answer(whole, {"gpt-4o"}) == whole_expected);
  BOOST_TEST(openai().count_answer("{\"choices\":[{\"mess", {"gpt-4o"}) > 0);
}

BOOST_AUTO_TEST_CASE(a_long_stream_is_counted_exactly_however_often_it_is_asked) {
  std::string text;
  std::string bytes;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece = (i % 7 == 0 ? "unbeliev" : i % 7 == 1 ? "ably " : "word ");
    text += piece;
    bytes += delta(piece);
  }
  const auto meter = openai().meter_stream({"gpt-4o"}, silent());
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 1000) {
    const std::int64_t bound = meter->output_tokens_bound();
    const std::int64_t counted = meter->counted_output_tokens();
    BOOST_REQUIRE(bound >= counted);
    meter->consume(std::string_view(bytes).substr(at, 1000), out);
  }
  BOOST_TEST(out == bytes);
  BOOST_TEST(meter->counted_output_tokens() == tokenizer::o200k_base().count(text));
}

// A text without a word's end is counted whole whenever it is asked for; so it must be asked for
// only when someone wants to know, and not with each event or each full backlog.
BOOST_AUTO_TEST_CASE(an_endless_word_is_not_counted_before_someone_asks) {
  const auto meter = openai().meter_stream({"gpt-4o"}, silent());
  std::string out;
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text.append(1'000, 'a');
    meter->consume(delta(std::string(1'000, 'a')), out);
  }
  BOOST_TEST(meter->recount_bytes() >= text.size());
  const std::int64_t bound = meter->output_tokens_bound();
  const std::int64_t counted = meter->counted_output_tokens();
  BOOST_TEST(counted == tokenizer::o200k_base().count(text));
  BOOST_TEST(bound >= counted);
  BOOST_TEST(meter->recount_bytes() == 0U);
  BOOST_TEST(meter->counted_output_tokens() == counted);
  meter->consume(delta("b"), out);
  BOOST_TEST(meter->recount_bytes() > 0U);
  BOOST_TEST(meter->counted_output_tokens() == tokenizer::o200k_base().count(text + "b"));
}

BOOST_AUTO_TEST_CASE(an_event_over_the_limit_is_passed_on_and_counted_as_it_stands) {
  const auto meter = openai().meter_stream({"gpt-4o"}, silent());
  std::string out;
  const std::string piece(1U << 20, 'a');
  std::string all = "data: ";
  meter->consume(all, out);
  for (int i = 0; i < 9; ++i) {
    meter->consume(piece, out);
    all += piece;
  }
  meter->release(out);
  BOOST_TEST((out == all));
  BOOST_TEST(meter->counted_output_tokens() > 100'000);
}

BOOST_AUTO_TEST_CASE(the_outcome_is_the_same_for_every_split_point) {
  for (const std::string end : {"\n\n", "\r\n\r\n", "\r\r"}) {
    std::string bytes = ": keep-alive\n\n" + delta("Hello") +
                        chunk(R"("choices":[{"index":0,"delta":{"content":"\u00e9 \ud83d\ude00 caf)"
                              "\xC3\xA9"
                              R"("}}])") +
                        usage_chunk + done;
    std::string ended;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes.compare(at, 2, "\n\n") == 0) {
        ended += end;
        ++at;
      } else {
        ended += bytes[at];
      }
    }
    check_every_split(openai(), silent(), ended);
    check_every_split(openai(), asking(), ended);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_cut_at_any_byte_is_counted_as_far_as_it_was_passed_on) {
  const std::vector<std::string> words = {"The", " quick", " brown", " fox"};
  std::string bytes;
  for (const std::string& word : words)
    bytes += delta(word);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const stream_outcome seen = stream(openai(), silent(), {bytes.substr(0, cut)});
    std::string passed_text;
    for (std::size_t i = 0;
         i < words.size() && seen.passed.find(delta(words[i])) != std::string::npos; ++i)
      passed_text += words[i];
    BOOST_REQUIRE(seen.counted == tokenizer::o200k_base().count(passed_text));
    BOOST_REQUIRE(seen.passed + seen.released == bytes.substr(0, cut));
    BOOST_REQUIRE(!seen.report);
  }
}

BOOST_AUTO_TEST_SUITE_END()
