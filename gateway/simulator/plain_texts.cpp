// Tested by tests/gateway/simulator/plain_calls_test.cpp.
#include "gateway/simulator/plain_texts.hpp"

#include "tokenizer/models/model_encoding.hpp"

namespace stint {

std::optional<simulated_texts> read_simulated_texts(simdjson::dom::element value,
                                                    std::string_view model) {
  const tokenizer::model_encoding how = tokenizer::encoding_for_model(model);
  const auto tokens_of = [&how](std::string_view text) {
    return static_cast<std::int64_t>(how.text->count(text));
  };
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return simulated_texts{1, tokens_of(text)};
  simdjson::dom::array list;
  if (value.get(list) != simdjson::SUCCESS || list.size() == 0) return std::nullopt;
  simulated_texts read;
  bool is_one_list = false;
  for (const simdjson::dom::element entry : list) {
    simdjson::dom::array ids;
    std::int64_t id = 0;
    if (entry.get(text) == simdjson::SUCCESS) {
      ++read.texts;
      read.tokens += tokens_of(text);
    } else if (entry.get(id) == simdjson::SUCCESS) {
      is_one_list = true;
      ++read.tokens;
    } else if (entry.get(ids) == simdjson::SUCCESS) {
      ++read.texts;
      read.tokens += static_cast<std::int64_t>(ids.size());
    } else {
      return std::nullopt;
    }
  }
  if (is_one_list) read.texts = 1;
  return read;
}

}  // namespace stint
