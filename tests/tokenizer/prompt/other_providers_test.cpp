// Goal: what other providers than OpenAI take in a chat request is counted as what it is, and what
// they find or fetch by themselves is hidden input. Method: requests of each form.
#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"
#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(other_providers_suite)

namespace {

using namespace stint::tokenizer;
using namespace std::string_literals;

#define HELLO R"({"messages": [{"role": "user", "content": "hello"}])"

}  // namespace

// 30 seconds begun are 375 tokens, however the file comes: as base64 text it was once 28,000.
BOOST_AUTO_TEST_CASE(mistral_counts_recordings_by_the_half_minute) {
  const auto count_audio = [](const std::string& value) {
    return count_openai("voxtral-small-latest",
                        R"({"messages": [{"content": [{"type": "input_audio", "input_audio": )" +
                            value + "}]}]}") -
           count_openai("voxtral-small-latest", R"({"messages": [{"content": []}]})");
  };
  const std::string packed = base64_text(std::string(3'000, 'x'));
  BOOST_TEST(count_audio('"' + packed + '"') == (difference{375, 383}));
  BOOST_TEST(count_audio(R"({"data": ")" + packed + R"("})") == (difference{375, 383}));
  // 16 kbit/s at least, 128 usually.
  BOOST_TEST(count_audio('"' + base64_text(std::string(60'000, 'x')) + '"') ==
             (difference{375, 758}));
  BOOST_TEST(count_audio('"' + base64_text(std::string(480'000, 'x')) + '"') ==
             (difference{750, 9 * 375 + 8}));
  const std::string head =
      "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\0\0\0\0"s;
  BOOST_TEST(count_audio('"' + base64_text(head + std::string(160'000, '\0')) + '"') ==
             (difference{375, 383}));
}

// Once counted as the text that their base64 is.
BOOST_AUTO_TEST_CASE(linked_documents_and_videos_are_hidden_input) {
  const auto count_part = [](const std::string& part) {
    return count_openai("mimo-v2.5", R"({"messages": [{"content": [)" + part + "]}]}");
  };
  const prompt_tokens none = count_part("");
  const std::string data = "data:application/pdf;base64," + std::string(13'332, 'A');
  for (const std::string& url : {'"' + data + '"', R"({"url": ")" + data + R"("})"}) {
    const prompt_tokens document =
        count_part(R"({"type": "document_url", "document_url": )" + url + "}");
    BOOST_TEST(document - none == (difference{2'300, 3'000}));
    BOOST_TEST(document.hidden_input);
    const prompt_tokens video = count_part(R"({"type": "video_url", "video_url": )" + url + "}");
    BOOST_TEST(video - none == (difference{300 + 9'999 / 60, 2'000 + 9'999 / 8}));
    BOOST_TEST(video.hidden_input);
  }
  BOOST_TEST(count_part(R"({"type": "document_url", "document_url": "https://a.example/b.pdf"})") -
                 none ==
             (difference{23'000, 300'000}));
  BOOST_TEST(count_part(R"({"type": "video_url", "video_url": {"url": "https://a.example/b"}})") -
                 none ==
             (difference{20'000, 1'000'000}));
}

// A tool that is no function of the client's finds what it finds: 16,900 tokens for a bound of 37.
BOOST_AUTO_TEST_CASE(tools_of_the_provider_are_hidden_input) {
  const auto count_tool = [](std::string_view type) {
    return count_openai("gpt-5.2",
                        HELLO R"(, "tools": [{"type": ")" + std::string(type) + R"(", "x": {}}]})");
  };
  for (const std::string_view type : {"openrouter:web_search", "browser_search", "web_search"}) {
    BOOST_TEST(count_tool(type).hidden_input, type);
    BOOST_TEST(count_tool(type).upper_bound >= 60'000, type);
    BOOST_TEST(!count_tool(type).features.learnable, type);
  }
  BOOST_TEST(count_tool("openrouter:advisor").hidden_input);
  BOOST_TEST(count_tool("openrouter:advisor").upper_bound >= 20'000);
  BOOST_TEST(!count_tool("custom").hidden_input);
  BOOST_TEST(!count_tool("function").hidden_input);
  BOOST_TEST(count_openai("groq/compound", HELLO "}").hidden_input);
  BOOST_TEST(count_openai("groq/compound", HELLO "}").upper_bound >= 60'000);
}

// Each provider has a word of its own for it, and the model may be one that is counted exactly.
BOOST_AUTO_TEST_CASE(a_search_that_is_asked_for_is_hidden_input) {
  const auto asks = [](std::string_view model, std::string_view fields) {
    const prompt_tokens counted = count_openai(model, HELLO ", " + std::string(fields) + "}");
    BOOST_TEST(counted.hidden_input == (counted.upper_bound >= 60'000), fields);
    return counted.hidden_input;
  };
  for (const std::string_view model : {"openai/gpt-4o", "qwen-plus", "grok-4", "nobody-knows-it"}) {
    BOOST_TEST(asks(model, R"("enable_search": true)"));
    BOOST_TEST(!asks(model, R"("enable_search": false)"));
    BOOST_TEST(asks(model, R"("search_parameters": {"mode": "auto"})"));
    BOOST_TEST(asks(model, R"("search_parameters": {})"));
    BOOST_TEST(!asks(model, R"("search_parameters": {"mode": "off"})"));
    BOOST_TEST(asks(model, R"("plugins": [{"id": "moderation"}, {"id": "web"}])"));
    BOOST_TEST(!asks(model, R"("plugins": [{"id": "moderation"}, 1])"));
  }
  BOOST_TEST(asks("openai/gpt-4o:online", R"("stream": true)"));
  BOOST_TEST(!asks("openai/gpt-4o", R"("stream": true)"));
  // What is no such field counts as its text.
  BOOST_TEST(count_openai("gpt-4o", HELLO R"(, "plugins": "one two three"})").expected == 8 + 3);
  BOOST_TEST(count_openai("gpt-4o", HELLO R"(, "search_parameters": "one two"})").expected == 10);
}

// Text is text; what only the provider can read is bounded by a quarter of its size.
BOOST_AUTO_TEST_CASE(encrypted_reasoning_is_bounded_by_its_size) {
  const auto more = [](const std::string& details) {
    return count_openai("gpt-5", R"({"messages": [{"reasoning_details": )" + details + "}]}") -
           count_openai("gpt-5", R"({"messages": [{}]})");
  };
  BOOST_TEST(more(R"([{"type": "reasoning.encrypted", "data": "123456789012"}])") ==
             (difference{0, 3 + 8}));
  const std::int64_t text = o200k_base().count("let me see");
  BOOST_TEST(more(R"([{"text": "let me see", "signature": "1234"}, {"summary": "let me see"}])") ==
             (difference{2 * text, 2 * text + 1 + 8 + 8}));
  BOOST_TEST(more("null") == (difference{0, 0}));
  BOOST_TEST(more(R"("let me see")") == (difference{text, text}));
  BOOST_TEST(more(R"(["let me see"])") == (difference{text, text}));
}

BOOST_AUTO_TEST_SUITE_END()
