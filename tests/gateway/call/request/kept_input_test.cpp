// Goal: a call that goes on with what its provider keeps is held at all that it may read of it, and goes on with nothing
// of another tenant's. Method: bodies of Responses, and a record of earlier answers.
#include "gateway/answers/kept_answers.hpp"
#include "gateway/call/call_fixture.hpp"
#include "gateway/call/request/examine.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(kept_input_suite)

namespace {
// Of calls that go on with what their provider keeps.
struct keeping_fixture : call_fixture {
  static constexpr std::int64_t window = 1'050'000;  // where the price file names none

  void remember(const std::string& id, std::int64_t tokens, const std::string& tenant = "acme") {
    kept_answer answer;
    answer.id = id;
    answer.tenant = tenant;
    answer.tokens = tokens;
    kept.keep(answer);
  }
  [[nodiscard]] result<examined_call> read(const std::string& fields) {
    std::string body = R"({"model":"gpt-4o",)" + fields + "}";
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    examiner with = examining();
    with.kept = &kept;
    return run(examine(with, *find_dialect("responses"), target, body, admitted, "acme"));
  }
  // The most that its prompt can be.
  [[nodiscard]] std::int64_t on_from(const std::string& fields) {
    const auto call = read(fields);
    BOOST_REQUIRE_MESSAGE(call.has_value(), call.error().message);
    return call->prompt.upper_bound;
  }

  keeping_fixture() { settings.providers[0].dialects = dialects_spoken_as("responses"); }

  kept_answers kept{{}, [](const stored_answer&, const std::string&) {}};
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(items_that_its_provider_keeps_are_held_at_the_window_once,
                        keeping_fixture) {
  const std::int64_t plain = on_from(R"("input":"hi")");
  const std::int64_t one = on_from(R"("input":[{"role":"user","content":"hi"},{"id":"msg_1"}])");
  BOOST_TEST(one > plain + window);
  BOOST_TEST(one < plain + window + 100);
  std::string many = R"("input":[{"role":"user","content":"hi"})";
  for (int n = 0; n < 50; ++n)
    many += R"(,{"type":"item_reference","id":"msg_1"})";
  BOOST_TEST(on_from(many + "]") < plain + window + 2'000);
  remember("resp_1", 300);
  BOOST_TEST(on_from(R"("previous_response_id":"resp_1","input":"hi")") == plain + 300);
  BOOST_TEST(on_from(R"("previous_response_id":"resp_1","input":[{"id":"msg_1"}])") > window);
}

// The name was cut at the last "/", which may stand in the options behind it.
BOOST_FIXTURE_TEST_CASE(a_dearer_search_is_refused_whatever_options_stand_behind_the_model,
                        keeping_fixture) {
  settings.providers[0].options_marks = "?";
  for (const std::string model : {"gpt-4o", "gpt-4o?route=a/b", "gpt-5?route=a/b"}) {
    std::string body =
        R"({"model":")" + model + R"(","input":"hi","tools":[{"type":"web_search_preview"}]})";
    const auto call = examine_body(std::move(body), "responses");
    BOOST_TEST(call.has_value() == model.starts_with("gpt-5"), model);
    if (!call) BOOST_TEST(call.error().param == "tools");
  }
}

// What was recorded of it was the size of whichever of its calls ended last.
BOOST_FIXTURE_TEST_CASE(a_conversation_is_held_at_the_window_whatever_was_recorded_of_it,
                        keeping_fixture) {
  remember("conv_1", 300);
  BOOST_TEST(on_from(R"("conversation":"conv_1","input":"hi")") > window);
  BOOST_TEST(on_from(R"("conversation":{"id":"conv_2"},"input":"hi")") > window);
  remember("conv_3", 300, "another");
  const auto barred = read(R"("conversation":"conv_3","input":"hi")");
  BOOST_TEST_REQUIRE(!barred.has_value());
  BOOST_TEST(barred.error().param == "conversation");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
