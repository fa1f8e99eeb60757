// The table. {expected, upper} of each; `upper` is what a hold stands on.
//
// From what. Rows with recordings were fitted to the usage that providers reported for calls recorded
// by the test suites of public projects (2023 to 2026): the largest remainder after text × the
// family's upper factor, 4 a message and the rest of the row, and a tenth and 8 on top; `expected`
// is about the median. Where fewer than five projects told of a figure it is at least 96 (request),
// 330 (tools) or 220 (formats); where none did, that of the unknown. Left out of a fit: one call in
// twenty or more that stands alone, and what no request can bound (`hidden_input`).
//
// Fitted by that rule on the calls of half of the projects and checked on those of the other half,
// and the other way round, the provider's prompt was above the bound in 0.44 % of 1,608 calls; the
// bound was 1.37 times the truth at the median and 2.90 times at the 95th percentile of prompts over
// 200 tokens. Fitted on all: 0.37 %, 1.29, 2.60. What was above: two calls of snapshots of gpt-3.5
// that framed otherwise, three of Claude in made-up Latin and one word repeated, a free endpoint that
// added 600 tokens once.
//
//   gpt-4, gpt-4o    OpenAI's cookbook and measured counts (openai_chat.cpp, openai_tools.cpp).
//   gpt-5            Announcing tools is 90 tokens at OpenAI and Azure, 8 at OpenRouter and Vercel;
//                    a message of the assistant is 2 more.
//   gpt-oss          Harmony's system message, with the date: 63 (Ollama, Together, Doubleword) to
//                    74 (Baseten).
//   Claude           The tools' system prompt by model: platform.claude.com, pricing. 28 where
//                    thinking is enabled. Over OpenAI's API a schema is often shown as a tool.
//   DeepSeek         79 before a prompt that is thought about (V4 at DeepSeek, Together,
//                    Doubleword); 240 for tools.
//   Llama 3.1 on     30 for the date and the cutoff; a tool 130 to 420 by server. 4: 560 to 640.
//   Grok             142 to 160 always.
//   Venice           A system prompt of its own, unless `include_venice_system_prompt` is false: 900
//                    to 1,600 (names as it spells them, or `venice_parameters`).
//   Groq Compound    Searches and calls itself; no request bounds it.
//   unknown          No more than a family's largest row, so that one more of that sort is held.
//
// Tested by tests/tokenizer/models/prompt_overhead_test.cpp.
#include "tokenizer/models/prompt_overhead.hpp"

#include <array>

