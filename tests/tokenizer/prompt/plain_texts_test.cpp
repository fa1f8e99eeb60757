// Goal: texts that no chat surrounds count as their tokens, and lists of tokens as many as they hold, to the token where
// the vocabulary is OpenAI's. The expected figures are what the providers reported.
#include <boost/test/unit_test.hpp>

#include "tokenizer/prompt/prompt_reading.hpp"

namespace stint::tokenizer {

BOOST_AUTO_TEST_SUITE(prompt_plain_texts)

namespace {
prompt_tokens embedded(std::string_view input, std::string_view model = "text-embedding-3-small") {
  return count_json(
      model, chat_api::openai_embeddings,
      R"({"model":"m","encoding_format":"base64","dimensions":256,"user":"u","input":)" +
          std::string(input) + "}");
}
prompt_tokens completed(std::string_view prompt, std::string_view model = "davinci-002") {
  return count_json(
      model, chat_api::openai_completions,
      R"({"model":"m","max_tokens":7,"stream":true,"prompt":)" + std::string(prompt) + "}");
}
void check_exact(const prompt_tokens& counted, std::int64_t tokens) {
  BOOST_TEST(counted.expected == tokens);
  BOOST_TEST(counted.upper_bound == tokens);
  BOOST_TEST(counted.exact);
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_openai_embeds_is_its_texts_and_nothing_else) {
  check_exact(embedded(R"(["Rust values memory safety and predictable performance."])"), 9);
  check_exact(embedded(R"("Rust values memory safety and predictable performance.")"), 9);
  check_exact(embedded(R"(["Rust values memory safety and predictable performance.",)"
                       R"("Streaming responses arrive incrementally instead of all at once.",)"
                       R"("Embeddings turn text into numeric vectors for similarity search."])"),
              31);
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_a_token) {
  check_exact(embedded(R"("")", "text-embedding-ada-002"), 1);
  check_exact(embedded(R"(["",""])"), 2);
}

BOOST_AUTO_TEST_CASE(a_token_is_one_wherever_it_stands) {
  check_exact(embedded("[1,2,3]"), 3);
  check_exact(embedded("[[1,2,3],[18446744073709551615]]"), 4);
  check_exact(completed("[[1,2],[3]]"), 3);
  check_exact(embedded("[]"), 0);
}

BOOST_AUTO_TEST_CASE(a_legacy_prompt_is_its_texts_and_nothing_is_the_begin_of_one) {
  check_exact(completed(R"("Tell me a joke about opentelemetry")"), 8);
  check_exact(completed(R"(["Tell me a joke about opentelemetry"])"), 8);
  check_exact(completed("null"), 1);
  check_exact(count_json("davinci-002", chat_api::openai_completions, R"({"model":"m"})"), 1);
}

// Qwen's embeddings end each text with a token.
BOOST_AUTO_TEST_CASE(others_may_add_a_token_to_each_text) {
  const prompt_tokens two = embedded(R"(["first note","second note"])", "Qwen/Qwen3-Embedding-8B");
  BOOST_TEST(two.expected == 6);
  BOOST_TEST(two.upper_bound >= 6);
}

// mistral-embed reported 9 for a text that OpenAI's vocabulary, which stands in for its own, has 5 tokens for.
BOOST_AUTO_TEST_CASE(a_vocabulary_that_stands_in_says_nothing_of_what_is_added) {
  BOOST_TEST(embedded(R"("braintrust mistral instrumentation")", "mistral-embed").upper_bound >= 9);
  BOOST_TEST(!embedded(R"("Hello")", "voyage-3-lite").exact);
}

BOOST_AUTO_TEST_CASE(what_is_neither_text_nor_token_counts_as_its_json) {
  const prompt_tokens odd =
      embedded(R"([{"image":"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"},["a",1],1.5,true])");
  BOOST_TEST(odd.expected > 10);
}

BOOST_AUTO_TEST_CASE(the_bound_by_bytes_is_never_below_the_count) {
  for (const char* json : {R"({"input":["a b c","\u00e9\u00e9",[1,2],3,{"x":1}],"unknown":"y"})",
                           R"({"prompt":["a b c",[1,2]],"suffix":"end","unknown":"y"})", R"({})"}) {
    for (const chat_api api : {chat_api::openai_embeddings, chat_api::openai_completions}) {
      for (const char* model : {"text-embedding-3-small", "qwen3-embedding", "voyage-3"}) {
        simdjson::dom::parser parser;
        const auto document = parser.parse(std::string_view(json)).value();
        const prompt_tokens counted = count_prompt(model, api, document);
        BOOST_TEST(bound_prompt(model, api, document).at_most.upper_bound >= counted.upper_bound);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::tokenizer
