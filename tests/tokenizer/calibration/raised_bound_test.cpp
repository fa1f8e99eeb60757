// Goal: a call above its bound raises the bound of the model's calls of its sort at once, by enough
// and for as long as it is needed. Method: reports written out by hand, with the bound that each call
// had.
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "tokenizer/calibration/calibration.hpp"
#include "tokenizer/calibration/prose_prompt.hpp"
#include "tokenizer/models/model_encoding.hpp"

BOOST_AUTO_TEST_SUITE(raised_bound_suite)

namespace {

using namespace stint::tokenizer;

constexpr const char* model = "claude-sonnet-5";

// What is found of the model over OpenAI's API; null: nothing.
const learned_estimate* found_in(const std::shared_ptr<const calibration_snapshot>& learned) {
  return learned->find(model, chat_api::openai_chat);
}

// A prompt of 100 tokens of prose, whose bound was `bound`, of which `raised` because of earlier ones.
void report(calibration& learner, std::int64_t reported, std::int64_t bound,
            std::int32_t raised = 0, std::int32_t tools = 0) {
  prompt_features seen = prose_of(100);
  seen.raised = raised;
  seen.tools = tools;
  learner.observe(model, chat_api::openai_chat, seen, reported, 1, bound);
}

}  // namespace

// Learning took 41 to 60 calls: until then a model that adds a prompt of its own was above its bound
// at every call.
BOOST_AUTO_TEST_CASE(the_first_call_above_its_bound_raises_the_bound_at_once) {
  calibration learner;
  report(learner, 500, 200);
  const auto learned = learner.snapshot();
  BOOST_TEST_REQUIRE(found_in(learned) != nullptr);
  BOOST_TEST(!found_in(learned)->is_fitted());
  BOOST_TEST(found_in(learned)->raised(false) == 300 + 300 / 4 + 16);
  BOOST_TEST(found_in(learned)->raised(true) == 0);
  report(learner, 900, 300, 0, 2);
  BOOST_TEST(found_in(learner.snapshot())->raised(true) == 600 + 600 / 4 + 16);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 391);
}

BOOST_AUTO_TEST_CASE(a_call_within_its_bound_raises_nothing) {
  calibration learner;
  report(learner, 200, 200);
  learner.observe(model, chat_api::openai_chat, prose_of(100), 5'000, 1);  // its bound is not known
  BOOST_TEST(found_in(learner.snapshot()) == nullptr);
  report(learner, 201, 200);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 1 + 16);
}

// Their bounds were made before the first of them was learnt.
BOOST_AUTO_TEST_CASE(calls_that_were_under_way_together_raise_the_bound_once) {
  calibration learner;
  for (int i = 0; i < 6; ++i)
    report(learner, 500, 200);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 391);
  // What is missing still comes on top of what was raised.
  report(learner, 700, 200 + 391, 391);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 391 + 109 + 109 / 4 + 16);
}

BOOST_AUTO_TEST_CASE(a_raise_that_is_not_needed_fades_and_one_that_is_stays) {
  calibration learner;
  report(learner, 500, 200);
  for (int i = 0; i < 6; ++i)
    report(learner, 500, 200 + 391, 391);  // above 200: needed
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 391);
  report(learner, 200, 200 + 391, 391);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 391 - 2);
  std::int32_t raised = 389;
  for (int i = 0; i < 2'000; ++i) {
    report(learner, 150, 200 + raised, raised);
    raised = found_in(learner.snapshot())->raised(false);
  }
  BOOST_TEST(raised == 0);
}

BOOST_AUTO_TEST_CASE(one_wild_report_raises_a_bound_by_no_more_than_a_few_thousand) {
  calibration learner;
  report(learner, 900'000'000, 200);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 8'192 + 8'192 / 4 + 16);
  for (int i = 0; i < 9; ++i)
    report(learner, 900'000'000, 200 + 10'256, 10'256);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == calibration::raised_max);
}

// Also once the model is known: the fit follows one report slowly.
BOOST_AUTO_TEST_CASE(a_model_that_is_known_is_raised_as_well) {
  calibration learner;
  for (int i = 0; i < 100; ++i)
    report(learner, 160, 200);
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 0);
  report(learner, 400, 200);
  BOOST_TEST(found_in(learner.snapshot())->is_fitted());
  BOOST_TEST(found_in(learner.snapshot())->raised(false) == 200 + 50 + 16);
}

BOOST_AUTO_TEST_CASE(what_a_fit_starts_from_is_as_unsure_as_the_table) {
  const learning_prior claude = prior_of(encoding_for_model("claude-sonnet-5"));
  BOOST_TEST(claude.factor == 1.5);
  BOOST_TEST(claude.upper == 1.8);
  BOOST_TEST(claude.offset_spread[0] == 48);
  const learning_prior nobody = prior_of(encoding_for_model("nobody-knows-it"));
  BOOST_TEST(std::abs(nobody.offset_spread[0] - 297 / 2.33) < 1e-9);
  BOOST_TEST(std::abs(nobody.offset_spread[1] - 660 / 2.33) < 1e-9);
  BOOST_TEST(nobody.offset_spread[2] == 24);
}

BOOST_AUTO_TEST_SUITE_END()
