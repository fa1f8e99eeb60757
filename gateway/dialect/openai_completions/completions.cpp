// Answers and streams of legacy completions: choices that have a text, and usage as of a chat. Tested by
// tests/gateway/dialect/openai_completions_test.cpp.
#include "gateway/dialect/openai_completions/completions.hpp"

#include <array>

#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_chat/stream_meter.hpp"
#include "gateway/dialect/openai_completions/ending.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"

namespace stint {

namespace {

constexpr std::string_view completions_path = "/v1/completions";
constexpr std::array<endpoint, 1> completions_endpoints = {{
    {.pattern = completions_path, .streams = true},
}};
constexpr std::array<std::string_view, 1> completions_query_keys = {"api-version"};  // Azure's

constexpr dialect_facts completions_facts = {
    .name = "openai_completions",
    .spoken_as = "openai",
    .path = completions_path,
    .endpoints = completions_endpoints,
    .api = tokenizer::chat_api::openai_completions,
    .credential = {"authorization", "Bearer "},
    .billed_fields = {},
    .query_keys = completions_query_keys,
    .version_in_base_url = true,
    .needed = {},
    .request_id_field = "x-request-id",
    .reports_searches = false,
};

class completions_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    return openai_chat().read_answer(body, implausible);
  }
  answer_nature nature_of(std::string_view body) const override {
    return nature_of_answer(body, "choices");
  }
  std::int64_t count_answer(std::string_view body, const counted_model& model) const override {
    return openai_chat().count_answer(body, model);
  }
  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return std::make_unique<openai_stream_meter<openai_completions_ending>>(model, request);
  }
};

}  // namespace

const dialect& openai_completions() noexcept {
  static const completions_answer_rules answers;
  static const dialect one(completions_facts, openai_completions_requests(), answers,
                           openai_errors());
  return one;
}

}  // namespace stint
