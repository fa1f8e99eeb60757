// Goal: a request is estimated by what was learnt of its model, teaches it only where it can be
// compared, and is counted as before where nothing was learnt. Method: requests as JSON, a
// calibration taught with their own features.
#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(calibrated_count_suite)

namespace {

using namespace stint::tokenizer;
using namespace std::string_literals;

constexpr auto api = chat_api::anthropic_messages;
constexpr const char* model = "claude-sonnet-5";

prompt_tokens count_with(const calibration_snapshot* learned, std::string_view of,
                         std::string_view json) {
  simdjson::dom::parser parser;
  count_options options;
  options.learned = learned;
  return count_prompt(of, api, parser.parse(json.data(), json.size()).value(), options);
}

std::string asking(const std::string& content) {
  return R"({"max_tokens": 10, "messages": [{"role": "user", "content": )" + content + "}]}";
}

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += i % 3 == 0 ? "harbour " : "ledger of ";
  return text;
}

// A provider that counts each of our tokens as 1.3 and adds 10.
std::shared_ptr<const calibration_snapshot> learned_of(std::string_view of) {
  calibration learner;
  for (int i = 0; i < 200; ++i) {
    const prompt_features seen =
        count_with(nullptr, of, asking("\"" + words(20 + i * 7) + "\"")).features;
    const std::int64_t told = seen.class_tokens[0] * 13 / 10 + seen.framing + 10;
    learner.observe(of, api, seen, told, 1);
  }
  return learner.snapshot();
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_is_estimated_by_what_was_learnt) {
  const auto learned = learned_of(model);
  const std::string request = asking("\"" + words(400) + "\"");
  const prompt_tokens before = count_with(nullptr, model, request);
  const prompt_tokens after = count_with(learned.get(), model, request);
  const std::int64_t truth =
      before.features.class_tokens[0] * 13 / 10 + before.features.framing + 10;
  BOOST_TEST(!before.learned);
  BOOST_TEST(after.learned);
  BOOST_TEST(std::abs(after.expected - truth) <= truth / 100);
  BOOST_TEST(after.upper_bound >= truth);
  BOOST_TEST(after.upper_bound < before.upper_bound);
  BOOST_TEST(!after.exact);
}

BOOST_AUTO_TEST_CASE(a_model_with_a_public_tokenizer_never_learns) {
  const prompt_tokens counted = count_with(nullptr, "gpt-4o", asking("\"hello\""));
  BOOST_TEST(!counted.features.learnable);
  calibration learner;
  prompt_features seen;
  seen.class_tokens = {100, 0, 0, 0};
  seen.learnable = true;
  for (int i = 0; i < 100; ++i)
    learner.observe("gpt-4o", api, seen, 500, 1);
  BOOST_TEST(learner.models() == 0u);
  const auto learned = learner.snapshot();
  BOOST_TEST(count_with(learned.get(), "gpt-4o", asking("\"hello\"")).expected == counted.expected);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_compared_is_not_learnt_from) {
  const auto learnable = [](const std::string& content) {
    return count_with(nullptr, model, asking(content)).features.learnable;
  };
  BOOST_TEST(learnable("\"text\""));
  BOOST_TEST(learnable(R"([{"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}}])"));
  for (const auto* const block :
       {R"({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}})",
        R"({"type": "document", "source": {"type": "file", "file_id": "f1"}})",
        R"({"type": "thinking", "thinking": "hm", "signature": "abcd"})"}) {
    BOOST_TEST(!learnable("["s + block + "]"), block);
  }
  const auto with = [](std::string_view field) {
    return count_with(
               nullptr, model,
               R"({"messages": [{"role": "user", "content": "hi"}], )" + std::string(field) + "}")
        .features.learnable;
  };
  BOOST_TEST(!with(R"("context_management": {"edits": []})"));
  BOOST_TEST(!with(R"("mcp_servers": [{"url": "https://example.com"}])"));
  BOOST_TEST(with(R"("tools": [{"name": "f", "input_schema": {"type": "object"}}])"));
}

// A provider may ignore what it does not know: taken as counted, it would halve what was learnt.
BOOST_AUTO_TEST_CASE(unknown_fields_teach_nothing) {
  BOOST_TEST(count_with(nullptr, model, asking(R"("plain")")).features.learnable);
  for (const char* const request :
       {R"({"max_tokens": 9, "transforms": ["x"], "messages": [{"role": "user", "content": "a"}]})",
        R"({"max_tokens": 9, "container": "c1", "messages": [{"role": "user", "content": "a"}]})",
        R"({"max_tokens": 9, "messages": [{"role": "user", "content": "a", "reasoning": "b"}]})",
        R"({"max_tokens": 9, "messages": [{"role": "user", "content": [{"type": "new"}]}]})"}) {
    const prompt_tokens counted = count_with(nullptr, model, request);
    BOOST_TEST(!counted.features.learnable, request);
    BOOST_TEST(counted.upper_bound > 0);
  }
}

BOOST_AUTO_TEST_CASE(media_are_counted_beside_what_was_learnt) {
  const auto learned = learned_of(model);
  const std::string text = words(300);
  const std::string image =
      R"({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}})";
  const std::string part = R"({"type": "text", "text": ")" + text + "\"}";
  const auto with_learned = [&](const std::string& content) {
    return count_with(learned.get(), model, asking("[" + content + "]"));
  };
  const auto without = [&](const std::string& content) {
    return count_with(nullptr, model, asking("[" + content + "]"));
  };
  const std::string both = part + "," + image;
  BOOST_TEST(with_learned(both).expected - with_learned(part).expected ==
             without(both).expected - without(part).expected);
  BOOST_TEST(with_learned(both).upper_bound - with_learned(part).upper_bound ==
             without(both).upper_bound - without(part).upper_bound);
  BOOST_TEST(with_learned(both).hidden_input);
}

