// What a provider adds to the text of a prompt: framing, the system prompts it puts before ours, what
// announces tools, what asks for a format. One table for every family of models; where its figures
// are from is at the top of prompt_overhead.cpp. Pure functions.
#pragma once

#include <string_view>

#include "tokenizer/models/model_encoding.hpp"
#include "tokenizer/models/token_range.hpp"

namespace stint::tokenizer {

// In the provider's own tokens; all of it besides the text that the request itself holds.
struct prompt_overhead {
  std::string_view family;
  token_range request;  // once: what primes the answer, and a system prompt of the provider's own
  token_range message;  // each; the role is text
  token_range tools;    // once where there are tools
  token_range tool;     // each definition
  token_range json_object;  // response_format json_object
  token_range json_schema;  // response_format json_schema; of the published framings a part of it
  token_range thinking;     // where the request switches it on
  // Calls whose usage the figures were fitted to, and of how many independent projects; 0: by the
  // provider's documentation alone.
  int recordings = 0;
  int origins = 0;
};

[[nodiscard]] const prompt_overhead& overhead_of(framing frame) noexcept;

// The system prompt that comes with Claude's tools, with tool_choice auto or none, and any or tool.
struct claude_tool_prompt {
  token_range offered;
  token_range forced;
};
[[nodiscard]] claude_tool_prompt claude_tools_of(std::string_view model) noexcept;

// A tool that the provider defines: its definition is not in the request. Null: none of that type.
struct built_in_tool {
  std::string_view prefix;  // of its type
  token_range tokens;
  // What it finds enters the prompt on the provider's side and is not bounded by anything in the
  // request: `tokens` is a guess then.
  bool is_hidden = false;
};
[[nodiscard]] const built_in_tool* built_in_tool_of(std::string_view type) noexcept;

// Of a type that nobody knows, and of servers whose tools the provider fetches.
inline constexpr token_range unknown_server_tool = {.expected = 3'000, .upper = 20'000};
// What a search finds: 9,000 to 47,600 tokens in 38 recordings of nine projects, a search some
// 13,000. The row carries `hidden_input`.
inline constexpr token_range search_results = {.expected = 8'000, .upper = 60'000};
// Messages: a schema in output_config or output_format (20 recordings, 10 projects: 84 to 154 beyond
// its JSON text × the upper factor), documents with citations switched on (4, 2: 571 to 792).
inline constexpr token_range claude_output_format = {.expected = 120, .upper = 190};
inline constexpr token_range claude_citations = {.expected = 600, .upper = 900};
// A request that lists models to fall back to may be served by any.
inline constexpr token_range other_models = {.expected = 0, .upper = 720};

}  // namespace stint::tokenizer
