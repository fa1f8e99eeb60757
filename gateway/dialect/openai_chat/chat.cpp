// OpenAI Chat Completions: what is fixed of it, and its parts put together. Where usage appears: wire-facts §3. Tested by
// tests/gateway/dialect/openai_chat_test.cpp.
#include "gateway/dialect/openai_chat/chat.hpp"

#include <array>

#include "gateway/dialect/openai_chat/ending.hpp"
#include "gateway/dialect/openai_chat/endpoints.hpp"
#include "gateway/dialect/openai_chat/stream_meter.hpp"

namespace stint {

namespace {

// Agents that call models of their own accord have no bound (dialects.md §1.1).
constexpr std::array<billed_word, 3> openai_betas = {{
    {"responses_multi_agent", priced_by::nothing},
    {"agent", priced_by::nothing},
    {"multi_agent", priced_by::nothing},
}};
constexpr std::array<billed_field, 1> openai_billed_fields = {{{"openai-beta", openai_betas}}};
constexpr std::array<std::string_view, 1> openai_query_keys = {"api-version"};  // Azure's

constexpr dialect_facts openai_chat_facts = {
    .name = "openai",
    .spoken_as = "openai",
    .path = openai_chat_path,
    .endpoints = openai_chat_endpoints,
    .api = tokenizer::chat_api::openai_chat,
    .credential = {"authorization", "Bearer "},
    .billed_fields = openai_billed_fields,
    .query_keys = openai_query_keys,
    .version_in_base_url = true,
    .needed = {},
    .request_id_field = "x-request-id",
    .mistaken_for = "responses",  // by Cursor (dialects.md §0)
    .reports_searches = false,
};

}  // namespace

const dialect& openai_chat() noexcept {
  static const openai_choices_rules<openai_chat_ending> answers;
  static const dialect one(openai_chat_facts, openai_chat_requests(), answers, openai_errors());
  return one;
}

}  // namespace stint
