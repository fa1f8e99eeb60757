// Tested by tests/gateway/call/relay/refused_usage_test.cpp and tests/end_to_end/stream_usage_test.py.
#include "gateway/call/relay/refused_usage.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <variant>

namespace stint {

namespace {
// Nothing: it does not begin so.
std::optional<std::string_view> behind(std::string_view text, std::string_view beginning) noexcept {
  if (!text.starts_with(beginning)) return std::nullopt;
  return text.substr(beginning.size());
}

std::string_view without_any(std::string_view text, std::string_view bytes) noexcept {
  return text.substr(std::min(text.find_first_not_of(bytes), text.size()));
}

// Whether what stands behind a name is what we had put there: the name is a key in quotes, as JSON writes it
// or as Python prints it, and its value is ours.
bool is_ours_behind(std::string_view name, std::string_view rest) noexcept {
  constexpr std::string_view quotes = "\\\"'";
  constexpr std::string_view blanks = " \t\r\n";
  const std::string_view unquoted = without_any(rest, quotes);
  if (unquoted.size() == rest.size()) return false;
  const auto value = behind(without_any(unquoted, blanks), ":");
  if (!value) return false;
  const std::string_view given = without_any(*value, blanks);
  if (name == "include_usage") return given.starts_with("true") || given.starts_with("True");
  const auto inside = behind(given, "{");
  if (!inside) return false;
  const std::string_view key = without_any(without_any(*inside, blanks), quotes);
  return key.starts_with("include_usage");
}

// Whether the text names the field, but for where it gives back our own text: servers that refuse a call
// for something else may repeat the whole of it.
bool names(std::string_view text, std::string_view name) noexcept {
  for (std::size_t at = text.find(name); at != std::string_view::npos;) {
    const bool is_quoted = at > 0 && (text[at - 1] == '"' || text[at - 1] == '\'');
    const std::size_t end = at + name.size();
    if (!is_quoted || !is_ours_behind(name, text.substr(end))) return true;
    at = text.find(name, end);
  }
  return false;
}
}  // namespace

bool refused_to_tell_usage(const examined_call& call, const relayed& answer) {
  if (!call.asks_for_usage) return false;
  const auto* whole = std::get_if<whole_answer>(&answer.unsent);
  if (whole == nullptr || (whole->status != 400 && whole->status != 422)) return false;
  return names(whole->body, "stream_options") || names(whole->body, "include_usage");
}

void ask_for_no_usage(const dialect& speaks, std::string_view body, examined_call& call) {
  call.asks_for_usage = false;
  call.edited_body.reset();
  if (call.output_limit_tokens > 0)
    call.edited_body = speaks.lower_output_bound(body, call.model, call.output_limit_tokens);
}

}  // namespace stint
