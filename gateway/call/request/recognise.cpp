// Tested by tests/gateway/call/request/recognise_test.cpp.
#include "gateway/call/request/recognise.hpp"

namespace stint {

namespace {
constexpr std::string_view openai_chat_path = "/v1/chat/completions";
constexpr std::string_view anthropic_messages_path = "/v1/messages";

bool passes(const passthrough_config& rule, const request_head& head) noexcept {
  if (rule.method != to_string(head.method)) return false;
  std::string_view path = rule.path;
  if (!path.ends_with('*')) return head.path == path;
  path.remove_suffix(1);
  // A prefix must not be a side door to a metered API: not by escapes that an upstream may decode,
  // nor by a path below.
  if (head.path.find('%') != std::string_view::npos) return false;
  if (head.path.starts_with(openai_chat_path) || head.path.starts_with(anthropic_messages_path))
    return false;
  return head.path.starts_with(path);
}
}  // namespace

const dialect& dialect_for_errors(std::string_view path) noexcept {
  return dialect_of(path.starts_with(anthropic_messages_path) ? dialect_kind::anthropic
                                                              : dialect_kind::openai);
}

result<recognised> recognise(const config& settings, const request_head& head) {
  const bool openai = head.path == openai_chat_path;
  if (openai || head.path == anthropic_messages_path) {
    if (head.method != http_method::post) {
      return make_problem(problem_kind::method_not_allowed,
                          std::string(head.path) + " takes POST only");
    }
    return recognised{.speaks =
                          &dialect_of(openai ? dialect_kind::openai : dialect_kind::anthropic)};
  }
  for (const passthrough_config& rule : settings.passthrough) {
    if (passes(rule, head)) return recognised{.unmetered = &rule};
  }
  return make_problem(problem_kind::not_found,
                      "Stint meters POST /v1/chat/completions and POST /v1/messages; " +
                          std::string(to_string(head.method)) + " " +
                          std::string(head.path.substr(0, 200)) +
                          " is neither. To let it through unmetered, list it under 'passthrough' "
                          "in the configuration.");
}

}  // namespace stint
