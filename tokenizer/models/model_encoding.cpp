// The model → encoding map, and the factors for models whose tokenizer is not public.
//
// OpenAI rows follow tiktoken's model.py (0.14.0): exact names before prefixes, prefixes in order.
// A name with a prefix below that is neither there nor dated (gpt-5.1 … gpt-5.6) is mapped as that
// prefix. Fine-tuned gpt-4.1 is o200k_base like its base model, where model.py's "ft:gpt-4" would
// catch it.
//
// Factors are local o200k_base tokens → provider tokens. Where they come from:
//   Claude ≤ 4.6     The legacy Claude vocabulary × 1.1 is within 2 % of Claude 4.5 (ai-tokenizer
//                    1.0.6, README). Against o200k_base that is 1.12 on prose, 1.21 on code, 1.24
//                    on CJK, 1.10 on JSON: expected 1.15. Upper: reports of up to 50 % (grohan.co).
//   Claude ≥ 4.7     "Approximately 30 %" more than before (platform.claude.com, token counting):
//                    1.15 × 1.30. Measured against 4.6 by content: prose 1.45, Python 1.20, JSON
//                    1.31, CJK 1.00 (sol.ava.dev), so 1.62 on prose; upper 1.80.
//   Gemini           o200k × 1.08 is 98–99 % accurate (ai-tokenizer).
//   DeepSeek, Qwen   The text is counted with their own published vocabulary. How their providers
//                    frame messages and tools is not published, hence a margin and not exact; wider
//                    where the name does not say which vocabulary it is (qwen-max, and Qwen 3.5
//                    onwards, whose is another one). text_exact where the name says which one it
//                    is. Distilled models have the vocabulary of what they are made from.
//   others           ai-tokenizer's accuracy at 500–50,000 tokens: DeepSeek ≈ 95 %, Qwen 94–98,
//                    Mistral 92–98, Llama 3.3 70, Grok 67–74. The sign of the error is not stated;
//                    the upper factors cover it in the direction that costs.
//   GPT-6            o200k_base by one secondary source (ttok 1.0 release notes): no factor, but not
//                    called exact.
//
// Tested by tests/tokenizer/models/model_encoding_test.cpp.
#include "tokenizer/models/model_encoding.hpp"

#include <array>

