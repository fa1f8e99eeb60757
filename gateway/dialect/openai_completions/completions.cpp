// Legacy completions, put together: choices that have a text, and usage as of a chat. Tested by
// tests/gateway/dialect/openai_completions_test.cpp.
#include "gateway/dialect/openai_completions/completions.hpp"

#include <array>

#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_chat/stream_meter.hpp"
#include "gateway/dialect/openai_completions/ending.hpp"

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

}  // namespace

const dialect& openai_completions() noexcept {
  static const openai_choices_rules<openai_completions_ending> answers;
  static const dialect one(completions_facts, openai_completions_requests(), answers,
                           openai_errors());
  return one;
}

}  // namespace stint
