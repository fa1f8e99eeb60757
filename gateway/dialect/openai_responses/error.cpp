// The errors of Responses: OpenAI's before an answer. In the middle of a stream its own error event is documented
// flat and was recorded nested: each of its SDKs understands one of the forms and not the other, and all of them an
// event that has both (dialects.md §1.5). Tested by tests/gateway/dialect/openai_responses_test.cpp.
#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_responses/responses.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {

class openai_responses_error_shape final : public error_shape {
 public:
  std::string error_body(const problem& why, const call_id& id) const override {
    return openai_errors().error_body(why, id);
  }

  std::string error_event(const problem& why, const call_id& id) const override {
    const std::string nested = openai_errors().error_body(why, id);  // {"error":{…}}
    std::string event = "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,";
    with_object(nested, [&](simdjson::dom::object body) {
      simdjson::dom::object error;
      if (body["error"].get(error) != simdjson::SUCCESS) return;
      for (const std::string_view name : {"code", "message", "param"}) {
        simdjson::dom::element value;
        if (error[name].get(value) != simdjson::SUCCESS) continue;
        event.append("\"").append(name).append("\":").append(simdjson::minify(value)).append(",");
      }
    });
    return event.append(std::string_view(nested).substr(1)).append("\n\n");
  }
};

}  // namespace

const error_shape& openai_responses_errors() noexcept {
  static const openai_responses_error_shape one;
  return one;
}

}  // namespace stint
