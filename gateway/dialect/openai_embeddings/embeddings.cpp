// Sources: openai/openai-openapi, CreateEmbeddingRequest and CreateEmbeddingResponse; Voyage's reports have a total
// alone. Answers are passed on as they are: numbers or base64 is the client's own choice. Tested by
// tests/gateway/dialect/openai_embeddings_test.cpp.
#include "gateway/dialect/openai_embeddings/embeddings.hpp"

#include <algorithm>
#include <array>

#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_chat/facts.hpp"
#include "gateway/dialect/openai_chat/usage.hpp"
#include "gateway/dialect/parts/chat_start.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/plain_texts.hpp"
#include "gateway/dialect/parts/reading_requests.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"

namespace stint {

namespace {

constexpr std::string_view embeddings_path = "/v1/embeddings";
constexpr std::array<endpoint, 3> embeddings_endpoints = {{
    {.pattern = embeddings_path},
    {.pattern = "/openai/deployments/{model}/embeddings"},
    // Behind all others: what Azure has there and nobody named yet.
    shut("/openai/{any*}",
         "it is none of Azure's paths that are metered; whoever runs this gateway may let it "
         "through"),
}};

constexpr dialect_facts embeddings_facts = openai_facts({
    .name = "openai_embeddings",
    .spoken_as = "openai",
    .path = embeddings_path,
    .endpoints = embeddings_endpoints,
    .api = tokenizer::chat_api::openai_embeddings,
});

class embeddings_request_rules final : public reading_request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target&) const override {
    const auto start = read_start(document, {});
    if (!start) return start.error();
    // OpenAI's own limit; others have lower ones.
    constexpr plain_texts_limits limits{.texts_max = 2'048, .may_be_absent = false};
    const auto texts = count_plain_texts(start->body, "input", limits);
    if (!texts) return texts.error();
    const auto user = read_text(start->body, field_name{"user", "user"});
    if (!user) return user.error();
    chat_request request;
    request.model = start->model;
    request.user = *user;
    request.output_bound_tokens = 0;
    return request;
  }
};

// All that was read, where nothing else is told.
std::optional<usage_report> read_total_alone(simdjson::dom::object answer, bool& implausible) {
  const auto reported = find_openai_usage(answer, implausible);
  if (!reported) return std::nullopt;
  simdjson::dom::element prompt;
  if ((*reported)["prompt_tokens"].get(prompt) == simdjson::SUCCESS) return std::nullopt;
  const auto total = read_count(*reported, "total_tokens", implausible);
  if (!total) return std::nullopt;
  usage_report report;
  report.used.input_tokens = *total;
  report.model = std::string(text_of(answer, "model"));
  return report;
}

class embeddings_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    with_object(body, [&](simdjson::dom::object answer) {
      report = read_total_alone(answer, implausible);
      if (report || implausible) return;
      report = read_openai_report(answer, implausible);
    });
    return report;
  }
  answer_nature nature_of(std::string_view body) const override {
    return nature_of_answer(body, "data");
  }
  std::int64_t count_answer(std::string_view, const counted_model&) const override { return 0; }
  // No server streams them; what calls itself a stream all the same is read as OpenAI's.
  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return openai_chat().meter_stream(model, request);
  }
};

}  // namespace

const dialect& openai_embeddings() noexcept {
  static const embeddings_request_rules requests;
  static const embeddings_answer_rules answers;
  static const dialect one(embeddings_facts, requests, answers, openai_errors());
  return one;
}

}  // namespace stint
