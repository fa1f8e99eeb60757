// Goal: an answer that several models worked on, or that was compacted first, is billed for all of it,
// each part at the model that did it, and never twice. Method: the usage objects of recorded answers
// and of what may come beside them, read whole and as a stream.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/stream_check.hpp"

BOOST_AUTO_TEST_SUITE(anthropic_iterations_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& anthropic() {
  return *find_dialect("anthropic");
}

std::string entry(const std::string& type, std::int64_t input, std::int64_t output,
                  const std::string& more = {}) {
  return R"({"type":")" + type + R"(","input_tokens":)" + std::to_string(input) +
         R"(,"output_tokens":)" + std::to_string(output) + more + "}";
}

std::string totals(std::int64_t input, std::int64_t output, const std::string& entries,
                   const std::string& more = {}) {
  return R"({"input_tokens":)" + std::to_string(input) + R"(,"output_tokens":)" +
         std::to_string(output) + more + R"(,"iterations":[)" + entries + "]}";
}

// Of a whole answer; a stream that ends with the same usage says the same.
usage_report reported(const std::string& usage, const std::string& model = "claude-sonnet-5") {
  bool implausible = false;
  const auto report = anthropic().read_answer(
      R"({"type":"message","model":")" + model + R"(","content":[{}],"usage":)" + usage + "}",
      implausible);
  BOOST_TEST_REQUIRE(report.has_value());
  const stream_outcome streamed = stream(
      anthropic(), chat_request{},
      {"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"" + model +
       "\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n"
       "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":" +
       usage + "}\n\n"});
  BOOST_TEST_REQUIRE(streamed.report.has_value());
  BOOST_TEST(spelled(streamed.report->used) == spelled(report->used));
  BOOST_TEST(streamed.report->model == report->model);
  BOOST_TEST(streamed.report->parts.size() == report->parts.size());
  return *report;
}

std::string spelled_parts(const usage_report& report) {
  std::string all;
  for (const usage_part& part : report.parts) {
    if (!all.empty()) all += "; ";
    all += std::string(to_string(part.why)) + " " + part.model + " " +
           std::to_string(part.used.input_total()) + "/" + std::to_string(part.used.output_total());
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_compaction_is_billed_beyond_the_totals) {
  const usage_report report =
      reported(totals(220, 8, entry("compaction", 55196, 125) + "," + entry("message", 220, 8)));
  BOOST_TEST(report.used.input_tokens == 55'416);
  BOOST_TEST(report.used.output_tokens == 133);
  BOOST_TEST(spelled_parts(report) == "compaction  55196/125; answer  220/8");
  // Also where the message is not among the iterations.
  const usage_report alone = reported(totals(220, 8, entry("compaction", 55196, 125)));
  BOOST_TEST(spelled(alone.used) == spelled(report.used));
}

BOOST_AUTO_TEST_CASE(an_advisor_is_a_part_of_its_own_model) {
  const usage_report report = reported(totals(
      2390, 121,
      entry("message", 1128, 110) + "," +
          entry("advisor_message", 2518, 22, R"(,"model":"claude-opus-4-8")") + "," +
          entry("message", 1262, 11),
      R"(,"output_tokens_details":{"thinking_tokens":28},"server_tool_use":{"web_search_requests":2})"));
  BOOST_TEST(report.used.input_tokens == 4'908);
  BOOST_TEST(report.used.output_tokens == 143);
  BOOST_TEST(report.used.reasoning_tokens == 28);
  BOOST_TEST(report.used.web_searches == 2);
  BOOST_TEST(report.model == "claude-sonnet-5");
  BOOST_TEST(spelled_parts(report) ==
             "answer  1128/110; advisor claude-opus-4-8 2518/22; answer  1262/11");
}

BOOST_AUTO_TEST_CASE(one_message_is_the_answer_and_no_part) {
  const usage_report report =
      reported(R"({"input_tokens":1,"output_tokens":97,"cache_read_input_tokens":2750,)"
               R"("cache_creation_input_tokens":318,"iterations":[{"type":"message",)"
               R"("input_tokens":1,"output_tokens":97,"cache_read_input_tokens":2750,)"
               R"("cache_creation_input_tokens":318,)"
               R"("cache_creation":{"ephemeral_1h_input_tokens":318}}]})");
  BOOST_TEST(report.parts.empty());
  BOOST_TEST(spelled(report.used) == "1 2750 0 318 0 97 0 0 0");
}

BOOST_AUTO_TEST_CASE(a_write_whose_life_is_told_in_one_place_alone_is_billed_once) {
  const std::string written = R"(,"cache_creation_input_tokens":318)";
  const std::string hour = R"(,"cache_creation":{"ephemeral_1h_input_tokens":318})";
  BOOST_TEST(
      spelled(reported(totals(1, 9, entry("message", 1, 9, written), written + hour)).used) ==
      "1 0 318 0 0 9 0 0 0");
  BOOST_TEST(
      spelled(reported(totals(1, 9, entry("message", 1, 9, written + hour), written)).used) ==
      "1 0 0 318 0 9 0 0 0");
  // And what the iterations do not name is still there.
  const std::string more = R"(,"cache_creation_input_tokens":400)";
  BOOST_TEST(spelled(reported(totals(1, 9, entry("message", 1, 9, written + hour), more)).used) ==
             "1 0 82 318 0 9 0 0 0");
}

BOOST_AUTO_TEST_CASE(a_refusal_that_another_model_took_over_is_free_and_that_model_serves) {
  const std::string model = R"(,"model":"claude-fable-5")";
  const std::string taken = entry("fallback_message", 412, 264, R"(,"model":"claude-opus-4-8")");
  const usage_report report =
      reported(totals(412, 264, entry("message", 408, 0, model) + "," + taken), "claude-fable-5");
  BOOST_TEST(spelled(report.used) == "412 0 0 0 0 264 0 0 0");
  BOOST_TEST(report.model == "claude-opus-4-8");
  BOOST_TEST(spelled_parts(report) == "fallback claude-opus-4-8 412/264");
  // One that had said something, or whose category is billed, is not.
  const usage_report spoken =
      reported(totals(412, 264, entry("message", 408, 30, model) + "," + taken), "claude-fable-5");
  BOOST_TEST(spelled_parts(spoken) ==
             "answer claude-fable-5 408/30; fallback claude-opus-4-8 412/264");
  const usage_report billed =
      reported(totals(412, 264,
                      entry("message", 408, 0, model + R"(,"stop_details":{"category":"bio"})") +
                          "," + taken),
               "claude-fable-5");
  BOOST_TEST(billed.used.input_tokens == 820);
}

BOOST_AUTO_TEST_CASE(a_kind_that_is_not_known_is_charged_as_the_model_that_answers) {
  const usage_report report =
      reported(totals(100, 10, entry("message", 100, 10) + "," + entry("rehearsal", 50, 5)));
  BOOST_TEST(spelled(report.used) == "150 0 0 0 0 15 0 0 0");
  BOOST_TEST(spelled_parts(report) == "answer  100/10; answer  50/5");
  // Inside the totals it is not counted twice.
  const usage_report inside =
      reported(totals(150, 15, entry("message", 100, 10) + "," + entry("rehearsal", 50, 5)));
  BOOST_TEST(spelled(inside.used) == "150 0 0 0 0 15 0 0 0");
}

BOOST_AUTO_TEST_CASE(what_the_iterations_do_not_name_is_billed_by_the_totals) {
  const usage_report short_of = reported(totals(300, 40, entry("message", 100, 10)));
  BOOST_TEST(spelled(short_of.used) == "300 0 0 0 0 40 0 0 0");
  const usage_report advice_only =
      reported(totals(300, 40, entry("advisor_message", 50, 5, R"(,"model":"claude-opus-5")")));
  BOOST_TEST(spelled(advice_only.used) == "350 0 0 0 0 45 0 0 0");
  for (const std::string& nonsense :
       {std::string(), std::string("7"), std::string("null"), std::string(R"({"type":"message"})"),
        entry("message", -1, 5), std::string(R"({"type":"message","input_tokens":"x"})")}) {
    BOOST_TEST_CONTEXT(nonsense) {
      BOOST_TEST(spelled(reported(totals(300, 40, nonsense)).used) == "300 0 0 0 0 40 0 0 0");
    }
  }
}

BOOST_AUTO_TEST_CASE(more_iterations_than_a_call_can_have_are_still_billed) {
  std::string many = entry("message", 1, 1);
  for (int n = 1; n < 1'000; ++n)
    many += "," + entry("message", 1, 1);
  const usage_report report = reported(totals(1'000, 1'000, many));
  BOOST_TEST(spelled(report.used) == "1000 0 0 0 0 1000 0 0 0");
  BOOST_TEST(report.parts.size() <= 64U);
  // And not beyond what can be true.
  std::string absurd = entry("message", 1'000'000'000, 1);
  for (int n = 1; n < 100; ++n)
    absurd += "," + entry("message", 1'000'000'000, 1);
  bool implausible = false;
  BOOST_TEST(!anthropic()
                  .read_answer(R"({"usage":)" + totals(1, 1, absurd) + "}", implausible)
                  .has_value());
  BOOST_TEST(implausible);
}

BOOST_AUTO_TEST_CASE(what_an_answer_asks_others_is_counted_as_it_begins) {
  const auto use = [](int index, const std::string& name, const std::string& type) {
    return "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":" +
           std::to_string(index) + ",\"content_block\":{\"type\":\"" + type +
           "\",\"id\":\"s1\",\"name\":\"" + name + "\",\"input\":{}}}\n\n";
  };
  const auto meter = anthropic().meter_stream({"claude-sonnet-5"}, chat_request{});
  std::string passed;
  for (const char each : use(0, "advisor", "server_tool_use")) {
    const char piece[] = {each};
    meter->consume({piece, 1}, passed);
  }
  BOOST_TEST(meter->side_work_seen() == 1);
  meter->consume(use(1, "web_search", "server_tool_use") + use(2, "advisor", "tool_use"), passed);
  BOOST_TEST(meter->side_work_seen() == 1);
  meter->consume(use(3, "advisor", "server_tool_use"), passed);
  BOOST_TEST(meter->side_work_seen() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
