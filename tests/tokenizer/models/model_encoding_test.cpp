// Goal: each model name gets the encoding that tiktoken's model.py gives it, and what is not public
// is never called exact.
#include "tokenizer/models/model_encoding.hpp"

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/model_name.hpp"
#include "tokenizer/models/named_encodings.hpp"

using namespace stint::tokenizer;

BOOST_AUTO_TEST_SUITE(model_encoding_suite)

BOOST_AUTO_TEST_CASE(public_models_are_exact_in_their_encoding) {
  for (const std::string_view model :
       {"gpt-4.5-preview", "gpt-4.1", "gpt-4.1-nano-2025-04-14", "gpt-4o", "gpt-4o-mini-2024-07-18",
        "chatgpt-4o-latest", "ft:gpt-4o-mini:acme::id", "sim/gpt-4o", "openai/gpt-4o"}) {
    const model_encoding found = encoding_for_model(model);
    BOOST_TEST_CONTEXT(model) {
      BOOST_TEST(found.text->name() == "o200k_base");
      BOOST_TEST(found.exact);
      BOOST_TEST(found.factor_permille == 1000);
      BOOST_TEST(found.upper_permille == 1000);
    }
  }
  for (const std::string_view model :
       {"gpt-4", "gpt-4-0613", "gpt-4-turbo", "gpt-4-32k", "gpt-3.5-turbo", "gpt-3.5-turbo-0125",
        "gpt-35-turbo", "text-embedding-3-large", "text-embedding-3-small", "sim/gpt-4",
        "text-embedding-ada-002", "davinci-002", "babbage-002", "ft:gpt-3.5-turbo-0125:acme::id",
        "ft:gpt-4-0613:acme::id"}) {
    const model_encoding found = encoding_for_model(model);
    BOOST_TEST_CONTEXT(model) {
      BOOST_TEST(found.text->name() == "cl100k_base");
      BOOST_TEST(found.exact);
    }
  }
}

BOOST_AUTO_TEST_CASE(other_published_vocabularies_have_their_models) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"text-davinci-003", "p50k_base"},        {"code-davinci-002", "p50k_base"},
      {"text-davinci-001", "r50k_base"},        {"davinci", "r50k_base"},
      {"text-similarity-ada-001", "r50k_base"}, {"gpt2", "r50k_base"},
  };
  for (const auto& [model, name] : cases) {
    BOOST_TEST(encoding_for_model(model).text->name() == name, model);
    BOOST_TEST(encoding_for_model(model).exact, model);
  }
}

// What OpenAI, and who serves gpt-oss, put around the text is not published: a model that is called
// exact is never learnt, and gpt-5 with tools, or gpt-oss with anything, was above its bound for ever.
BOOST_AUTO_TEST_CASE(reasoning_models_have_exact_text_in_framing_that_is_learnt) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"o1", "o200k_base"},
      {"o1-mini", "o200k_base"},
      {"o3", "o200k_base"},
      {"o3-mini-2025-01-31", "o200k_base"},
      {"o4-mini", "o200k_base"},
      {"gpt-5", "o200k_base"},
      {"gpt-5.6-sol", "o200k_base"},
      {"openai/gpt-5-mini", "o200k_base"},
      {"gpt-oss:20b", "o200k_harmony"},
      {"openai/gpt-oss-20b", "o200k_harmony"},
  };
  for (const auto& [model, name] : cases) {
    const model_encoding found = encoding_for_model(model);
    BOOST_TEST_CONTEXT(model) {
      BOOST_TEST(found.text->name() == name);
      BOOST_TEST(!found.exact);
      BOOST_TEST(counts_text_exactly(model));
      BOOST_TEST(found.factor_permille == 1000);
      BOOST_TEST(found.upper_permille == 1000);
    }
  }
}