namespace stint::tokenizer {
namespace {

constexpr std::size_t families = static_cast<std::size_t>(framing::plain) + 1;

// In the order of `framing`.
// clang-format off
constexpr std::array<prompt_overhead, families> overhead_rows = {{
  // family            request      message  tools        tool      json_object  json_schema  thinking  from
  {"gpt-4, gpt-3.5",   {3, 3},      {3, 3},  {9, 24},     {0, 0},   {0, 16},     {0, 16},     {0, 0},   73,  10},
  {"gpt-4o, gpt-4.1",  {3, 3},      {3, 3},  {9, 24},     {0, 0},   {0, 16},     {0, 16},     {0, 0},   292, 22},
  {"gpt-5",            {2, 11},     {3, 4},  {90, 110},   {0, 8},   {0, 220},    {0, 220},    {0, 0},   95,  14},
  {"o1, o3, o4",       {2, 96},     {3, 4},  {9, 330},    {0, 8},   {0, 220},    {0, 220},    {0, 0},   15,  4},
  {"gpt-oss",          {63, 89},    {3, 4},  {24, 40},    {0, 8},   {25, 220},   {25, 220},   {0, 0},   78,  6},
  {"gpt-audio",        {3, 96},     {3, 4},  {9, 330},    {0, 8},   {0, 220},    {0, 220},    {0, 0},   7,   2},
  {"Claude",           {3, 8},      {3, 4},  {497, 885},  {0, 53},  {20, 640},   {120, 640},  {28, 40}, 57,  7},
  {"Gemini",           {0, 96},     {1, 3},  {10, 330},   {0, 24},  {0, 220},    {0, 220},    {0, 0},   22,  4},
  {"Gemma",            {8, 96},     {3, 4},  {40, 330},   {0, 24},  {86, 220},   {86, 220},   {0, 0},   16,  3},
  {"DeepSeek",         {3, 93},     {1, 4},  {210, 215},  {0, 16},  {20, 220},   {20, 220},   {0, 0},   123, 10},
  {"Qwen",             {3, 96},     {3, 5},  {120, 160},  {0, 16},  {2, 220},    {2, 220},    {0, 0},   149, 7},
  {"Llama 3",          {30, 37},    {3, 5},  {130, 400},  {0, 16},  {0, 220},    {0, 220},    {0, 0},   48,  10},
  {"Llama 4",          {30, 300},   {3, 5},  {320, 356},  {0, 16},  {0, 250},    {0, 620},    {0, 0},   21,  1},
  {"Grok",             {150, 178},  {3, 5},  {130, 385},  {0, 16},  {20, 220},   {20, 220},   {0, 0},   28,  2},
  {"Mistral",          {3, 16},     {3, 4},  {35, 48},    {0, 16},  {0, 220},    {0, 220},    {0, 0},   112, 9},
  {"Kimi",             {5, 96},     {3, 4},  {40, 330},   {0, 16},  {0, 250},    {0, 620},    {0, 0},   11,  1},
  {"GLM",              {3, 96},     {1, 4},  {120, 330},  {0, 16},  {2, 220},    {2, 220},    {0, 0},   30,  3},
  {"MiMo",             {240, 275},  {3, 4},  {180, 330},  {0, 16},  {0, 220},    {0, 620},    {0, 0},   20,  1},
  {"Sonar",            {0, 96},     {0, 4},  {60, 720},   {0, 16},  {0, 250},    {0, 220},    {0, 0},   19,  4},
  {"Venice",           {950, 1750}, {3, 5},  {100, 400},  {0, 53},  {0, 250},    {0, 620},    {0, 0},   14,  1},
  {"Groq Compound",    {400, 600},  {3, 5},  {60, 720},   {10, 60}, {40, 250},   {100, 620},  {0, 0},   9,   2},
  {"unknown",          {3, 300},    {3, 5},  {60, 720},   {10, 60}, {40, 250},   {100, 620},  {0, 40},  0,   0},
}};

struct claude_row {
  std::string_view pattern;  // anywhere in the name
  std::int64_t offered;
  std::int64_t forced;
};
// The first that matches; as the names stand on platform.claude.com and at those who resell it.
constexpr std::array claude_rows = {
    claude_row{"opus-4-8", 290, 410},  claude_row{"opus-4.8", 290, 410},
    claude_row{"opus-4-7", 675, 804},  claude_row{"opus-4.7", 675, 804},
    claude_row{"-4-6", 497, 589},      claude_row{"-4.6", 497, 589},
    claude_row{"-4-5", 496, 588},      claude_row{"-4.5", 496, 588},
    claude_row{"5-5", 286, 406},       claude_row{"5.5", 286, 406},
    claude_row{"opus-5", 286, 406},    claude_row{"sonnet-5", 354, 474},
    claude_row{"fable-5", 354, 474},
    claude_row{"3-5-haiku", 264, 340}, claude_row{"3.5-haiku", 264, 340},
    claude_row{"3-haiku", 264, 340},   claude_row{"3-opus", 530, 281},
    claude_row{"3-5", 346, 313},       claude_row{"3.5", 346, 313},
    claude_row{"3-7", 346, 313},       claude_row{"3.7", 346, 313},
    claude_row{"sonnet-4", 346, 313},  claude_row{"opus-4", 346, 313},
};
// Of one that is not listed the middle is expected and the largest assumed.
constexpr claude_row other_claude = {"", 497, 589};
constexpr std::int64_t claude_most = 804;

// Claude's, by platform.claude.com, pricing, where a figure is not of recordings: the computers of
// 2025 were 1,150 to 1,400 besides the tools' prompt in five recordings of one project.
constexpr std::array built_in_tools = {
    built_in_tool{"bash_", {245, 360}},
    built_in_tool{"text_editor_", {700, 1'080}},
    built_in_tool{"computer_2024", {735, 1'600}},
    built_in_tool{"computer_2025", {1'250, 1'600}},
    built_in_tool{"computer_", {4'500, 5'000}},
    built_in_tool{"browser_2", {6'600, 7'300}},
    // Searching the tools of the request itself; the prompt is read again for what it found: 17
    // recordings of five projects.
    built_in_tool{"tool_search_tool_", {300, 1'200}},
    // What the advisor itself reads is another prompt: four recordings of two projects.
    built_in_tool{"advisor_", {700, 1'500}, true},
    built_in_tool{"web_search", search_results, true},
    built_in_tool{"browser_search", search_results, true},
    built_in_tool{"openrouter:web_search", search_results, true},
};
// clang-format on

constexpr token_range with_margin(std::int64_t tokens, std::int64_t most) {
  return {.expected = tokens, .upper = most + most / 10};
}

}  // namespace

const prompt_overhead& overhead_of(framing frame) noexcept {
  return overhead_rows[static_cast<std::size_t>(frame)];
}

claude_tool_prompt claude_tools_of(std::string_view model) noexcept {
  for (const claude_row& row : claude_rows) {
    if (model.find(row.pattern) != std::string_view::npos) {
      return {.offered = with_margin(row.offered, row.offered),
              .forced = with_margin(row.forced, row.forced)};
    }
  }
  return {.offered = with_margin(other_claude.offered, claude_most),
          .forced = with_margin(other_claude.forced, claude_most)};
}

const built_in_tool* built_in_tool_of(std::string_view type) noexcept {
  for (const built_in_tool& known : built_in_tools) {
    if (type.starts_with(known.prefix)) return &known;
  }
  return nullptr;
}

}  // namespace stint::tokenizer
