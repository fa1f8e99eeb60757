// Tested by tests/gateway/dialect/stream_ending_test.cpp.
#include "gateway/dialect/openai_chat/ending.hpp"

namespace stint {
namespace {

// A longer first chunk carries text; what is wanted of it is short.
constexpr std::size_t first_bytes_max = 16 * 1024;

bool has_id(std::string_view chunk) noexcept {
  constexpr std::string_view key = "\"id\"";
  const std::size_t at = chunk.find(key);
  if (at == std::string_view::npos) return false;
  const std::size_t value = chunk.find_first_not_of(" \t:", at + key.size());
  return value != std::string_view::npos && !chunk.substr(value).starts_with("\"\"");
}

void append_usage(const usage& used, std::string& out) {
  const std::int64_t prompt = used.input_total();
  const std::int64_t completion = used.output_total();
  out += R"({"prompt_tokens":)" + std::to_string(prompt);
  out += R"(,"completion_tokens":)" + std::to_string(completion);
  out += R"(,"total_tokens":)" + std::to_string(prompt + completion);
  out += R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(used.cached_input_tokens);
  out += R"(},"completion_tokens_details":{"reasoning_tokens":)" +
         std::to_string(used.reasoning_tokens) + "}}";
}

}  // namespace

void openai_stream_head::note(std::string_view data) {
  if (is_known() || data.size() > first_bytes_max) return;
  const bool is_named = has_id(data);
  if (first_.empty() || is_named) first_ = data;
  looked_at_ = is_named ? nameless_chunks_max : looked_at_ + 1;
}

std::string openai_stream_head::model() const {
  const auto chunk = parse_object(first_);
  return chunk ? std::string(text_of(*chunk, "model")) : std::string();
}

std::string openai_stream_head::envelope(std::string_view object) const {
  std::string fields = "{";
  const auto chunk = parse_object(first_);
  for (const std::string_view name :
       {"id", "object", "created", "model", "service_tier", "system_fingerprint"}) {
    simdjson::dom::element value;
    if (chunk && (*chunk)[name].get(value) == simdjson::SUCCESS) {
      fields.append("\"").append(name).append("\":").append(simdjson::minify(value)).append(",");
    } else if (name == "object") {
      fields.append("\"object\":\"").append(object).append("\",");
    }
  }
  return fields;
}

void append_openai_ending(std::string_view envelope, std::string_view open_choices,
                          const usage* told, std::string& out) {
  if (!open_choices.empty()) {
    out.append("data: ").append(envelope).append("\"choices\":[").append(open_choices).append("]");
    out += told != nullptr ? ",\"usage\":null}\n\n" : "}\n\n";
  }
  if (told != nullptr) {
    out.append("data: ").append(envelope).append("\"choices\":[],\"usage\":");
    append_usage(*told, out);
    out += "}\n\n";
  }
  out += "data: [DONE]\n\n";
}

void openai_chat_ending::note(std::string_view data) {
  head_.note(data);
  each_finished_choice(data, [this](std::uint64_t index) {
    if (index < choices_max) finished_.set(static_cast<std::size_t>(index));
  });
}

void openai_chat_ending::write(const usage& used, std::string& out) const {
  std::string open;
  for (std::size_t index = 0; index < choices_; ++index) {
    if (finished_.test(index)) continue;
    open += open.empty() ? "" : ",";
    open += "{\"index\":" + std::to_string(index) +
            R"(,"delta":{},"logprobs":null,"finish_reason":"length"})";
  }
  append_openai_ending(head_.envelope("chat.completion.chunk"), open, with_usage_ ? &used : nullptr,
                       out);
}

}  // namespace stint
