// Goal: Gemini's requests: every part is counted in either spelling and in either form of a list, what
// cannot be known is flagged, and a bound is never below its estimate. Method: requests as the SDKs and
// Google's own examples write them, compared with one another.
#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(prompt_count_gemini_suite)

namespace {

using namespace stint::tokenizer;

prompt_tokens count_gemini(const std::string& json, std::string_view model = "gemini-2.5-flash") {
  return count_json(model, chat_api::gemini_contents, json);
}

prompt_tokens count_part(const std::string& part, std::string_view model = "gemini-2.5-flash") {
  return count_gemini(R"({"contents":[{"role":"user","parts":[)" + part + "]}]}", model);
}

const std::string hello = R"({"text":"Tell me of the sea."})";

}  // namespace

BOOST_AUTO_TEST_CASE(text_is_counted_whatever_the_form_of_its_list) {
  const prompt_tokens usual = count_part(hello);
  BOOST_TEST(usual.expected >= 6);
  BOOST_TEST(!usual.exact);
  BOOST_TEST(!usual.hidden_input);
  BOOST_TEST(usual.features.learnable);
  BOOST_TEST(count_gemini(R"({"contents":{"parts":)" + hello + "}}").upper_bound ==
             usual.upper_bound);
}

BOOST_AUTO_TEST_CASE(both_spellings_count_alike) {
  const auto request = [](const std::string& system, const std::string& declared) {
    return R"({"contents":[{"parts":[)" + hello + R"(]}],")" + system +
           R"(":{"parts":[{"text":"Be brief."}]},"tools":[{")" + declared +
           R"(":[{"name":"f","description":"does it","parameters":{"type":"OBJECT"}}]}]})";
  };
  const prompt_tokens camel = count_gemini(request("systemInstruction", "functionDeclarations"));
  const prompt_tokens snake = count_gemini(request("system_instruction", "function_declarations"));
  BOOST_TEST(camel.expected == snake.expected);
  BOOST_TEST(camel.upper_bound == snake.upper_bound);
  BOOST_TEST(camel.features.tools == 1);
  BOOST_TEST(camel.expected > count_part(hello).expected + 10);
  const std::string call = R"({"name":"f","args":{"city":"Paris"}})";
  BOOST_TEST(count_part("{\"functionCall\":" + call + "}").upper_bound ==
             count_part("{\"function_call\":" + call + "}").upper_bound);
  const std::string file = R"({"mimeType":"application/pdf","data":"AAAA"})";
  BOOST_TEST(count_part("{\"inlineData\":" + file + "}").upper_bound ==
             count_part("{\"inline_data\":" + file + "}").upper_bound);
}

BOOST_AUTO_TEST_CASE(functions_and_their_results_are_counted) {
  const std::int64_t nothing = count_part(hello).expected;
  BOOST_TEST(
      count_part(hello + R"(,{"functionCall":{"name":"get_weather","args":{"city":"Paris"}}})")
          .expected > nothing + 5);
  BOOST_TEST(
      count_part(hello + R"(,{"functionResponse":{"name":"f","response":{"result":"sunny"}}})")
          .expected > nothing + 5);
  BOOST_TEST(
      count_part(hello + R"(,{"executableCode":{"language":"PYTHON","code":"1 + 1"}})").expected >
      nothing + 3);
}

BOOST_AUTO_TEST_CASE(media_cost_what_the_generation_takes_for_them) {
  // A PNG of 1000 × 500: two tiles of 258.
  const std::string png =
      base64_text(std::string("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x03\xE8\0\0\x01\xF4", 24));
  const std::string part = R"({"inlineData":{"mimeType":"image/png","data":")" + png + "\"}}";
  const std::int64_t nothing = count_gemini(R"({"contents":[{"parts":[]}]})").expected;
  BOOST_TEST(count_part(part).expected == nothing + 2 * 258);
  BOOST_TEST(count_part(part, "gemini-3.5-flash").expected == nothing + 1'120);
  BOOST_TEST(!count_part(part).features.learnable);
  const std::string sound(40'000, 'A');  // 30 KB
  const prompt_tokens heard =
      count_part(R"({"inlineData":{"mimeType":"audio/mp3","data":")" + sound + "\"}}");
  BOOST_TEST(heard.audio_tokens > 0);
  BOOST_TEST(heard.audio_tokens >= 30'000 / 63);
  BOOST_TEST(heard.expected < 200);
  const prompt_tokens once =
      count_part(R"({"inlineData":{"mimeType":"video/mp4","data":")" + sound + "\"}}");
  const prompt_tokens often = count_part(R"({"inlineData":{"mimeType":"video/mp4","data":")" +
                                         sound + R"("},"videoMetadata":{"fps":9}})");
  BOOST_TEST(often.upper_bound > 5 * once.upper_bound);
}