// Admission relies on it: what passes by its bytes must also pass when it is counted.
BOOST_AUTO_TEST_CASE(the_bound_by_bytes_is_above_the_count_by_what_was_learnt) {
  const auto learned = learned_of(model);
  count_options options;
  options.learned = learned.get();
  const std::string ids =
      R"({"type": "tool_use", "id": "toolu_0123456789", "name": "f", "input": {}})";
  for (const std::string& request :
       {asking("\"" + words(400) + "\""), asking("\"讨论港口的账目\""), asking("\"\""),
        asking("[" + ids + "," + ids + "]"), asking(R"([{"type": "image"}])"),
        R"({"tools": [{"name": "a", "description": "adds", "input_schema": {"type": "object"}}]})"s,
        R"({"messages": [1, "x", {"role": "user"}], "unknown": {"a": [1, 2, "b"]}})"s}) {
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(request).value();
    const prompt_tokens counted = count_prompt(model, api, document, options);
    const prompt_tokens at_most = bound_prompt(model, api, document, options).at_most;
    BOOST_TEST(counted.learned);
    BOOST_TEST(at_most.learned);
    BOOST_TEST(at_most.expected >= counted.expected, request);
    BOOST_TEST(at_most.upper_bound >= counted.upper_bound, request);
    BOOST_TEST(at_most.exact == counted.exact);
    BOOST_TEST(!at_most.features.learnable);
  }
}

BOOST_AUTO_TEST_CASE(tools_and_classes_are_told_apart) {
  const prompt_features seen =
      count_with(nullptr, model, R"({"system": "Ihr seid ein Buchhalter des Hafens.", "tools": [
        {"name": "a", "description": "adds a row", "input_schema": {"type": "object", "properties":
            {"x": {"type": "string"}, "y": {"type": "integer"}}}},
        {"name": "b", "input_schema": {"type": "object"}}],
       "messages": [{"role": "user", "content": "讨论港口的账目。讨论港口的账目。"},
                    {"role": "assistant", "content": "int f(int* p) { return p[0] + g(&p[1]); }"}]})")
          .features;
  BOOST_TEST(seen.tools == 2);
  BOOST_TEST(seen.learnable);
  for (std::size_t i = 0; i < content_class_count; ++i)
    BOOST_TEST(seen.class_tokens[i] > 0, to_string(static_cast<content_class>(i)));
  // 3, 4 a message, 354 for tools.
  BOOST_TEST(seen.framing == 3 + 2 * 4 + 354);
}

BOOST_AUTO_TEST_SUITE_END()
