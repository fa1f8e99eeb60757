// Goal: `stint count` counts a request as the gateway would, whatever its API, its model's
// tokenizer and its file, or says why not. Method: the command in this process, its output
// captured; what it should count comes from the tokenizer itself.
#include <fstream>
#include <iostream>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <simdjson.h>

#include "gateway/cli/captured_command.hpp"
#include "gateway/learning/calibration_file.hpp"
#include "scratch_directory.hpp"
#include "tokenizer/models/encoding_file.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

using namespace stint;
using tokenizer::chat_api;

BOOST_AUTO_TEST_SUITE(cli_count_api)

namespace {

constexpr std::string_view openai_tools =
    R"({"messages": [{"role": "user", "content": "How many?"}],
  "tools": [{"type": "function", "function": {"name": "count_crates", "description": "counts them",
  "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}}}}]})";
constexpr std::string_view anthropic_tools = R"({"system": "You keep the harbour's ledger.",
  "messages": [{"role": "user", "content": "How many?"}], "tools": [{"name": "count_crates",
  "description": "counts them", "input_schema": {"type": "object"}}]})";
constexpr std::string_view either = R"({"messages": [{"role": "user", "content": "How many?"}]})";

struct written {
  explicit written(std::string_view text, const std::string& name = "request")
      : path(directory.path() + "/" + name) {
    std::ofstream(path) << text;
  }
  scratch_directory directory;
  std::string path;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::int64_t as_the_gateway(const std::string& model, chat_api api, std::string_view request) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(request);
  return tokenizer::count_prompt(model, api, parser.parse(padded)).expected;
}

std::int64_t counted(std::vector<std::string> words) {
  words.emplace_back("--json");
  const ended got = run_captured(words);
  BOOST_REQUIRE_MESSAGE(got.status == 0, got.err);
  return boost::json::parse(got.out).at("tokens").as_int64();
}

}  // namespace

// An OpenAI request for a Claude model was counted as Anthropic's, and the reverse: 26 times too
// much, or a bound far below what the gateway counts.
BOOST_AUTO_TEST_CASE(a_request_is_counted_by_its_own_api_not_by_its_models_vendor) {
  for (const std::string model : {"sim/claude-sonnet-5", "sim/gpt-4o"}) {
    for (const auto& [request, api] : {std::pair{openai_tools, chat_api::openai_chat},
                                       std::pair{anthropic_tools, chat_api::anthropic_messages}}) {
      const written file(request);
      BOOST_TEST(counted({"count", "--model", model, file.path}) ==
                 as_the_gateway(model, api, request));
    }
  }
  const written file(openai_tools);
  BOOST_TEST(
      has(run_captured({"count", "--model", "claude-sonnet-5", file.path}).err, "--api anthropic"));
  BOOST_TEST(run_captured({"count", "--model", "gpt-4o", file.path}).err.empty());
}

BOOST_AUTO_TEST_CASE(contents_are_those_of_gemini_whatever_the_model) {
  const std::string request =
      R"({"contents":[{"role":"user","parts":[{"text":"Tell me of the sea."}]}]})";
  const written file(request);
  for (const std::string model : {"gemini-2.5-flash", "claude-sonnet-5"}) {
    BOOST_TEST(counted({"count", "--model", model, file.path}) ==
               as_the_gateway(model, chat_api::gemini_contents, request));
    BOOST_TEST(run_captured({"count", "--model", model, file.path}).err.empty());
  }
}

// Whatever had an input was counted as one of Responses, with a chat's framing around texts to embed,
// and the hint beside it named the API of chats.
BOOST_AUTO_TEST_CASE(texts_to_embed_are_not_counted_as_a_response) {
  for (const auto& [model, request] :
       {std::pair{"text-embedding-3-small", R"({"input": "Tell me of the sea."})"},
        std::pair{"sim/text-embedding-3-small", R"({"input": "Tell me of the sea."})"},
        std::pair{"voyage-3", R"({"input": ["Tell me of the sea.", "And of the land."]})"},
        std::pair{"voyage-3", R"({"input": [[1, 2, 3], [4, 5]]})"},
        std::pair{"voyage-3", R"({"input": "Tell me of the sea.", "dimensions": 256})"},
        std::pair{"voyage-3", R"({"input": "Tell me.", "encoding_format": "base64"})"}}) {
    const written file(request);
    const std::int64_t right = as_the_gateway(model, chat_api::openai_embeddings, request);
    BOOST_REQUIRE(right != as_the_gateway(model, chat_api::openai_responses, request));
    const ended got = run_captured({"count", "--model", model, file.path, "--json"});
    BOOST_REQUIRE_MESSAGE(got.status == 0, got.err);
    BOOST_TEST(got.err.empty(), got.err);
    const auto told = boost::json::parse(got.out);
    BOOST_TEST(told.at("tokens").as_int64() == right, request);
    BOOST_TEST(told.at("api").as_string() == "openai_embeddings", request);
    BOOST_TEST(has(run_captured({"count", "--model", model, file.path}).out,
                   "(request of openai_embeddings, "));
  }
}

BOOST_AUTO_TEST_CASE(an_input_of_a_response_is_told_by_its_fields_items_or_model) {
  for (const auto& [model, request] :
       {std::pair{"gpt-4o", R"({"input": "Tell me of the sea."})"},
        std::pair{"claude-sonnet-5", R"({"input": [{"role": "user", "content": "Tell me."}]})"},
        std::pair{"gpt-4o", R"({"input": []})"},
        std::pair{"an-embedder", R"({"input": "Tell me.", "instructions": "Be brief."})"}}) {
    const written file(request);
    const ended got = run_captured({"count", "--model", model, file.path, "--json"});
    BOOST_REQUIRE_MESSAGE(got.status == 0, got.err);
    BOOST_TEST(got.err.empty(), got.err);
    BOOST_TEST(boost::json::parse(got.out).at("api").as_string() == "responses", request);
    BOOST_TEST(boost::json::parse(got.out).at("tokens").as_int64() ==
               as_the_gateway(model, chat_api::openai_responses, request));
  }
}

// They were refused as no chat requests, also with the --api that said what they are.
BOOST_AUTO_TEST_CASE(prompts_and_contents_to_embed_are_requests) {
  for (const auto& [request, api, word] :
       {std::tuple{R"({"prompt": "Once upon a time"})", chat_api::openai_completions,
                   "openai_completions"},
        std::tuple{R"({"prompt": ["Once", "upon"]})", chat_api::openai_completions,
                   "openai_completions"},
        std::tuple{R"({"content": {"parts": [{"text": "Tell me."}]}})", chat_api::gemini_contents,
                   "gemini"},
        std::tuple{R"({"requests": [{"content": {"parts": [{"text": "Tell me."}]}}]})",
                   chat_api::gemini_contents, "gemini"}}) {
    const written file(request);
    for (const std::vector<std::string>& said :
         {std::vector<std::string>{}, std::vector<std::string>{"--api", word}}) {
      std::vector<std::string> words = {"count", "--model", "gpt-4o", file.path};
      words.insert(words.end(), said.begin(), said.end());
      BOOST_TEST(counted(words) == as_the_gateway("gpt-4o", api, request), request);
      BOOST_TEST(run_captured(words).err.empty(), request);
    }
  }
  for (const std::string other :
       {R"({"prompt": {"id": "pmpt_1"}})", R"({"content": "a text"})", R"({"requests": [1]})"}) {
    const written file(other);
    const ended got = run_captured({"count", "--model", "gpt-4o", file.path});
    BOOST_TEST(got.status == 1, other);
    BOOST_TEST(has(got.err, "is no request"), got.err);
  }
}

BOOST_AUTO_TEST_CASE(the_api_can_be_said) {
  const written file(either);
  for (const auto& [word, api] : {std::pair{"openai", chat_api::openai_chat},
                                  std::pair{"anthropic", chat_api::anthropic_messages}}) {
    BOOST_TEST(counted({"count", "--model", "claude-sonnet-5", "--api", word, file.path}) ==
               as_the_gateway("claude-sonnet-5", api, either));
  }
  BOOST_TEST(counted({"count", "--model", "claude-sonnet-5", file.path}) ==
             as_the_gateway("claude-sonnet-5", chat_api::anthropic_messages, either));
  BOOST_TEST(run_captured({"count", "--model", "gpt-4o", "--api", "gopher", file.path}).status ==
             2);
  BOOST_TEST(
      run_captured({"count", "--model", "gpt-4o", "--api", "openai", "--text", file.path}).status ==
      2);
  BOOST_TEST(has(run_captured({"count", "--help"}).out, "--api"));
}

// Broken requests were counted as plain text, and called exact.
// The gateway forwards such a request, so that its count can be asked for.
BOOST_AUTO_TEST_CASE(a_number_beyond_64_bits_is_counted_as_its_text) {
  const std::string request =
      R"({"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function",)"
      R"("function":{"name":"f","parameters":{"maximum":)" +
      std::string(78, '9') + "}}}]}";
  const written file(request);
  const ended got = run_captured({"count", "--model", "gpt-4o", file.path});
  BOOST_TEST(got.status == 0, got.err);
}

BOOST_AUTO_TEST_CASE(a_broken_chat_request_is_not_counted_as_a_text) {
  for (const std::string broken :
       {R"({"model":"gpt-4o","messages":[)", R"({"messages":"hi"})", "{\"messages\":[\"\xff\"]}",
        "\xEF\xBB\xBF{\"messages\":", " \n{}"}) {
    const written file(broken);
    const ended got = run_captured({"count", "--model", "gpt-4o", file.path});
    BOOST_TEST(got.status == 1, broken);
    BOOST_TEST(got.out.empty(), got.out);
    BOOST_TEST(has(got.err, "is no request"), got.err);
    BOOST_TEST(has(got.err, "add --text"), got.err);
    BOOST_TEST(run_captured({"count", "--model", "gpt-4o", "--text", file.path}).status == 0,
               broken);
  }
  const written list("[1, 2, 3]");
  BOOST_TEST(run_captured({"count", "--model", "gpt-4o", list.path}).status == 0);
}

// A model with a tokenizer in the configuration was counted by its name alone.
BOOST_AUTO_TEST_CASE(a_configured_tokenizer_counts_as_in_the_gateway) {
  const std::string model = "claude-with-a-file";
  const written config("tokenizers:\n  - {name: mine, file: " STINT_SOURCE_DIR
                       "/tokenizer/vocab/r50k_base.tiktoken, split: gpt2, models: [" +
                           model + "]}\n",
                       "stint.yaml");
  const written file(either);
  const ended with =
      run_captured({"count", "--model", model, "--config", config.path, "--explain", file.path});
  tokenizer::install_encodings({});  // as in a process of its own
  const ended text =
      run_captured({"count", "--model", model, "--config", config.path, "--text", file.path});
  tokenizer::install_encodings({});
  BOOST_TEST(with.status == 0, with.err);
  BOOST_TEST(has(with.out, "mine"), with.out);
  BOOST_TEST(has(with.out, "the tokenizer of " + model + " is exact"), with.out);
  BOOST_TEST(has(text.out, "(text, mine, exact)"), text.out);
  const written wrong("tokenizer: []\n", "stint.yaml");
  const ended refused =
      run_captured({"count", "--model", model, "--config", wrong.path, file.path});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(has(refused.err, "unknown key"), refused.err);
}

// --learned did nothing, and said nothing, for a name that the file does not have.
BOOST_AUTO_TEST_CASE(a_calibration_without_the_model_is_said_so) {
  const written file(either);
  const std::string learned = file.directory.path() + "/calibration";
  tokenizer::calibration learner;
  for (int i = 0; i < 100; ++i) {
    tokenizer::prompt_features seen;
    seen.class_tokens[static_cast<std::size_t>(i) % 4] = 50 + i;
    seen.learnable = true;
    learner.observe("sim/claude-sonnet-5", chat_api::anthropic_messages, seen,
                    (50 + i) * 3 / 2 + 40, 1);
  }
  BOOST_REQUIRE(save_calibration(learned, learner).empty());
  const auto ask = [&](const std::string& model) {
    return run_captured({"count", "--model", model, "--learned", learned, file.path});
  };
  const ended other = ask("claude-sonnet-5");
  BOOST_TEST(other.status == 0);
  BOOST_TEST(has(other.err, "nothing learnt for claude-sonnet-5"), other.err);
  BOOST_TEST(has(other.err, "knows sim/claude-sonnet-5"), other.err);
  BOOST_TEST(has(ask("grok-5").err, "nothing learnt for grok-5"));
  BOOST_TEST(ask("sim/claude-sonnet-5").err.empty());
  BOOST_TEST(ask("gpt-4o").err.empty());  // exact: there is nothing to learn
}

BOOST_AUTO_TEST_SUITE_END()