BOOST_AUTO_TEST_CASE(what_stands_elsewhere_is_hidden_input) {
  for (const char* part :
       {R"({"fileData":{"mimeType":"video/mp4","fileUri":"https://youtu.be/x"}})",
        R"({"file_data":{"file_uri":"https://x/y"}})"}) {
    const prompt_tokens counted = count_part(part);
    BOOST_TEST(counted.hidden_input);
    BOOST_TEST(counted.upper_bound >= 1'000'000);
  }
  const prompt_tokens cached =
      count_gemini(R"({"contents":[],"cachedContent":"cachedContents/x"})");
  BOOST_TEST(cached.hidden_input);
  BOOST_TEST(cached.upper_bound >= 1'000'000);
  for (const char* tool :
       {"googleSearch", "google_search", "urlContext", "codeExecution", "fileSearch"}) {
    const prompt_tokens searched =
        count_gemini(R"({"contents":[],"tools":[{")" + std::string(tool) + "\":{}}]}");
    BOOST_TEST(searched.hidden_input, tool);
    BOOST_TEST(searched.upper_bound >= 20'000, tool);
  }
}

BOOST_AUTO_TEST_CASE(pages_that_are_fetched_may_fill_a_window) {
  for (const char* tool : {"urlContext", "url_context"}) {
    const prompt_tokens fetched =
        count_gemini(R"({"contents":[],"tools":[{")" + std::string(tool) + "\":{}}]}");
    BOOST_TEST(fetched.hidden_input, tool);
    BOOST_TEST(fetched.upper_bound >= 1'000'000, tool);
  }
}

BOOST_AUTO_TEST_CASE(a_schema_and_a_signature_are_in_the_bound_alone) {
  const prompt_tokens plain = count_part(hello);
  const prompt_tokens formed = count_gemini(
      R"({"contents":[{"parts":[)" + hello +
      R"(]}],"generationConfig":{"temperature":1,"responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}}})");
  BOOST_TEST(formed.expected == plain.expected);
  BOOST_TEST(formed.upper_bound > plain.upper_bound + 10);
  const prompt_tokens signed_text = count_part(
      R"({"text":"Tell me of the sea.","thoughtSignature":")" + std::string(400, 'A') + "\"}");
  BOOST_TEST(signed_text.expected == plain.expected);
  BOOST_TEST(signed_text.upper_bound == plain.upper_bound + 100);
}

BOOST_AUTO_TEST_CASE(what_is_to_be_embedded_is_counted_alone_and_in_a_batch) {
  const std::string content = R"("content":{"parts":[)" + hello + "]}";
  const prompt_tokens one = count_gemini("{" + content + "}", "gemini-embedding-001");
  BOOST_TEST(one.expected >= 6);
  const prompt_tokens two = count_gemini(
      R"({"requests":[{"model":"models/gemini-embedding-001",)" + content + "},{" + content + "}]}",
      "gemini-embedding-001");
  BOOST_TEST(two.expected >= 2 * one.expected - 1);
}

BOOST_AUTO_TEST_CASE(what_nobody_knows_counts_as_its_text) {
  BOOST_TEST(count_gemini(R"({"contents":[],"somethingNew":"a text of some words"})").expected >=
             5);
  BOOST_TEST(count_gemini(R"({"contents":"a text of some words"})").expected >= 5);
  BOOST_TEST(count_gemini(R"({"contents":[{"parts":["a text of some words"]}]})").expected >= 5);
  BOOST_TEST(
      count_gemini(R"({"contents":[{"parts":[{"text":["a text of some words"]}]}]})").expected >=
      5);
}

BOOST_AUTO_TEST_SUITE_END()
