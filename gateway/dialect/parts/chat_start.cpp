// Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/parts/chat_start.hpp"

#include <algorithm>
#include <string>

#include "gateway/dialect/parts/request_fields.hpp"
#include "pricing/price_book.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {

result<std::string_view> read_model(simdjson::dom::object body) {
  const auto model = read_text(body, field_name{"model", "model"});
  if (!model) return model.error();
  if (model->empty()) return field_problem("model", "is required: name the model to use.");
  const bool has_control = std::any_of(model->begin(), model->end(), is_control);
  if (model->size() > model_bytes_max || has_control) {
    return field_problem("model", "must be at most " + std::to_string(model_bytes_max) +
                                      " bytes without control characters.");
  }
  return *model;
}

std::optional<problem> check_messages(simdjson::dom::object body) {
  // The more generous of the two providers' own limits (Anthropic); it bounds the work of counting.
  constexpr std::size_t messages_max = 100'000;
  const auto messages = read_array(body, field_name{"messages", "messages"});
  if (!messages) return messages.error();
  if (!*messages) return field_problem("messages", "is required: an array of messages.");
  if ((*messages)->size() > messages_max)
    return field_problem("messages", "may hold at most 100000 messages.");
  return std::nullopt;
}

}  // namespace

namespace {
result<chat_start> read_keys_and_model(simdjson::dom::element document,
                                       std::string_view conversation) {
  chat_start read;
  if (document.get(read.body) != simdjson::SUCCESS)
    return make_problem(problem_kind::bad_request, "The request body must be a JSON object.");
  const auto keys = check_keys(read.body, conversation);
  if (!keys) return keys.error();
  read.seen = *keys;
  const auto model = read_model(read.body);
  if (!model) return model.error();
  read.model = *model;
  return read;
}

result<chat_start> with_stream(chat_start read) {
  const auto stream = read_flag(read.body, field_name{"stream", "stream"});
  if (!stream) return stream.error();
  read.stream = *stream;
  return read;
}
}  // namespace

result<chat_start> read_chat_start(simdjson::dom::element document) {
  auto read = read_keys_and_model(document, {});
  if (!read) return read;
  if (auto wrong = check_messages(read->body)) return std::move(*wrong);
  return with_stream(*read);
}

result<chat_start> read_start(simdjson::dom::element document, std::string_view conversation) {
  auto read = read_keys_and_model(document, conversation);
  return read ? with_stream(*read) : read;
}

}  // namespace stint
