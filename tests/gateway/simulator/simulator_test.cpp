// Goal: the simulated provider speaks both APIs as their SDKs expect, bills exactly what it
// generated, and misbehaves exactly as told. Method: real sockets on a free port; what it says is
// read with the gateway's own dialects and counted with the real vocabulary; its faults are seen as
// raw bytes and socket errors.
#include "gateway/simulator/simulator.hpp"

#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/stream_check.hpp"
#include "gateway/simulator/simulator_client.hpp"
#include "gateway/simulator/steering.hpp"
#include "gateway/simulator/text.hpp"
#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

BOOST_AUTO_TEST_SUITE(simulated_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& openai() {
  return *find_dialect("openai");
}
const dialect& anthropic() {
  return *find_dialect("anthropic");
}

// How the gateway counts what the provider wrote: the vocabulary is all that the two share.
counted_model simulated(std::string_view model) {
  return {.name = model, .by_public_vocabulary = true};
}

std::string openai_body(const std::string& steer, const std::string& more = "") {
  return R"({"model":"sim/gpt-4o?)" + steer +
         R"(","messages":[{"role":"user","content":"Say something."}])" + more + "}";
}
std::string anthropic_body(const std::string& steer, const std::string& more = "") {
  return R"({"model":"sim/claude-sonnet-4-5?)" + steer +
         R"(","max_tokens":1000,"messages":[{"role":"user","content":"Say something."}])" + more +
         "}";
}

std::int64_t prompt_of(const std::string& body, std::string_view model, tokenizer::chat_api api) {
  simdjson::dom::parser parser;
  return tokenizer::count_prompt(model, api, parser.parse(body)).expected;
}

struct fixture {
  simulated_provider provider{simulation{}};
  simulated_client client{provider.port()};

