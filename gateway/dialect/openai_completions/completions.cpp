// Legacy completions, put together: choices that have a text, and usage as of a chat. Tested by
// tests/gateway/dialect/openai_completions_test.cpp.
#include "gateway/dialect/openai_completions/completions.hpp"

#include <array>

#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_chat/facts.hpp"
#include "gateway/dialect/openai_chat/stream_meter.hpp"
#include "gateway/dialect/openai_completions/ending.hpp"

namespace stint {

namespace {

constexpr std::string_view completions_path = "/v1/completions";
constexpr std::array<endpoint, 2> completions_endpoints = {{
    {.pattern = completions_path, .streams = true},
    {.pattern = "/openai/deployments/{model}/completions", .streams = true},
}};

constexpr dialect_facts completions_facts = openai_facts({
    .name = "openai_completions",
    .spoken_as = "openai",
    .path = completions_path,
    .endpoints = completions_endpoints,
    .api = tokenizer::chat_api::openai_completions,
});

}  // namespace

const dialect& openai_completions() noexcept {
  static const openai_choices_rules<openai_completions_ending> answers;
  static const dialect one(completions_facts, openai_completions_requests(), answers,
                           openai_errors());
  return one;
}

}  // namespace stint
