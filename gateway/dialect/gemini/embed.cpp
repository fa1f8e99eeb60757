// The Gemini API's embedContent and batchEmbedContents: a prompt and no output. Most of its models tell
// nothing of what they used, so that the prompt is counted here. Tested by
// tests/gateway/dialect/gemini_embed_test.cpp.
#include <array>

#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/reading_requests.hpp"
#include "gateway/dialect/parts/request_fields.hpp"

namespace stint {

namespace {

constexpr std::array<std::string_view, 1> embed_query_keys = {"alt"};

constexpr std::array<endpoint, 3> embed_endpoints = {{
    {.pattern = "/{version}/models/{model}:embedContent"},
    {.pattern = "/{version}/models/{model}:batchEmbedContents"},
    {.pattern = "/{version}/models/{model}:asyncBatchEmbedContent",
     .kind = endpoint_kind::refused,
     .why = "what it costs is known hours later and is not settled here; use batchEmbedContents",
     .may_be_let_through = true},
}};

constexpr dialect_facts embed_facts = {
    .name = "gemini_embeddings",
    .spoken_as = "gemini",
    .path = {},
    .endpoints = embed_endpoints,
    .api = tokenizer::chat_api::gemini_contents,
    .credential = {"x-goog-api-key", ""},
    .billed_fields = {},
    .query_keys = embed_query_keys,
    .version_in_base_url = false,
    .needed = {},
    .request_id_field = "x-request-id",
    .reports_searches = true,
};

std::optional<problem> check_batch(simdjson::dom::array requests, std::string_view model) {
  for (const simdjson::dom::element item : requests) {
    simdjson::dom::object one;
    if (item.get(one) != simdjson::SUCCESS)
      return field_problem("requests", "must be a list of objects.");
    if (auto wrong = check_body_model(one, model)) return wrong;
  }
  return std::nullopt;
}

class embed_request_rules final : public reading_request_rules {
 public:
  result<chat_request> read_request(simdjson::dom::element document,
                                    const call_target& target) const override {
    const auto start = read_gemini_start(document, target);
    if (!start) return start.error();
    const auto requests = read_array(start->body, field_name{"requests", "requests"});
    if (!requests) return requests.error();
    if (*requests) {
      if (auto wrong = check_batch(**requests, start->model)) return std::move(*wrong);
    } else if (!find_field(start->body, "content")) {
      return field_problem("content", "is required: what is to be embedded.");
    }
    chat_request request;
    request.model = start->model;
    request.output_bound_tokens = 0;
    return request;
  }
};

// Embeddings do not come as a stream; what comes as one is passed on, and told as no answer.
class embed_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    (void)with_object(body, [&](simdjson::dom::object answer) {
      const auto told = read_part(answer, "usageMetadata", implausible);
      if (!told) return;
      auto prompt = read_count(*told, "promptTokenCount", implausible);
      if (!prompt) prompt = read_count(*told, "totalTokenCount", implausible);
      if (!prompt || implausible) return;
      report.emplace();
      report->used.input_tokens = *prompt;
      report->model = text_of(answer, "modelVersion");
      report->tells_searches = true;
    });
    return implausible ? std::nullopt : report;
  }

  answer_nature nature_of(std::string_view body) const override {
    answer_nature nature = answer_nature::unreadable;
    (void)with_object(body, [&nature](simdjson::dom::object answer) {
      const bool has_vectors = answer["embedding"].error() == simdjson::SUCCESS ||
                               answer["embeddings"].error() == simdjson::SUCCESS;
      if (has_vectors) {
        nature = answer_nature::answer;
      } else if (answer["error"].error() == simdjson::SUCCESS) {
        nature = answer_nature::none;
      }
    });
    return nature;
  }

  std::int64_t count_answer(std::string_view, const counted_model&) const override { return 0; }

  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return gemini_generate().meter_stream(model, request);
  }
};

}  // namespace

const dialect& gemini_embed() noexcept {
  static const embed_request_rules requests;
  static const embed_answer_rules answers;
  static const dialect one(embed_facts, requests, answers, gemini_errors());
  return one;
}

}  // namespace stint
