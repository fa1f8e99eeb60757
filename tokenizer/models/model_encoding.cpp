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
//   gpt-5, o-series, gpt-oss
//                    The text is exact. What is put before it and what announces tools is not
//                    published (prompt_overhead.cpp), so requests are not exact, and are learnt.
//   Sonar            As o200k_base in the two long prompts of 18 recordings.
//
// Tested by tests/tokenizer/models/model_encoding_test.cpp.
#include "tokenizer/models/model_encoding.hpp"

#include <algorithm>
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
    model_row{prefix, "ft:o4-mini", o200k, framing::openai_o_series, false, 1000, 1000, true},
    model_row{exactly, "o1", o200k, framing::openai_o_series, false, 1000, 1000, true},
    model_row{prefix, "o1-", o200k, framing::openai_o_series, false, 1000, 1000, true},
    model_row{exactly, "o3", o200k, framing::openai_o_series, false, 1000, 1000, true},
    model_row{prefix, "o3-", o200k, framing::openai_o_series, false, 1000, 1000, true},
    model_row{prefix, "o4-mini", o200k, framing::openai_o_series, false, 1000, 1000, true},
    model_row{prefix, "gpt-5", o200k, framing::openai_gpt5, false, 1000, 1000, true},
    model_row{prefix, "gpt-oss", harmony, framing::gpt_oss, false, 1000, 1000, true},
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
    model_row{prefix, "gpt-audio", o200k, framing::openai_audio, false, 1000, 1100},
    model_row{prefix, "gpt-6", o200k, framing::openai_gpt5, false, 1000, 1100},
    // As one reseller spells them, which puts a system prompt of its own before ours.
    model_row{anywhere, "venice", o200k, framing::venice, false, 1150, 1600},
    model_row{exactly, "mistral-small-3-2-24b-instruct", o200k, framing::venice, false, 1100, 1300},
    model_row{exactly, "qwen3-5-9b", qwen3, framing::venice, false, 1000, 1200},
    model_row{prefix, "compound", o200k, framing::agentic, false, 1150, 1600},
    model_row{anywhere, "sonar", o200k, framing::sonar, false, 1000, 1100},
    model_row{anywhere, "mimo-", o200k, framing::mimo, false, 1050, 1600},
    model_row{anywhere, "gemma", o200k, framing::gemma, false, 1080, 1300},
    model_row{anywhere, "gemini", o200k, framing::gemini, false, 1080, 1300},
    model_row{anywhere, "distill-llama", o200k, framing::llama, false, 1050, 1450},
    model_row{anywhere, "distill-qwen", qwen3, framing::qwen, false, 1000, 1100},
    model_row{anywhere, "deepseek-coder", o200k, framing::deepseek, false, 1050, 1300},
    model_row{anywhere, "deepseek-v2", o200k, framing::deepseek, false, 1050, 1300},
    // A distilled one whose vocabulary is not DeepSeek's: its text is not called exact.
    model_row{anywhere, "deepseek-r1-0528-qwen", deepseek, framing::deepseek, false, 1000, 1100},
    model_row{anywhere, "deepseek-chat", deepseek, framing::deepseek, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-reasoner", deepseek, framing::deepseek, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-v3", deepseek, framing::deepseek, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-v4", deepseek, framing::deepseek, false, 1000, 1100, true},
    model_row{anywhere, "deepseek-r1", deepseek, framing::deepseek, false, 1000, 1100, true},
    model_row{anywhere, "deepseek", deepseek, framing::deepseek, false, 1000, 1100},
    model_row{anywhere, "qwen3.", qwen3, framing::qwen, false, 1000, 1200},
    model_row{anywhere, "qwen2", qwen3, framing::qwen, false, 1000, 1100, true},
    model_row{anywhere, "qwen3", qwen3, framing::qwen, false, 1000, 1100, true},
    model_row{anywhere, "qwen", qwen3, framing::qwen, false, 1000, 1200},
    model_row{anywhere, "kimi", o200k, framing::kimi, false, 1050, 1300},
    model_row{anywhere, "glm-", o200k, framing::glm, false, 1050, 1300},
    // Mistral, Ministral, Codestral, Devstral, Magistral.
    model_row{anywhere, "tral", o200k, framing::mistral, false, 1100, 1400},
    model_row{anywhere, "llama-4", o200k, framing::llama_4, false, 1050, 1450},
    model_row{anywhere, "llama4", o200k, framing::llama_4, false, 1050, 1450},
    model_row{anywhere, "llama", o200k, framing::llama, false, 1050, 1450},
    model_row{anywhere, "grok", o200k, framing::grok, false, 1100, 1500},
};

constexpr model_row claude_before_47{
    anywhere, "claude", o200k, framing::anthropic, false, 1150, 1500};
constexpr model_row claude_since_47{
    anywhere, "claude", o200k, framing::anthropic, false, 1500, 1800};
// Byte-level vocabularies of 32k–260k tokens lie within these of o200k_base on ordinary text.
constexpr model_row unknown_model{anywhere, "", o200k, framing::plain, false, 1150, 1600};
// clang-format on

// Resellers write Llama-3.3-70B-Instruct and DeepSeek-V4-Pro; the rows are in small letters.
class small_letters {
 public:
  explicit small_letters(std::string_view name) noexcept : name_(name) {
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (name.size() > made_.size() || std::none_of(name.begin(), name.end(), is_capital)) return;
    std::transform(name.begin(), name.end(), made_.begin(),
                   [&](char c) { return is_capital(c) ? static_cast<char>(c - 'A' + 'a') : c; });
    name_ = {made_.data(), name.size()};
  }
  small_letters(const small_letters&) = delete;
  small_letters& operator=(const small_letters&) = delete;
  [[nodiscard]] std::string_view name() const noexcept { return name_; }

 private:
  std::array<char, 128> made_;  // longer ones are no model's
  std::string_view name_;
};

const model_row& row_of(std::string_view bare) noexcept {
  const small_letters small(bare);
  const std::string_view name = small.name();
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

// A file's text is exact; how the models it was installed for are framed, their names may say.
model_encoding encoding_for_model(std::string_view model) noexcept {
  const std::string_view bare = bare_model(model);
  const model_row& row = row_of(bare);
  if (const encoding* installed = installed_for(bare)) {
    return {.text = installed, .frame = row.frame, .factor_permille = 1000, .upper_permille = 1100};
  }
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
