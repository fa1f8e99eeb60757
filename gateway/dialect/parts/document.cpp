// Tested by tests/gateway/dialect/document_test.cpp, openai_chat_test.cpp and anthropic_test.cpp; fuzzed by
// tests/fuzz/usage_fuzz.cpp.
#include "gateway/dialect/parts/document.hpp"

#include <cmath>
#include <cstring>
#include <new>

#include "gateway/dialect/parts/mended_json.hpp"

namespace stint {

namespace {
// What mend_json() can do something about; a text that breaks off stays broken.
bool is_mendable(simdjson::error_code error) noexcept {
  switch (error) {
    case simdjson::STRING_ERROR:
    case simdjson::NUMBER_ERROR:
    case simdjson::UTF8_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::TAPE_ERROR:  // a byte order mark, NaN
      return true;
    default:
      return false;
  }
}
}  // namespace

void refuse_exhausted(simdjson::dom::parser& parser, simdjson::error_code outcome) {
  if (outcome != simdjson::MEMALLOC) return;
  parser = simdjson::dom::parser();
  throw std::bad_alloc();
}

std::optional<simdjson::dom::object> parse_object(simdjson::dom::parser& parser,
                                                  std::string_view json) {
  // An event without data is a view of nothing, and simdjson would give its null pointer to memcpy.
  if (json.empty()) return std::nullopt;
  simdjson::dom::object root;
  // parse() copies into its own padded buffer, so `json` needs no padding.
  const simdjson::error_code error = parser.parse(json.data(), json.size()).get(root);
  if (error == simdjson::SUCCESS) return root;
  refuse_exhausted(parser, error);
  if (!is_mendable(error)) return std::nullopt;
  const auto mended = mended_json(json);
  if (!mended) return std::nullopt;
  const simdjson::error_code still = parser.parse(mended->data(), mended->size()).get(root);
  refuse_exhausted(parser, still);
  return still == simdjson::SUCCESS ? std::optional(root) : std::nullopt;
}

std::optional<simdjson::dom::object> parse_object(std::string_view json) {
  thread_local simdjson::dom::parser parser;
  return parse_object(parser, json);
}

std::optional<std::int64_t> read_count(simdjson::dom::object in, std::string_view key,
                                       bool& implausible) {
  simdjson::dom::element value;
  if (in[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return count_in(value, implausible);
}

std::optional<std::int64_t> count_in(simdjson::dom::element value, bool& implausible) {
  if (value.is_null()) return std::nullopt;
  std::int64_t count = -1;
  double real = 0;
  if (value.get(count) != simdjson::SUCCESS) {
    // Some OpenAI-compatible servers write 12.0.
    const bool whole = value.get(real) == simdjson::SUCCESS && real >= 0 &&
                       real <= static_cast<double>(usage_count_max) && std::trunc(real) == real;
    count = whole ? static_cast<std::int64_t>(real) : -1;
  }
  if (count >= 0 && count <= usage_count_max) return count;
  implausible = true;
  return std::nullopt;
}

std::optional<simdjson::dom::object> read_part(simdjson::dom::object in, std::string_view key,
                                               bool& implausible) {
  simdjson::dom::element value;
  if (in[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  simdjson::dom::object part;
  if (value.get(part) == simdjson::SUCCESS) return part;
  implausible = true;
  return std::nullopt;
}

std::string_view text_of(simdjson::dom::object in, std::string_view key) {
  std::string_view text;
  return in[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::int64_t number_of(simdjson::dom::object in, std::string_view key) {
  std::int64_t number = 0;
  return in[key].get(number) == simdjson::SUCCESS ? number : 0;
}

bool contains(std::string_view text, std::string_view piece) noexcept {
  // An empty text may be nowhere, which memmem must not be given.
  return !text.empty() && memmem(text.data(), text.size(), piece.data(), piece.size()) != nullptr;
}

bool seems_to_have(std::string_view json, std::string_view quoted_key) noexcept {
  const char* at = json.data();
  const char* const end = json.data() + json.size();
  const auto skip_space = [end](const char* p) {
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
      ++p;
    return p;
  };
  while (at < end) {
    const void* hit =
        memmem(at, static_cast<std::size_t>(end - at), quoted_key.data(), quoted_key.size());
    if (hit == nullptr) return false;
    at = skip_space(static_cast<const char*>(hit) + quoted_key.size());
    if (at == end || *at != ':') continue;
    at = skip_space(at + 1);
    if (at < end && *at != 'n') return true;
  }
  return false;
}

}  // namespace stint
