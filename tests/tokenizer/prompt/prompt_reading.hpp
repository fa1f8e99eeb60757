// Counts a request that is given as JSON text.
#pragma once

#include <ostream>

#include <boost/test/unit_test.hpp>

#include "tokenizer/prompt/prompt_count.hpp"

namespace stint::tokenizer {

inline prompt_tokens count_json(std::string_view model, chat_api api, std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  BOOST_TEST_REQUIRE(parser.parse(json.data(), json.size()).get(request) == simdjson::SUCCESS,
                     json);
  const prompt_tokens counted = count_prompt(model, api, request);
  BOOST_TEST(counted.expected >= 0, json);
  BOOST_TEST(counted.upper_bound >= counted.expected, json);
  BOOST_TEST(counted.audio_tokens <= counted.upper_bound, json);
  return counted;
}

inline prompt_tokens count_openai(std::string_view model, std::string_view json) {
  return count_json(model, chat_api::openai_chat, json);
}

inline prompt_tokens count_anthropic(std::string_view model, std::string_view json) {
  return count_json(model, chat_api::anthropic_messages, json);
}

// By how much one request's amounts are above another's.
struct difference {
  std::int64_t expected = 0;
  std::int64_t upper = 0;
  bool operator==(const difference&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const difference& one) {
  return out << '{' << one.expected << ", " << one.upper << '}';
}

inline std::ostream& operator<<(std::ostream& out, const prompt_tokens& one) {
  return out << '{' << one.expected << ", " << one.upper_bound << '}';
}

inline difference operator-(const prompt_tokens& with, const prompt_tokens& without) {
  return {with.expected - without.expected, with.upper_bound - without.upper_bound};
}

}  // namespace stint::tokenizer
