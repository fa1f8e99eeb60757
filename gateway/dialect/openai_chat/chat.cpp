// OpenAI Chat Completions: what is fixed of it, and its parts put together. Where usage appears: wire-facts §3. Tested by
// tests/gateway/dialect/openai_chat_test.cpp.
#include "gateway/dialect/openai_chat/chat.hpp"

#include "gateway/dialect/openai_chat/ending.hpp"
#include "gateway/dialect/openai_chat/endpoints.hpp"
#include "gateway/dialect/openai_chat/facts.hpp"
#include "gateway/dialect/openai_chat/stream_meter.hpp"

namespace stint {

namespace {

constexpr dialect_facts openai_chat_facts = openai_facts({
    .name = "openai",
    .spoken_as = "openai",
    .path = openai_chat_path,
    .endpoints = openai_chat_endpoints,
    .api = tokenizer::chat_api::openai_chat,
    .billed_fields = openai_billed_fields,
    .mistaken_for = "responses",  // by Cursor (dialects.md §0)
});

}  // namespace

const dialect& openai_chat() noexcept {
  static const openai_choices_rules<openai_chat_ending> answers;
  static const dialect one(openai_chat_facts, openai_chat_requests(), answers, openai_errors());
  return one;
}

}  // namespace stint