  std::int64_t billed(const std::string& field, const std::string& at = "/totals") {
    return integer_at(client.get("/simulate/bill?calls=1").body, at + "/" + field);
  }
  // The bill once the provider has noticed that a call ended: waits for the state, not for a time.
  std::int64_t billed_after_cut(const std::string& field) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (billed("cut") == 0 && std::chrono::steady_clock::now() < deadline) {
    }
    BOOST_TEST(billed("cut") == 1);
    return billed(field);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_word_is_one_token_wherever_it_stands, fixture) {
  for (const tokenizer::encoding* encoding :
       {&tokenizer::o200k_base(), &tokenizer::cl100k_base()}) {
    for (const std::int64_t tokens : {0, 1, 2, 33, 4000}) {
      for (std::uint64_t seed = 1; seed < 6; ++seed)
        BOOST_REQUIRE(encoding->count(simulated_text(seed, tokens)) == tokens);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(the_base_model_has_no_steering, fixture) {
  BOOST_TEST(simulated_base_model("sim/gpt-4o?tokens=5&delay_ms=1") == "sim/gpt-4o");
  BOOST_TEST(simulated_base_model("sim/gpt-4o") == "sim/gpt-4o");
  BOOST_TEST(simulated_base_model("gpt-4o?tokens=5") == "gpt-4o?tokens=5");
  BOOST_TEST(simulated_base_model("") == "");
}

BOOST_FIXTURE_TEST_CASE(an_openai_answer_has_every_field_and_a_true_bill, fixture) {
  const std::string body = openai_body("tokens=20", R"(,"n":2)");
  const client_answer answer = client.post("/v1/chat/completions", body,
                                           {"x-stint-tenant: acme", "x-stint-request-id: id-1"});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(text_of_json(answer.body, "/object") == "chat.completion");
  BOOST_TEST(text_of_json(answer.body, "/model") == "sim/gpt-4o");
  BOOST_TEST(text_of_json(answer.body, "/choices/1/message/role") == "assistant");
  BOOST_TEST(text_of_json(answer.body, "/choices/0/finish_reason") == "stop");
  BOOST_TEST(text_of_json(answer.body, "/choices/0/message/content").starts_with("The "));
  bool implausible = false;
  const auto report = openai().read_answer(answer.body, implausible);
  BOOST_REQUIRE(report);
  const std::int64_t prompt = prompt_of(body, "sim/gpt-4o", tokenizer::chat_api::openai_chat);
  BOOST_TEST(report->used.input_total() == prompt);
  BOOST_TEST(report->used.output_tokens == 40);
  BOOST_TEST(openai().count_answer(answer.body, {"gpt-4o"}) == 40);
  for (const char* at : {"/totals", "/tenants/acme", "/calls/id-1"}) {
    BOOST_TEST(billed("requests", at) == 1);
    BOOST_TEST(billed("prompt_tokens", at) == prompt);
    BOOST_TEST(billed("completion_tokens", at) == 40);
  }
}

BOOST_FIXTURE_TEST_CASE(an_openai_stream_has_the_wire_format, fixture) {
  const client_answer plain =
      client.post("/v1/chat/completions", openai_body("tokens=5", R"(,"stream":true)"));
  BOOST_TEST(plain.body.find("\"usage\"") == std::string::npos);
  BOOST_TEST(plain.body.ends_with("data: [DONE]\n\n"));
  BOOST_TEST(plain.body.find(R"("delta":{"role":"assistant","content":"","refusal":null})") !=
             std::string::npos);
  const client_answer asked = client.post(
      "/v1/chat/completions",
      openai_body("tokens=5", R"(,"n":2,"stream":true,"stream_options":{"include_usage":true})"));
  // Every chunk but the extra one says null: two roles, two times five words, two ends.
  BOOST_TEST(count_of(asked.body, "\"usage\":null") == 14);
  BOOST_TEST(count_of(asked.body, "\"choices\":[],\"usage\":{") == 1);
  const stream_outcome seen =
      stream(openai(), chat_request{}, {asked.body}, simulated("sim/gpt-4o"));
  BOOST_REQUIRE(seen.report);
  BOOST_TEST(seen.report->used.output_tokens == 10);
  BOOST_TEST(seen.counted == 10);
  BOOST_TEST(seen.complete);
  BOOST_TEST(billed("completion_tokens") == 15);
  BOOST_TEST(billed("cut") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_anthropic_answer_and_stream_agree_with_the_bill, fixture) {
  const std::string body = anthropic_body("tokens=20&cached=3&cache_write=2&reasoning=4");
  const std::int64_t prompt =
      prompt_of(body, "sim/claude-sonnet-4-5", tokenizer::chat_api::anthropic_messages);
  const client_answer whole = client.post("/v1/messages", body);
  BOOST_TEST(text_of_json(whole.body, "/type") == "message");
  BOOST_TEST(text_of_json(whole.body, "/content/1/type") == "text");
  BOOST_TEST(text_of_json(whole.body, "/stop_reason") == "end_turn");
  bool implausible = false;
  const auto report = anthropic().read_answer(whole.body, implausible);
  BOOST_REQUIRE(report);
  BOOST_TEST(spelled(report->used) == std::to_string(prompt - 5) + " 3 2 0 0 24 0 0 0");
  BOOST_TEST(anthropic().count_answer(whole.body, simulated("sim/claude-sonnet-4-5")) == 24);
  const client_answer streamed = client.post(
      "/v1/messages",
      anthropic_body("tokens=20&cached=3&cache_write=2&reasoning=4", R"(,"stream":true)"));
  for (const char* type : {"message_start", "content_block_start", "ping", "content_block_delta",
                           "content_block_stop", "message_delta", "message_stop"}) {
    BOOST_TEST(streamed.body.find("event: " + std::string(type) + "\n") != std::string::npos, type);
  }
  const stream_outcome seen =
      stream(anthropic(), chat_request{}, {streamed.body}, simulated("sim/claude-sonnet-4-5"));
  BOOST_REQUIRE(seen.report);
  BOOST_TEST(spelled(seen.report->used) == std::to_string(prompt - 5) + " 3 2 0 0 24 0 0 0");
  BOOST_TEST(seen.counted == 24);
  BOOST_TEST(seen.complete);
  BOOST_TEST(billed("prompt_tokens") == 2 * prompt);
  BOOST_TEST(billed("completion_tokens") == 48);
  BOOST_TEST(billed("cached_tokens") == 6);
  BOOST_TEST(billed("reasoning_tokens") == 8);
}

// "Say something." is 3 tokens of prose; the framing of one message is 7.
BOOST_FIXTURE_TEST_CASE(a_private_tokenizer_bills_by_its_own_ratios, fixture) {
  const auto billed_for = [&](const std::string& body, const std::string& path) {
    client.post("/simulate/reset", "");
    (void)client.post(path, body);
    return billed("prompt_tokens");
  };
  const std::string tools = R"(,"tools":[{"name":"f"}])";
  const std::string plain = anthropic_body("tokens=1");
  const auto own = [&](const std::string& steer, const std::string& more = "") {
    return billed_for(anthropic_body("tokens=1&" + steer, more), "/v1/messages");
  };
  BOOST_TEST(own("prose=1000") == 3 + 7);
  BOOST_TEST(own("prose=3000&base=50") == 9 + 7 + 50);
  BOOST_TEST(own("code=3000") == 3 + 7);
  BOOST_TEST(own("prose=1000&per_tool=40", tools) - own("prose=1000", tools) == 40);
  BOOST_TEST(billed_for(openai_body("tokens=1&prose=3000"), "/v1/chat/completions") ==
             prompt_of(openai_body(""), "sim/gpt-4o", tokenizer::chat_api::openai_chat));
}

BOOST_FIXTURE_TEST_CASE(the_bound_of_the_request_is_kept, fixture) {
  const client_answer openai_answer =
      client.post("/v1/chat/completions", openai_body("tokens=50", R"(,"max_tokens":7)"));
  BOOST_TEST(text_of_json(openai_answer.body, "/choices/0/finish_reason") == "length");
  BOOST_TEST(integer_at(openai_answer.body, "/usage/completion_tokens") == 7);
  const client_answer hidden =
      client.post("/v1/chat/completions",
                  openai_body("tokens=50&reasoning=5", R"(,"max_completion_tokens":7)"));
  BOOST_TEST(integer_at(hidden.body, "/usage/completion_tokens") == 7);
  BOOST_TEST(integer_at(hidden.body, "/usage/completion_tokens_details/reasoning_tokens") == 5);
  const client_answer anthropic_answer = client.post("/v1/messages", anthropic_body("tokens=5000"));
  BOOST_TEST(text_of_json(anthropic_answer.body, "/stop_reason") == "max_tokens");
  BOOST_TEST(integer_at(anthropic_answer.body, "/usage/output_tokens") == 1000);
}

BOOST_FIXTURE_TEST_CASE(a_tool_is_called_when_it_is_required_and_its_tokens_are_billed, fixture) {
  const std::string tools =
      R"(,"tools":[{"type":"function","function":{"name":"get_weather",)"
      R"("parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}}])";
  const client_answer unasked = client.post("/v1/chat/completions", openai_body("tokens=3", tools));
  BOOST_TEST(text_of_json(unasked.body, "/choices/0/finish_reason") == "stop");
  const std::string required = tools + R"(,"tool_choice":"required")";
  const client_answer whole = client.post("/v1/chat/completions", openai_body("", required));
  BOOST_TEST(text_of_json(whole.body, "/choices/0/finish_reason") == "tool_calls");
  BOOST_TEST(text_of_json(whole.body, "/choices/0/message/tool_calls/0/function/name") ==
             "get_weather");
  BOOST_TEST(
      text_of_json(text_of_json(whole.body, "/choices/0/message/tool_calls/0/function/arguments"),
                   "/city") == "some text");
  const std::int64_t tokens = integer_at(whole.body, "/usage/completion_tokens");
  BOOST_TEST(openai().count_answer(whole.body, {"gpt-4o"}) == tokens);
  const client_answer streamed =
      client.post("/v1/chat/completions", openai_body("", required + R"(,"stream":true,"n":2)"));
  BOOST_TEST(stream(openai(), chat_request{}, {streamed.body}, simulated("sim/gpt-4o")).counted ==
             2 * tokens);
  const client_answer steered = client.post("/v1/chat/completions", openai_body("tool=1", tools));
  BOOST_TEST(text_of_json(steered.body, "/choices/0/finish_reason") == "tool_calls");
  const client_answer by_header =
      client.post("/v1/chat/completions", openai_body("", tools), {"X-Sim-Tool: 1"});
  BOOST_TEST(text_of_json(by_header.body, "/choices/0/finish_reason") == "tool_calls");
  BOOST_TEST(billed("completion_tokens") == 3 + 5 * tokens);
  const std::string named =
      R"(,"tools":[{"name":"f","input_schema":{"type":"object",)"
      R"("properties":{"a":{"type":"string"}}}}],"tool_choice":{"type":"any"})";
  const client_answer claude = client.post("/v1/messages", anthropic_body("", named));
  BOOST_TEST(text_of_json(claude.body, "/stop_reason") == "tool_use");
  const client_answer claude_stream =
      client.post("/v1/messages", anthropic_body("", named + R"(,"stream":true)"));
  const stream_outcome seen =
      stream(anthropic(), chat_request{}, {claude_stream.body}, simulated("sim/claude-sonnet-4-5"));
  BOOST_TEST(seen.counted == integer_at(claude.body, "/usage/output_tokens"));
}

