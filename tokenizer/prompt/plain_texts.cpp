// Texts that no chat surrounds: the prompts of OpenAI's legacy completions, the inputs of its embeddings. Each is a
// text, or a list of token ids, of which each is one token. OpenAI adds nothing (its embeddings' own counts, and
// davinci-002's); others add a token that begins a text, or one that ends it (Llama on vLLM, Qwen's embeddings:
// one each).
//
// Tested by tests/tokenizer/prompt/plain_texts_test.cpp.
#include <algorithm>
#include <array>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

// What steers the call and is no part of what is read.
constexpr std::array<std::string_view, 34> plain_parameters = {"add_special_tokens",
                                                               "best_of",
                                                               "dimensions",
                                                               "echo",
                                                               "encoding_format",
                                                               "frequency_penalty",
                                                               "ignore_eos",
                                                               "input_type",
                                                               "logit_bias",
                                                               "logprobs",
                                                               "max_tokens",
                                                               "metadata",
                                                               "min_p",
                                                               "min_tokens",
                                                               "model",
                                                               "n",
                                                               "n_predict",
                                                               "output_dimension",
                                                               "output_dtype",
                                                               "presence_penalty",
                                                               "provider",
                                                               "repetition_penalty",
                                                               "safety_identifier",
                                                               "seed",
                                                               "service_tier",
                                                               "stop",
                                                               "stream",
                                                               "stream_options",
                                                               "temperature",
                                                               "top_k",
                                                               "top_p",
                                                               "truncate",
                                                               "truncation",
                                                               "user"};

// A request's texts, which may be thousands: what is told by the model is looked up once for all of them.
struct plain_texts {
  const prompt_context& prompt;
  bool adds_nothing;  // the model, to a text
};

// OpenAI's models, by their vocabularies: those of others stand in where a model's own is not public.
plain_texts texts_of(const prompt_context& prompt) {
  const model_encoding words = encoding_for_model(prompt.model);
  return {prompt, words.exact && words.text->name().ends_with("_base")};
}

void add_text_and_ends(const plain_texts& of, std::string_view text) {
  prompt_tally& tally = of.prompt.tally;
  tally.add_text(text);
  if (!of.adds_nothing) {
    tally.add_estimated({.expected = 1, .upper = 4});
  } else if (text.empty()) {
    tally.add_fixed(1);  // as text-embedding-ada-002 reports it
  }
}

bool is_token(dom::element value) {
  return value.is_int64() || value.is_uint64();
}

// A list of texts, of tokens, or of lists of tokens.
void add_list(const plain_texts& of, dom::array list) {
  const prompt_context& prompt = of.prompt;
  std::int64_t tokens = 0;
  for (const dom::element entry : list) {
    std::string_view text;
    dom::array inner;
    if (entry.get(text) == simdjson::SUCCESS) {
      add_text_and_ends(of, text);
    } else if (is_token(entry)) {
      ++tokens;
    } else if (entry.get(inner) == simdjson::SUCCESS) {
      const bool all_tokens = std::all_of(inner.begin(), inner.end(), is_token);
      if (!all_tokens) add_json_text(prompt, entry);
      tokens += all_tokens ? static_cast<std::int64_t>(inner.size()) : 0;
    } else {
      add_json_text(prompt, entry);
    }
  }
  if (tokens > 0) prompt.tally.add_fixed(tokens);
}

void add_texts(const plain_texts& of, dom::element value) {
  std::string_view text;
  dom::array list;
  of.prompt.tally.enter(part_kind::content);
  if (value.is_null()) return;
  if (value.get(text) == simdjson::SUCCESS) return add_text_and_ends(of, text);
  if (value.get(list) == simdjson::SUCCESS) return add_list(of, list);
  add_json_text(of.prompt, value);
}

void add_others(const prompt_context& prompt, dom::key_value_pair field) {
  const auto known = std::find(plain_parameters.begin(), plain_parameters.end(), field.key);
  if (known != plain_parameters.end()) return;
  prompt.tally.enter(part_kind::other);
  prompt.tally.mark_incomparable();
  add_json_text(prompt, field.value);
}

}  // namespace

void walk_openai_completions(const prompt_context& prompt, dom::object request) {
  dom::element given;
  const bool has_prompt = request["prompt"].get(given) == simdjson::SUCCESS && !given.is_null();
  // Nothing to go on from is the token that begins a text.
  if (!has_prompt) prompt.tally.add_fixed(1);
  const plain_texts texts = texts_of(prompt);
  for (const dom::key_value_pair field : request) {
    if (field.key == "prompt" || field.key == "suffix") {
      add_texts(texts, field.value);
    } else {
      add_others(prompt, field);
    }
  }
}

void walk_openai_embeddings(const prompt_context& prompt, dom::object request) {
  const plain_texts texts = texts_of(prompt);
  for (const dom::key_value_pair field : request) {
    if (field.key == "input") {
      add_texts(texts, field.value);
    } else {
      add_others(prompt, field);
    }
  }
}

}  // namespace stint::tokenizer