#include "tokenizer/models/encoding_file.hpp"
#include "tokenizer/models/model_name.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace stint::tokenizer {
namespace {

struct model_row {
  name_match how;
  std::string_view pattern;
  std::string_view words;  // of find_encoding
  framing frame;
  bool exact = true;
  std::int64_t factor_permille = 1000;
  std::int64_t upper_permille = 1000;
  bool text_exact = exact;
};

constexpr std::string_view o200k = "o200k_base";
constexpr std::string_view harmony = "o200k_harmony";
constexpr std::string_view cl100k = "cl100k_base";
constexpr std::string_view p50k = "p50k_base";
constexpr std::string_view r50k = "r50k_base";
constexpr std::string_view qwen3 = "qwen3";
constexpr std::string_view deepseek = "deepseek_v3";
constexpr auto exactly = name_match::exact;
constexpr auto prefix = name_match::prefix;
constexpr auto anywhere = name_match::contains;

// clang-format off
constexpr std::array model_rows = {
    model_row{exactly, "gpt-4", cl100k, framing::openai_classic},
    model_row{exactly, "gpt-3.5", cl100k, framing::openai_classic},
    model_row{exactly, "davinci-002", cl100k, framing::plain},
    model_row{exactly, "babbage-002", cl100k, framing::plain},
    model_row{exactly, "text-embedding-ada-002", cl100k, framing::plain},
    model_row{prefix, "text-embedding-3-", cl100k, framing::plain},
    // Fine-tuned: "ft:<base>:<organisation>:…".
    model_row{prefix, "ft:gpt-4o", o200k, framing::openai_gpt4o},
    model_row{prefix, "ft:gpt-4.1", o200k, framing::openai_gpt4o},
    model_row{prefix, "ft:gpt-4", cl100k, framing::openai_classic},
    model_row{prefix, "ft:gpt-3.5-turbo", cl100k, framing::openai_classic},
    model_row{prefix, "ft:davinci-002", cl100k, framing::plain},
    model_row{prefix, "ft:babbage-002", cl100k, framing::plain},
    model_row{prefix, "ft:o4-mini", o200k, framing::openai_o_series},
    model_row{exactly, "o1", o200k, framing::openai_o_series},
    model_row{prefix, "o1-", o200k, framing::openai_o_series},
    model_row{exactly, "o3", o200k, framing::openai_o_series},
    model_row{prefix, "o3-", o200k, framing::openai_o_series},
    model_row{prefix, "o4-mini", o200k, framing::openai_o_series},
    model_row{prefix, "gpt-5", o200k, framing::openai_gpt5},
    model_row{prefix, "gpt-oss", harmony, framing::openai_gpt5},
    model_row{prefix, "gpt-4.5", o200k, framing::openai_gpt4o},
    model_row{prefix, "gpt-4.1", o200k, framing::openai_gpt4o},
    model_row{prefix, "chatgpt-4o", o200k, framing::openai_gpt4o},
    model_row{prefix, "gpt-4o", o200k, framing::openai_gpt4o},
    model_row{prefix, "gpt-4-", cl100k, framing::openai_classic},
    model_row{prefix, "gpt-3.5-turbo", cl100k, framing::openai_classic},
    model_row{prefix, "gpt-35-turbo", cl100k, framing::openai_classic},
    // No longer served by OpenAI. gpt2's ranks are r50k_base's, p50k_edit's are p50k_base's.
    model_row{exactly, "text-davinci-003", p50k, framing::plain},
    model_row{exactly, "text-davinci-002", p50k, framing::plain},
    model_row{exactly, "text-davinci-edit-001", p50k, framing::plain},
    model_row{exactly, "code-davinci-edit-001", p50k, framing::plain},
    model_row{prefix, "code-davinci-00", p50k, framing::plain},
    model_row{prefix, "code-cushman-00", p50k, framing::plain},
    model_row{exactly, "davinci-codex", p50k, framing::plain},
    model_row{exactly, "cushman-codex", p50k, framing::plain},
    model_row{exactly, "text-davinci-001", r50k, framing::plain},
    model_row{exactly, "text-curie-001", r50k, framing::plain},
    model_row{exactly, "text-babbage-001", r50k, framing::plain},
    model_row{exactly, "text-ada-001", r50k, framing::plain},
    model_row{exactly, "davinci", r50k, framing::plain},
    model_row{exactly, "curie", r50k, framing::plain},
    model_row{exactly, "babbage", r50k, framing::plain},
    model_row{exactly, "ada", r50k, framing::plain},
    model_row{prefix, "text-similarity-", r50k, framing::plain},
    model_row{prefix, "text-search-", r50k, framing::plain},
    model_row{prefix, "code-search-", r50k, framing::plain},
    model_row{exactly, "gpt2", r50k, framing::plain},
    model_row{exactly, "gpt-2", r50k, framing::plain},
    // Not public, or not confirmed.
    model_row{prefix, "gpt-audio", o200k, framing::openai_gpt4o, false, 1000, 1100},
    model_row{prefix, "gpt-6", o200k, framing::openai_gpt5, false, 1000, 1100},
    model_row{anywhere, "gemini", o200k, framing::plain, false, 1080, 1300},
    model_row{anywhere, "distill-llama", o200k, framing::plain, false, 1050, 1450},
    model_row{anywhere, "distill-qwen", qwen3, framing::plain, false, 1000, 1100},
    model_row{anywhere, "deepseek-coder", o200k, framing::plain, false, 1050, 1300},
    model_row{anywhere, "deepseek-v2", o200k, framing::plain, false, 1050, 1300},
    // A distilled one whose vocabulary is not DeepSeek's: its text is not called exact.
    model_row{anywhere, "deepseek-r1-0528-qwen", deepseek, framing::plain, false, 1000, 1100},
    model_row{anywhere, "deepseek-chat", deepseek, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-reasoner", deepseek, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-v3", deepseek, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-v4", deepseek, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-r1", deepseek, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "deepseek", deepseek, framing::plain, false, 1000, 1100},
    model_row{anywhere, "qwen3.", qwen3, framing::plain, false, 1000, 1200},
    model_row{anywhere, "qwen2", qwen3, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "qwen3", qwen3, framing::plain, false, 1000, 1100, true},
    model_row{anywhere, "qwen", qwen3, framing::plain, false, 1000, 1200},
    model_row{anywhere, "kimi", o200k, framing::plain, false, 1050, 1300},
    model_row{anywhere, "glm-", o200k, framing::plain, false, 1050, 1300},
    // Mistral, Ministral, Codestral, Devstral, Magistral.
    model_row{anywhere, "tral", o200k, framing::plain, false, 1100, 1300},
    model_row{anywhere, "llama", o200k, framing::plain, false, 1050, 1450},
    model_row{anywhere, "grok", o200k, framing::plain, false, 1100, 1500},
};

constexpr model_row claude_before_47{
    anywhere, "claude", o200k, framing::anthropic, false, 1150, 1500};
constexpr model_row claude_since_47{
    anywhere, "claude", o200k, framing::anthropic, false, 1500, 1800};
// Byte-level vocabularies of 32k–260k tokens lie within these of o200k_base on ordinary text.
constexpr model_row unknown_model{anywhere, "", o200k, framing::plain, false, 1150, 1600};
// clang-format on

const model_row& row_of(std::string_view name) noexcept {
  for (const model_row& row : model_rows) {
    if (matches(row.how, row.pattern, name)) return row;
  }
  if (name.find("claude") != std::string_view::npos) {
    return is_claude_47_or_later(name) ? claude_since_47 : claude_before_47;
  }
  return unknown_model;
}

const encoding* installed_for(std::string_view bare) noexcept {
  for (const installed_encoding& each : installed_encodings()) {
    for (const std::string& glob : each.models) {
      if (matches_glob(glob, bare)) return each.text.get();
    }
  }
  return nullptr;
}

}  // namespace

// A file's text is exact; the framing of the models it was installed for is not known here.
model_encoding encoding_for_model(std::string_view model) noexcept {
  const std::string_view bare = bare_model(model);
  if (const encoding* installed = installed_for(bare)) {
    return {.text = installed, .factor_permille = 1000, .upper_permille = 1100};
  }
  const model_row& row = row_of(bare);
  return {.text = find_encoding(row.words),
          .frame = row.frame,
          .exact = row.exact,
          .factor_permille = row.factor_permille,
          .upper_permille = row.upper_permille};
}

bool counts_text_exactly(std::string_view model) noexcept {
  const std::string_view bare = bare_model(model);
  return installed_for(bare) != nullptr || row_of(bare).text_exact;
}

}  // namespace stint::tokenizer