// Who resells a model writes its name as its maker does: in capitals it was once nobody's.
BOOST_AUTO_TEST_CASE(a_name_in_capitals_is_the_same_model) {
  for (const auto& [capitals, small] :
       {std::pair{"meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"},
        std::pair{"deepseek-ai/DeepSeek-V4-Pro", "deepseek-v4-pro"},
        std::pair{"Qwen/Qwen3-32B", "qwen3-32b"}, std::pair{"zai-org/GLM-5.2", "glm-5.2"},
        std::pair{"moonshotai/Kimi-K2-Instruct", "kimi-k2-instruct"},
        std::pair{"databricks-CLAUDE-3-7-sonnet", "databricks-claude-3-7-sonnet"}}) {
    const model_encoding found = encoding_for_model(capitals);
    const model_encoding wanted = encoding_for_model(small);
    BOOST_TEST_CONTEXT(capitals) {
      BOOST_TEST(found.text == wanted.text);
      BOOST_TEST((found.frame == wanted.frame));
      BOOST_TEST((found.frame != framing::plain));
      BOOST_TEST(found.upper_permille == wanted.upper_permille);
      BOOST_TEST(counts_text_exactly(capitals) == counts_text_exactly(small));
    }
  }
  const std::string longest(128, 'G');
  BOOST_TEST((encoding_for_model(longest + "rok").frame == framing::plain));
  BOOST_TEST((encoding_for_model(longest.substr(4) + "GROK").frame == framing::grok));
}

// Their text is counted exactly, but how a provider frames it is not published.
BOOST_AUTO_TEST_CASE(qwen_and_deepseek_have_their_own_vocabulary_and_a_margin) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"qwen3-235b-a22b", "qwen3"},
      {"qwen/qwen-2.5-72b-instruct", "qwen3"},
      {"qwen2.5-coder-32b", "qwen3"},
      {"qwen-max", "qwen3"},
      {"deepseek-chat", "deepseek_v3"},
      {"deepseek/deepseek-v4", "deepseek_v3"},
      {"deepseek-reasoner", "deepseek_v3"},
      {"deepseek-r1-distill-qwen-32b", "qwen3"},
      {"deepseek-r1-distill-llama-70b", "o200k_base"},
  };
  for (const auto& [model, name] : cases) {
    const model_encoding found = encoding_for_model(model);
    BOOST_TEST(found.text->name() == name, model);
    BOOST_TEST(!found.exact, model);
    BOOST_TEST(found.upper_permille > found.factor_permille, model);
  }
}

BOOST_AUTO_TEST_CASE(globs_match_whole_names) {
  for (const auto& [glob, name] :
       {std::pair{"llama-3*", "llama-3.3-70b"}, std::pair{"*", ""}, std::pair{"*-b", "a-b-b"},
        std::pair{"a*b*c", "aXbYbZc"}, std::pair{"a**c", "ac"}, std::pair{"exact", "exact"}}) {
    BOOST_TEST(matches_glob(glob, name), glob << " on " << name);
  }
  for (const auto& [glob, name] :
       {std::pair{"llama-3*", "my-llama-3"}, std::pair{"a*a", "a"}, std::pair{"a*b*c", "aXcYb"},
        std::pair{"", "x"}, std::pair{"exact", "exactly"}}) {
    BOOST_TEST(!matches_glob(glob, name), glob << " on " << name);
  }
}

BOOST_AUTO_TEST_CASE(models_that_are_not_public_are_estimates_with_a_margin) {
  for (const std::string_view model :
       {"gpt-6-astra", "gpt-6.2-sol", "claude-opus-4-8", "claude-3-5-haiku-20241022",
        "gemini-4-argon", "mistral-large-2512", "codestral-2508", "grok-4.7", "kimi-k2.6",
        "llama-3.3-70b-versatile", "glm-5.1", "never-heard-of-it", "", "sim/tiny", "gpt-4x"}) {
    const model_encoding found = encoding_for_model(model);
    BOOST_TEST_CONTEXT(model) {
      BOOST_TEST(found.text->name() == "o200k_base");
      BOOST_TEST(!found.exact);
      BOOST_TEST(found.factor_permille >= 1000);
      BOOST_TEST(found.upper_permille > found.factor_permille);
    }
  }
}

struct model_facts {
  std::string_view model;
  std::string_view words;
  framing frame;
  bool exact;
  std::int64_t factor;
  std::int64_t upper;
  bool text_exact;
};

constexpr auto classic = framing::openai_classic;
constexpr auto gpt4o = framing::openai_gpt4o;
constexpr auto gpt5 = framing::openai_gpt5;
constexpr auto o_series = framing::openai_o_series;
constexpr auto claude = framing::anthropic;
constexpr auto plain = framing::plain;