BOOST_FIXTURE_TEST_CASE(usage_can_be_wrong_while_the_bill_stays_true, fixture) {
  const std::string streaming = R"(,"stream":true,"stream_options":{"include_usage":true})";
  const auto seen = [&](const std::string& usage) {
    return stream(
        openai(), chat_request{},
        {client.post("/v1/chat/completions", openai_body("tokens=4&usage=" + usage, streaming))
             .body},
        simulated("sim/gpt-4o"));
  };
  BOOST_TEST(!seen("missing").report);
  BOOST_TEST(seen("negative").implausible);
  BOOST_TEST(seen("huge").implausible);
  BOOST_TEST(seen("repeated").report->used.output_tokens == 4);
  BOOST_TEST(billed("completion_tokens") == 16);
  bool implausible = false;
  BOOST_TEST(!anthropic().read_answer(
      client.post("/v1/messages", anthropic_body("usage=missing")).body, implausible));
  BOOST_TEST(!anthropic().read_answer(
      client.post("/v1/messages", anthropic_body("usage=negative")).body, implausible));
  BOOST_TEST(implausible);
}

BOOST_FIXTURE_TEST_CASE(a_status_is_answered_in_the_dialect_and_not_billed, fixture) {
  const client_answer busy = client.post("/v1/chat/completions", openai_body("status=429"));
  BOOST_TEST(busy.status == 429);
  BOOST_TEST(text_of_json(busy.body, "/error/type") == "rate_limit_exceeded");
  const client_answer overloaded = client.post("/v1/messages", anthropic_body("status=529"));
  BOOST_TEST(overloaded.status == 529);
  BOOST_TEST(text_of_json(overloaded.body, "/error/type") == "overloaded_error");
  BOOST_TEST(billed("requests") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_request_is_refused, fixture) {
  BOOST_TEST(client.post("/v1/chat/completions", "{").status == 400);
  BOOST_TEST(client.post("/v1/chat/completions", R"({"model":"sim/x"})").status == 400);
  BOOST_TEST(client.post("/v1/messages", R"({"model":"sim/x","messages":[]})").status == 400);
  BOOST_TEST(client.post("/v1/chat/completions", openai_body("tokens=many")).status == 400);
  BOOST_TEST(client.post("/v1/chat/completions", openai_body("nonsense=1")).status == 400);
  BOOST_TEST(client.post("/v1/unknown", "{}").status == 404);
}

BOOST_FIXTURE_TEST_CASE(the_last_request_is_shown_as_received, fixture) {
  const std::string body = openai_body("tokens=1", ",\"x\" :  \"\\u20ac\" ");
  const client_answer first = client.post("/v1/chat/completions", body, {"X-Odd:  Value "});
  BOOST_TEST(first.status == 200);
  const client_answer last = client.get("/simulate/last");
  BOOST_TEST(text_of_json(last.body, "/body") == body);
  BOOST_TEST(text_of_json(last.body, "/head").find("\r\nX-Odd:  Value \r\n") != std::string::npos);
  BOOST_TEST(integer_at(last.body, "/requests") == 1);
}

BOOST_FIXTURE_TEST_CASE(reset_empties_the_bill, fixture) {
  (void)client.post("/v1/chat/completions", openai_body("tokens=1"));
  BOOST_TEST(billed("requests") == 1);
  BOOST_TEST(client.post("/simulate/reset", "").status == 200);
  BOOST_TEST(billed("requests") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_cut_stream_costs_the_tokens_that_were_written, fixture) {
  // Reset after so many bytes of body: what arrived is counted and is exactly what was billed.
  for (const char* fault : {"reset", "truncate", "bad_chunk", "garbage"}) {
    for (const int bytes : {1, 500, 1500, 3000}) {
      (void)client.post("/simulate/reset", "");
      const std::string steer =
          "tokens=100&fault=" + std::string(fault) + "&after_bytes=" + std::to_string(bytes);
      const std::string raw =
          client.raw("/v1/chat/completions", openai_body(steer, R"(,"stream":true)"));
      std::string body = dechunked(raw.substr(raw.find("\r\n\r\n") + 4));
      body.resize(std::min<std::size_t>(body.size(), static_cast<std::size_t>(bytes)));
      BOOST_TEST(body.size() == static_cast<std::size_t>(bytes));
      const std::int64_t counted =
          stream(openai(), chat_request{}, {body}, simulated("sim/gpt-4o")).counted;
      BOOST_TEST(billed_after_cut("completion_tokens") == counted);
      if (bytes == 3000) BOOST_TEST(counted > 5);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(faults_before_the_head_send_nothing_of_it, fixture) {
  const auto raw = [&](const std::string& fault) {
    return client.raw("/v1/chat/completions", openai_body("fault=" + fault, R"(,"stream":true)"));
  };
  BOOST_TEST(raw("reset") == "");
  BOOST_TEST(raw("truncate") == "");
  BOOST_TEST(!raw("garbage").starts_with("HTTP/1.1"));
  const std::string whole =
      client.raw("/v1/chat/completions", openai_body("fault=truncate&after_bytes=10"));
  BOOST_TEST(whole.substr(whole.find("\r\n\r\n") + 4).size() == 10);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_leaves_is_noticed_while_stalled_and_while_delaying, fixture) {
  for (const char* steer : {"tokens=50&fault=stall&after_bytes=700", "tokens=50&delay_ms=3600000",
                            "tokens=50&delay_first_ms=3600000"}) {
    (void)client.post("/simulate/reset", "");
    const bool says_something = std::string_view(steer).find("first") == std::string_view::npos;
    const std::string seen = client.leave_after_first_bytes(
        "/v1/chat/completions", openai_body(steer, R"(,"stream":true)"), says_something);
    const std::int64_t counted =
        seen.empty()
            ? 0
            : stream(openai(), chat_request{}, {dechunked(seen.substr(seen.find("\r\n\r\n") + 4))},
                     simulated("sim/gpt-4o"))
                  .counted;
    BOOST_TEST(billed_after_cut("completion_tokens") >= counted);
    BOOST_TEST(billed("completion_tokens") <= 5);
    BOOST_TEST(billed("prompt_tokens") > 0);
  }
  (void)client.post("/simulate/reset", "");
  (void)client.leave_after_first_bytes("/v1/chat/completions",
                                       openai_body("tokens=50&delay_ms=3600000"), false);
  BOOST_TEST(billed_after_cut("completion_tokens") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_half_closes_is_billed_exactly_what_it_was_sent, fixture) {
  for (const char* steer : {"tokens=100000", "tokens=5000&delay_ms=1"}) {
    (void)client.post("/simulate/reset", "");
    const std::string raw = client.half_close_after_first_bytes(
        "/v1/chat/completions", openai_body(steer, R"(,"stream":true)"));
    const std::string body = dechunked(raw.substr(raw.find("\r\n\r\n") + 4));
    const std::int64_t counted =
        stream(openai(), chat_request{}, {body}, simulated("sim/gpt-4o")).counted;
    BOOST_TEST(counted > 0);
    BOOST_TEST(counted < 100'000);
    BOOST_TEST(billed_after_cut("completion_tokens") == counted);
  }
}

BOOST_FIXTURE_TEST_CASE(pieces_do_not_change_the_body, fixture) {
  const std::string whole =
      client.post("/v1/messages", anthropic_body("tokens=9", R"(,"stream":true)")).body;
  const std::string pieces =
      client.post("/v1/messages", anthropic_body("tokens=9&piece_bytes=3", R"(,"stream":true)"))
          .body;
  BOOST_TEST(whole.size() == pieces.size());
  BOOST_TEST(count_of(pieces, "text_delta") == 9);
}

BOOST_FIXTURE_TEST_CASE(lengths_follow_the_configuration_and_the_seed, fixture) {
  const auto lengths = [](simulation how) {
    const simulated_provider seeded(how);
    simulated_client its_client(seeded.port());
    std::vector<std::int64_t> drawn;
    for (int i = 0; i < 40; ++i) {
      const std::string body = R"({"model":"sim/gpt-4o","messages":[],"max_tokens":100000})";
      drawn.push_back(integer_at(its_client.post("/v1/chat/completions", body).body,
                                 "/usage/completion_tokens"));
    }
    return drawn;
  };
  simulation how;
  how.length = output_length::log_normal;
  how.fixed_tokens = 100;
  how.seed = 7;
  const auto first = lengths(how);
  BOOST_TEST(first == lengths(how), boost::test_tools::per_element());
  const auto below =
      std::count_if(first.begin(), first.end(), [](std::int64_t n) { return n < 100; });
  BOOST_TEST(below > 8);
  BOOST_TEST(below < 32);
  how.seed = 8;
  BOOST_TEST((first != lengths(how)));
  how.length = output_length::fixed;
  BOOST_TEST(lengths(how).front() == 100);
  how.length = output_length::bound;
  BOOST_TEST(lengths(how).front() == 100'000);
}

BOOST_FIXTURE_TEST_CASE(it_can_be_taken_down_while_a_call_is_stalled, fixture) {
  auto other = std::make_unique<simulated_provider>(simulation{});
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  const auto loopback = boost::asio::ip::make_address("127.0.0.1");
  socket.connect(boost::asio::ip::tcp::endpoint(loopback, other->port()));
  const std::string body = openai_body("fault=stall&after_bytes=10", R"(,"stream":true)");
  const std::string head = "POST /v1/chat/completions HTTP/1.1\r\nHost: sim\r\nContent-Length: ";
  const std::string request = head + std::to_string(body.size()) + "\r\n\r\n" + body;
  boost::asio::write(socket, boost::asio::buffer(request));
  char first = 0;
  BOOST_TEST(socket.read_some(boost::asio::buffer(&first, 1)) == 1U);
  other.reset();
  std::string rest;
  boost::system::error_code error;
  boost::asio::read(socket, boost::asio::dynamic_buffer(rest), error);
  BOOST_TEST(error.failed());
}

BOOST_FIXTURE_TEST_CASE(every_answer_has_a_date, fixture) {
  for (const char* body : {R"({"model":"sim/gpt-4o","messages":[],"max_tokens":1})",
                           R"({"model":"sim/gpt-4o","messages":[],"stream":true})", "{"}) {
    const std::string answer = client.raw("/v1/chat/completions", body);
    BOOST_TEST(answer.find("\r\nDate: ") < answer.find("\r\n\r\n"), answer);
  }
}

BOOST_FIXTURE_TEST_CASE(a_taken_port_is_said_so, fixture) {
  simulation how;
  how.port = provider.port();
  BOOST_CHECK_EXCEPTION(simulated_provider{how}, std::runtime_error,
                        [](const std::exception& failure) {
                          return std::string(failure.what()).starts_with("simulated.port: ");
                        });
}

BOOST_AUTO_TEST_SUITE_END()
