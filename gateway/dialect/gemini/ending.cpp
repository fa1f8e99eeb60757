// Tested by tests/gateway/dialect/gemini_stream_test.cpp.
#include "gateway/dialect/gemini/ending.hpp"

#include <algorithm>

#include "gateway/dialect/gemini/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {

constexpr std::size_t word_bytes_max = 200;

void append_used(const usage& used, std::string& out) {
  const std::int64_t visible = used.output_total() - used.reasoning_tokens;
  out += "\"usageMetadata\":{\"promptTokenCount\":" + std::to_string(used.input_total());
  if (used.cached_input_tokens > 0)
    out += ",\"cachedContentTokenCount\":" + std::to_string(used.cached_input_tokens);
  out += ",\"candidatesTokenCount\":" + std::to_string(visible);
  if (used.reasoning_tokens > 0)
    out += ",\"thoughtsTokenCount\":" + std::to_string(used.reasoning_tokens);
  out += ",\"totalTokenCount\":" + std::to_string(used.total()) + "}";
}

bool delivers_anything(simdjson::dom::object candidate) {
  simdjson::dom::array parts;
  return candidate["content"]["parts"].get(parts) == simdjson::SUCCESS &&
         std::any_of(parts.begin(), parts.end(), [](simdjson::dom::element part) {
           simdjson::dom::object content;
           return part.get(content) == simdjson::SUCCESS &&
                  !(content.size() == 1 && text_of(content, "text").empty() &&
                    content["text"].error() == simdjson::SUCCESS);
         });
}

}  // namespace

gemini_ending::gemini_ending(std::string_view model, std::int64_t candidates)
    : model_(model),
      candidates_(static_cast<std::size_t>(
          std::clamp<std::int64_t>(candidates, 1, static_cast<std::int64_t>(candidates_max)))) {}

void gemini_ending::note(std::string_view chunk) {
  const auto said = parse_object(chunk);
  if (!said) return;
  if (const std::string_view model = text_of(*said, "modelVersion"); !model.empty())
    model_ = model.substr(0, word_bytes_max);
  if (id_.empty()) id_ = text_of(*said, "responseId").substr(0, word_bytes_max);
  is_blocked_ = is_blocked_ || is_blocked_prompt(*said);
  for_each_candidate(*said, [this](simdjson::dom::object candidate, std::int64_t index) {
    const auto at = static_cast<std::size_t>(index);
    if (at >= candidates_) return;
    if (has_finish_reason(candidate)) {
      finished_.set(at);
    } else if (delivers_anything(candidate)) {
      finished_.reset(at);
    }
  });
}

std::string gemini_ending::last_chunk(const usage& used) const {
  std::string open;
  for (std::size_t index = 0; index < candidates_ && !is_blocked_; ++index) {
    if (finished_.test(index)) continue;
    open += open.empty() ? "" : ",";
    open +=
        R"({"content":{"role":"model","parts":[{"text":""}]},"finishReason":"MAX_TOKENS","index":)" +
        std::to_string(index) + "}";
  }
  std::string chunk = "{";
  if (!open.empty()) chunk += "\"candidates\":[" + open + "],";
  append_used(used, chunk);
  chunk += ",\"modelVersion\":";
  append_json_string(chunk, model_);
  if (!id_.empty()) {
    chunk += ",\"responseId\":";
    append_json_string(chunk, id_);
  }
  return chunk + "}";
}

}  // namespace stint
