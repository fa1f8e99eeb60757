// Tested by tests/gateway/dialect/output_bound_test.cpp.
#include "gateway/dialect/openai_chat/hidden_output.hpp"

#include "tokenizer/models/model_name.hpp"

namespace stint {
namespace {

// The figure behind `family`, as in "gpt-5.1-mini" and "o3"; −1 when it is another family.
int generation_of(std::string_view name, std::string_view family) noexcept {
  if (!name.starts_with(family)) return -1;
  name.remove_prefix(family.size());
  int generation = -1;
  for (const char c : name) {
    if (c < '0' || c > '9' || generation > 99) break;
    generation = (generation < 0 ? 0 : generation * 10) + (c - '0');
  }
  return generation;
}

}  // namespace

bool reasons_hidden(std::string_view model) noexcept {
  const std::string_view name = tokenizer::bare_model(model);
  if (name.find("-chat") != std::string_view::npos) return false;  // answers without reasoning
  return generation_of(name, "o") >= 1 || generation_of(name, "gpt-") >= 5 ||
         generation_of(name, "grok-") >= 4 || name.starts_with("codex") ||
         (name.starts_with("gemini-") && !name.starts_with("gemini-1") &&
          !name.starts_with("gemini-2.0"));
}

}  // namespace stint
