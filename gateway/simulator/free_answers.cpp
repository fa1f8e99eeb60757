// Fields as in Anthropic's "Count tokens in a Message" and openai/openai-openapi (TokenCountsResource,
// CreateModerationResponse, Response, DeleteResponse). Tested by tests/gateway/simulator/plain_calls_test.cpp,
// tests/end_to_end/free_calls_test.py and responses_test.py.
#include "gateway/simulator/free_answers.hpp"

#include <array>

#include <simdjson.h>

#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/api.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

namespace {

simulated_free_answer refused_by(const simulated_api& api, std::string_view message) {
  return {400, api.error(400, message)};
}

simulated_free_answer counted_input(simdjson::dom::element document) {
  std::string_view model;
  if (document["model"].get(model) != simdjson::SUCCESS)
    return refused_by(simulated_openai_responses(), "model: Field required");
  const auto counted = tokenizer::count_prompt(simulated_base_model(model),
                                               tokenizer::chat_api::openai_responses, document);
  return {200, R"({"object":"response.input_tokens","input_tokens":)" +
                   std::to_string(counted.expected) + "}"};
}

simulated_free_answer counted_prompt_answer(simdjson::dom::element document) {
  std::string_view model;
  simdjson::dom::array messages;
  if (document["model"].get(model) != simdjson::SUCCESS)
    return refused_by(simulated_anthropic(), "model: Field required");
  if (document["messages"].get(messages) != simdjson::SUCCESS)
    return refused_by(simulated_anthropic(), "messages: Field required");
  const auto counted = tokenizer::count_prompt(simulated_base_model(model),
                                               tokenizer::chat_api::anthropic_messages, document);
  return {200, "{\"input_tokens\":" + std::to_string(counted.expected) + "}"};
}

// One for each category: `value` for all.
void append_categories(std::string_view name, std::string_view value, std::string& out) {
  constexpr std::array<std::string_view, 13> categories = {"harassment",
                                                           "harassment/threatening",
                                                           "sexual",
                                                           "hate",
                                                           "hate/threatening",
                                                           "illicit",
                                                           "illicit/violent",
                                                           "self-harm/intent",
                                                           "self-harm/instructions",
                                                           "self-harm",
                                                           "sexual/minors",
                                                           "violence",
                                                           "violence/graphic"};
  out.append(",\"").append(name).append("\":");
  char before = '{';
  for (const std::string_view category : categories) {
    out.append(1, before).append("\"").append(category).append("\":").append(value);
    before = ',';
  }
  out += '}';
}

simulated_free_answer moderated(simdjson::dom::element document) {
  simdjson::dom::element input;
  std::string_view model = "omni-moderation-latest";
  if (document["input"].get(input) != simdjson::SUCCESS)
    return refused_by(first_simulated_api(), "Missing required parameter: 'input'.");
  if (document["model"].get(model) != simdjson::SUCCESS) model = "omni-moderation-latest";
  simdjson::dom::array several;
  const std::size_t results =
      input.get(several) == simdjson::SUCCESS ? std::max<std::size_t>(several.size(), 1) : 1;
  std::string out = R"({"id":"modr-sim","model":)";
  append_json_string(out, simulated_base_model(model));
  out += ",\"results\":[";
  for (std::size_t i = 0; i < results; ++i) {
    out += i == 0 ? "{\"flagged\":false" : ",{\"flagged\":false";
    append_categories("categories", "false", out);
    append_categories("category_scores", "0.00001", out);
    append_categories("category_applied_input_types", "[\"text\"]", out);
    out += '}';
  }
  return {200, out + "]}"};
}

}  // namespace

std::optional<simulated_free_answer> answer_for_nothing(std::string_view path,
                                                        std::string_view body) {
  const bool counts = path == "/v1/messages/count_tokens";
  const bool counts_input = path == "/v1/responses/input_tokens";
  if (!counts && !counts_input && path != "/v1/moderations") return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS)
    return refused_by(first_simulated_api(), "We could not parse the JSON body of your request.");
  if (counts_input) return counted_input(document);
  return counts ? counted_prompt_answer(document) : moderated(document);
}

std::optional<simulated_free_answer> answer_about_kept(std::string_view method,
                                                       std::string_view path,
                                                       simulated_reader& reader) {
  constexpr std::string_view responses = "/v1/responses/";
  if (!path.starts_with(responses)) return std::nullopt;
  path.remove_prefix(responses.size());
  const std::string id(path.substr(0, path.find('/')));
  const std::string_view what = path.substr(id.size());
  const auto tokens = reader.kept(id);
  if (!tokens) {
    return simulated_free_answer{
        404, simulated_openai_responses().error(404, "Response with id '" + id + "' not found.")};
  }
  std::string quoted_id;
  append_json_string(quoted_id, id);
  if (method == "DELETE" && what.empty()) {
    reader.forget(id);
    return simulated_free_answer{
        200, "{\"id\":" + quoted_id + R"(,"object":"response.deleted","deleted":true})"};
  }
  if (method == "GET" && what == "/input_items")
    return simulated_free_answer{200, R"({"object":"list","data":[],"has_more":false})"};
  const bool is_cancelled = method == "POST" && what == "/cancel";
  if (!is_cancelled && (method != "GET" || !what.empty())) return std::nullopt;
  const std::string status = is_cancelled ? "cancelled" : "completed";
  return simulated_free_answer{
      200, "{\"id\":" + quoted_id + R"(,"object":"response","status":")" + status +
               R"(","created_at":0,"model":"sim","output":[],"usage":{"input_tokens":0,)"
               R"("output_tokens":0,"total_tokens":)" +
               std::to_string(*tokens) + "}}"};
}

}  // namespace stint