// A name of each row, by the sources at the top of model_encoding.cpp.
// clang-format off
constexpr model_facts known_models[] = {
    {"gpt-4", "cl100k_base", classic, true, 1000, 1000, true},
    {"gpt-3.5", "cl100k_base", classic, true, 1000, 1000, true},
    {"gpt-3.5-turbo-16k", "cl100k_base", classic, true, 1000, 1000, true},
    {"gpt-4-turbo", "cl100k_base", classic, true, 1000, 1000, true},
    {"davinci-002", "cl100k_base", plain, true, 1000, 1000, true},
    {"text-embedding-3-small", "cl100k_base", plain, true, 1000, 1000, true},
    {"ft:gpt-4o:a", "o200k_base", gpt4o, true, 1000, 1000, true},
    {"ft:gpt-4.1:a", "o200k_base", gpt4o, true, 1000, 1000, true},
    {"ft:gpt-4:a", "cl100k_base", classic, true, 1000, 1000, true},
    {"ft:o4-mini:a", "o200k_base", o_series, false, 1000, 1000, true},
    {"o1", "o200k_base", o_series, false, 1000, 1000, true},
    {"o1-pro", "o200k_base", o_series, false, 1000, 1000, true},
    {"o3", "o200k_base", o_series, false, 1000, 1000, true},
    {"gpt-5", "o200k_base", gpt5, false, 1000, 1000, true},
    {"gpt-oss-20b", "o200k_harmony", framing::gpt_oss, false, 1000, 1000, true},
    {"gpt-4.5-preview", "o200k_base", gpt4o, true, 1000, 1000, true},
    {"gpt-4o", "o200k_base", gpt4o, true, 1000, 1000, true},
    {"text-davinci-003", "p50k_base", plain, true, 1000, 1000, true},
    {"ada", "r50k_base", plain, true, 1000, 1000, true},
    {"gpt-audio", "o200k_base", framing::openai_audio, false, 1000, 1100, false},
    {"gpt-6", "o200k_base", gpt5, false, 1000, 1100, false},
    {"gemini-3-pro", "o200k_base", framing::gemini, false, 1080, 1300, false},
    {"deepseek-r1-distill-llama-8b", "o200k_base", framing::llama, false, 1050, 1450, false},
    {"deepseek-r1-distill-qwen-7b", "qwen3", framing::qwen, false, 1000, 1100, false},
    {"deepseek-coder-33b", "o200k_base", framing::deepseek, false, 1050, 1300, false},
    {"deepseek-v2.5", "o200k_base", framing::deepseek, false, 1050, 1300, false},
    {"deepseek-r1-0528-qwen3-8b", "deepseek_v3", framing::deepseek, false, 1000, 1100, false},
    {"deepseek-chat", "deepseek_v3", framing::deepseek, false, 1000, 1100, true},
    {"deepseek-reasoner", "deepseek_v3", framing::deepseek, false, 1000, 1100, true},
    {"deepseek-v3.1", "deepseek_v3", framing::deepseek, false, 1000, 1100, true},
    {"deepseek-v4", "deepseek_v3", framing::deepseek, false, 1000, 1100, true},
    {"deepseek-r1", "deepseek_v3", framing::deepseek, false, 1000, 1100, true},
    {"deepseek-next", "deepseek_v3", framing::deepseek, false, 1000, 1100, false},
    {"qwen3.5-plus", "qwen3", framing::qwen, false, 1000, 1200, false},
    {"qwen2.5-72b", "qwen3", framing::qwen, false, 1000, 1100, true},
    {"qwen3-32b", "qwen3", framing::qwen, false, 1000, 1100, true},
    {"qwen-max", "qwen3", framing::qwen, false, 1000, 1200, false},
    {"kimi-k2", "o200k_base", framing::kimi, false, 1050, 1300, false},
    {"glm-5", "o200k_base", framing::glm, false, 1050, 1300, false},
    {"mistral-large", "o200k_base", framing::mistral, false, 1100, 1400, false},
    {"llama-3.3-70b", "o200k_base", framing::llama, false, 1050, 1450, false},
    {"grok-4", "o200k_base", framing::grok, false, 1100, 1500, false},
    {"llama-4-scout", "o200k_base", framing::llama_4, false, 1050, 1450, false},
    {"us.meta.llama4-maverick-v1", "o200k_base", framing::llama_4, false, 1050, 1450, false},
    {"mimo-v2.5", "o200k_base", framing::mimo, false, 1050, 1600, false},
    {"sonar-pro", "o200k_base", framing::sonar, false, 1000, 1100, false},
    {"gemma-4-31b", "o200k_base", framing::gemma, false, 1080, 1300, false},
    {"venice-uncensored", "o200k_base", framing::venice, false, 1150, 1600, false},
    {"mistral-small-3-2-24b-instruct", "o200k_base", framing::venice, false, 1100, 1300, false},
    {"qwen3-5-9b", "qwen3", framing::venice, false, 1000, 1200, false},
    {"compound-beta", "o200k_base", framing::agentic, false, 1150, 1600, false},
    {"claude-opus-4-6", "o200k_base", claude, false, 1150, 1500, false},
    {"claude-opus-4-7", "o200k_base", claude, false, 1500, 1800, false},
    {"nobody-knows-it", "o200k_base", plain, false, 1150, 1600, false},
};
// clang-format on

