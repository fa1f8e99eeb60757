// Tested by tests/gateway/dialect/openai_embeddings_test.cpp.
#include "gateway/dialect/parts/plain_texts.hpp"

#include <algorithm>
#include <string>

#include "gateway/dialect/parts/request_fields.hpp"

namespace stint {

namespace {
bool is_token(simdjson::dom::element value) {
  return value.is_int64() || value.is_uint64();
}

bool is_tokens(simdjson::dom::element value) {
  simdjson::dom::array list;
  return value.get(list) == simdjson::SUCCESS && std::all_of(list.begin(), list.end(), is_token);
}

bool is_text(simdjson::dom::element value) {
  return value.is_string();
}
}  // namespace

result<std::int64_t> count_plain_texts(simdjson::dom::object body, std::string_view field,
                                       plain_texts_limits limits) {
  const auto value = find_field(body, field);
  if (!value) {
    if (limits.may_be_absent) return std::int64_t{1};
    return field_problem(field, "is required: a text, several, or lists of tokens.");
  }
  if (is_text(*value)) return std::int64_t{1};
  simdjson::dom::array list;
  if (value->get(list) == simdjson::SUCCESS) {
    if (std::all_of(list.begin(), list.end(), is_token)) return std::int64_t{1};
    if (std::all_of(list.begin(), list.end(), is_text) ||
        std::all_of(list.begin(), list.end(), is_tokens)) {
      const std::size_t texts = list.size();
      if (texts <= limits.texts_max) return static_cast<std::int64_t>(texts);
      return field_problem(field,
                           "may hold at most " + std::to_string(limits.texts_max) + " texts.");
    }
  }
  return field_problem(field, "must be a text, several, a list of tokens, or several of those.");
}

}  // namespace stint
