// Function definitions as OpenAI shows them to the model: a TypeScript namespace
// (github.com/openai/harmony, docs/format.md; older models alike). Rendered and then counted, this
// reproduces what the API reports (tests/tokenizer/prompt/openai_chat_test.cpp).
#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

namespace stint::tokenizer {

// Appends one function: its description as a comment and its type.
void render_function(simdjson::dom::object function, std::string& out);

inline constexpr std::string_view functions_head = "namespace functions {\n\n";
inline constexpr std::string_view functions_tail = "} // namespace functions";

}  // namespace stint::tokenizer
