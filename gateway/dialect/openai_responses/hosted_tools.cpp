// By the table of dialects.md §1.2 (OpenAI's pricing page). Tested by
// tests/gateway/dialect/openai_responses_test.cpp.
#include "gateway/dialect/openai_responses/hosted_tools.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gateway/dialect/parts/document.hpp"

namespace stint {

namespace {

// Tokens are all that they cost: the caller runs them, or a server that the provider only asks.
constexpr std::array<std::string_view, 10> tokens_only = {
    "function",    "custom",      "namespace", "tool_search", "programmatic_tool_calling",
    "apply_patch", "local_shell", "mcp",       "computer",    "computer_use_preview"};

// By the beginning of their types, which may have a date behind it. OpenRouter's and xAI's are searches, too.
constexpr std::array<std::string_view, 3> search_tools = {"web_search", "x_search",
                                                          "openrouter:web_search"};

// Tools of one namespace stand in another's list.
constexpr int tool_depth_max = 4;

bool is_tokens_only(simdjson::dom::object tool, std::string_view type) {
  if (std::find(tokens_only.begin(), tokens_only.end(), type) != tokens_only.end()) return true;
  if (type.empty()) return find_field(tool, "name").has_value();  // a function, as some write it
  if (type != "shell") return false;
  // In a container of the provider's, which is billed by the minute, or where the caller is.
  simdjson::dom::object environment;
  return !find_field(tool, "environment") ||
         (tool["environment"].get(environment) == simdjson::SUCCESS &&
          text_of(environment, "type") == "local");
}

problem unmetered(std::string_view type) {
  return field_problem(
      "tools",
      "offers \"" + std::string(type.substr(0, 64)) +
          "\", whose use is billed beyond its tokens and is not metered here. Leave it out.");
}

}  // namespace

std::optional<problem> read_tools(simdjson::dom::array tools, offered_tools& into) {
  struct step {
    simdjson::dom::array tools;
    int depth;
  };
  std::vector<step> pending = {{tools, 0}};
  while (!pending.empty()) {
    const step next = pending.back();
    pending.pop_back();
    for (const simdjson::dom::element item : next.tools) {
      simdjson::dom::object tool;
      if (item.get(tool) != simdjson::SUCCESS)
        return field_problem("tools", "must be an array of objects.");
      const auto type = read_text(tool, field_name{"type", "tools.type"});
      if (!type) return type.error();
      into.any = true;
      const bool is_search = std::any_of(search_tools.begin(), search_tools.end(),
                                         [&](auto begins) { return type->starts_with(begins); });
      into.search = into.search || is_search;
      into.old_search = into.old_search || type->starts_with("web_search_preview");
      if (!is_search && !is_tokens_only(tool, *type)) return unmetered(*type);
      simdjson::dom::array inner;
      if (tool["tools"].get(inner) != simdjson::SUCCESS) continue;
      if (next.depth >= tool_depth_max) return field_problem("tools", "is nested too deeply.");
      pending.push_back({inner, next.depth + 1});
    }
  }
  return std::nullopt;
}

}  // namespace stint