BOOST_AUTO_TEST_CASE(each_model_has_the_vocabulary_framing_and_factors_of_its_sources) {
  for (const model_facts& known : known_models) {
    const model_encoding found = encoding_for_model(known.model);
    BOOST_TEST_CONTEXT(known.model) {
      BOOST_TEST(found.text->name() == known.words);
      BOOST_TEST((found.frame == known.frame));
      BOOST_TEST(found.exact == known.exact);
      BOOST_TEST(found.factor_permille == known.factor);
      BOOST_TEST(found.upper_permille == known.upper);
      BOOST_TEST(counts_text_exactly(known.model) == known.text_exact);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_release_is_the_second_of_two_numbers_between_dashes) {
  for (const std::string_view model :
       {"claude-4-7", "claude-4-07", "claude-4-10", "claude-10-1", "claude-5", "claude-9x-5",
        "claude-100-5", "claude-5x", "claude-4-7-20260101", "claude-4-7:0", "claude-4-7@20260101",
        "claude-4.7.1", "claude-v2", "x-3-claude-opus-5", "claude"}) {
    BOOST_TEST(is_claude_47_or_later(model), model);
  }
  for (const std::string_view model :
       {"claude-4-6", "claude-4", "claude-3-10", "claude-4-x-9", "claude-4-6x", "claude-4-7x",
        "claude-4-100", "claude-4-6-9", "claude-4-06", "claude-0-9", "claude-instant-latest",
        "claude-4:9", "x-5-7-claude-3", "cloud-5"}) {
    BOOST_TEST(!is_claude_47_or_later(model), model);
  }
}

BOOST_AUTO_TEST_CASE(claudes_generation_is_read_from_its_name) {
  for (const std::string_view model :
       {"claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-opus-5-5",
        "claude-fable-5-2", "claude-haiku-5-5", "claude-sonnet-5-20261001",
        "us.anthropic.claude-opus-5-v1:0", "claude-opus-4.7", "claude-latest"}) {
    BOOST_TEST(is_claude_47_or_later(model), model);
  }
  for (const std::string_view model :
       {"claude-opus-4-6", "claude-sonnet-4-5", "claude-sonnet-4-20250514", "claude-opus-4-1",
        "claude-3-5-sonnet-20241022", "claude-3-opus-20240229", "claude-2.1", "claude-instant",
        "anthropic.claude-3-haiku-20240307-v1:0", "gpt-5"}) {
    BOOST_TEST(!is_claude_47_or_later(model), model);
  }
  BOOST_TEST(encoding_for_model("claude-opus-5").factor_permille >
             encoding_for_model("claude-opus-4-6").factor_permille);
}

// A name is a part of a request's text, which goes on behind it.
BOOST_AUTO_TEST_CASE(what_stands_behind_a_name_is_no_part_of_it) {
  const std::string_view text = "claude-opus-47";
  BOOST_TEST(is_claude_47_or_later(text));
  BOOST_TEST(!is_claude_47_or_later(text.substr(0, text.size() - 1)));
}

BOOST_AUTO_TEST_SUITE_END()
