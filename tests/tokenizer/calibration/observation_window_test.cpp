// Goal: of what is observed so much is kept, and fitted so often, as is said; each model is found by
// its name. Method: the bytes that a calibration is written as, whose format is at the top of
// stored_form.cpp.
#include <cmath>
#include <cstring>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tokenizer/calibration/calibration.hpp"
#include "tokenizer/calibration/prose_prompt.hpp"

BOOST_AUTO_TEST_SUITE(observation_window_suite)

namespace {

using namespace stint::tokenizer;

constexpr const char* model = "claude-sonnet-5";

struct kept {
  std::int32_t reported;
  std::uint32_t source;
  std::uint64_t at;
};

// The window of the only model, as it is written (the top of stored_form.cpp).
std::vector<kept> kept_of(const calibration& learner, std::size_t count) {
  constexpr std::size_t size = 44;
  const std::string bytes = learner.encode();
  const char* at = bytes.data() + bytes.size() - 8 - count * size + 6 * 4;
  std::vector<kept> window(count);
  for (kept& one : window) {
    std::memcpy(&one.reported, at, 4);
    std::memcpy(&one.source, at + 4, 4);
    std::memcpy(&one.at, at + 8, 8);
    at += size;
  }
  return window;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_report_counts_for_twice_or_half_of_the_estimate_and_512_at_most) {
  const auto kept_for = [](std::int64_t reported) {
    calibration learner;
    learner.observe(model, chat_api::openai_chat, prose_of(1'000), reported, 1);
    return kept_of(learner, 1)[0].reported;
  };
  // 1.5 × 1,000 + 10
  BOOST_TEST(kept_for(2'000'000'000) == 2 * 1'510 + 512);
  BOOST_TEST(kept_for(2 * 1'510 + 512) == 2 * 1'510 + 512);
  BOOST_TEST(kept_for(2 * 1'510 + 511) == 2 * 1'510 + 511);
  BOOST_TEST(kept_for(1) == 1'510 / 2 - 512);
  BOOST_TEST(kept_for(1'510 / 2 - 511) == 1'510 / 2 - 511);
}

BOOST_AUTO_TEST_CASE(what_can_be_true_is_learnt_up_to_its_limits) {
  const auto is_learnt = [](std::string_view name, std::int64_t reported) {
    calibration learner;
    learner.observe(name, chat_api::openai_chat, prose_of(10), reported, 1);
    BOOST_TEST(learner.observations() == learner.models());
    return learner.models() == 1;
  };
  BOOST_TEST(is_learnt(model, 1));
  BOOST_TEST(!is_learnt(model, 0));
  BOOST_TEST(is_learnt(model, 2'000'000'000));
  BOOST_TEST(!is_learnt(model, 2'000'000'001));
  BOOST_TEST(is_learnt("claude" + std::string(calibration::name_bytes_max - 6, 'x'), 1));
  BOOST_TEST(!is_learnt("claude" + std::string(calibration::name_bytes_max - 5, 'x'), 1));
  BOOST_TEST(!is_learnt("gpt-4o", 1));
}

// A prompt as large as can be is learnt at no more than can be kept.
BOOST_AUTO_TEST_CASE(the_largest_prompts_are_kept_within_32_bits) {
  calibration learner;
  prompt_features seen;
  seen.class_tokens = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX};
  seen.learnable = true;
  learner.observe(model, chat_api::openai_chat, seen, 1, 1);
  BOOST_TEST(kept_of(learner, 1)[0].reported == 2'000'000'000);
}

BOOST_AUTO_TEST_CASE(a_surprise_is_kept_once_there_is_an_estimate) {
  calibration learner;
  for (int i = 0; i < 9; ++i)
    learner.observe(model, chat_api::openai_chat, prose_of(1'000), 1'510 + (i == 8 ? 600 : 0), 1);
  const std::string bytes = learner.encode();
  float surprises[2];
  std::memcpy(&surprises[0], bytes.data() + bytes.size() - 8 - 44 - 4, 4);
  std::memcpy(&surprises[1], bytes.data() + bytes.size() - 8 - 4, 4);
  BOOST_TEST(surprises[0] == 0);
  BOOST_TEST(std::abs(surprises[1] - 600.0F / 1'542) < 0.01F);
}

BOOST_AUTO_TEST_CASE(a_model_is_fitted_after_every_call_up_to_64_and_then_after_every_eighth) {
  calibration learner;
  prompt_features probe = prose_of(1'000'000);
  std::vector<int> fits;
  token_range last;
  for (int call = 1; call <= 90; ++call) {
    learner.observe(model, chat_api::openai_chat, prose_of(1'000 + call), 1'400 + 7 * call, 1);
    const auto learned = learner.snapshot();
    const learned_estimate* const found = learned->find(model, chat_api::openai_chat);
    if (found == nullptr) continue;
    const token_range now = found->of(probe);
    if (now.upper != last.upper || now.expected != last.expected) fits.push_back(call);
    last = now;
  }
  std::vector<int> expected;
  for (int call = 8; call <= 64; ++call)
    expected.push_back(call);
  for (const int call : {72, 80, 88})
    expected.push_back(call);
  BOOST_TEST(fits == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_busiest_source_makes_room_and_of_equals_the_lower_one) {
  const auto fill = [](const std::vector<std::pair<std::uint32_t, int>>& calls) {
    calibration learner;
    for (const auto& [source, count] : calls) {
      for (int i = 0; i < count; ++i)
        learner.observe(model, chat_api::openai_chat, prose_of(100), 160, source);
    }
    std::vector<std::uint64_t> gone;
    std::uint64_t next = 1;
    for (const kept& one : kept_of(learner, calibration::observations_max)) {
      for (; next < one.at; ++next)
        gone.push_back(next);
      next = one.at + 1;
    }
    return gone;
  };
  using gone = std::vector<std::uint64_t>;
  BOOST_TEST((fill({{1, 10}, {2, 246}}) == gone{}));
  BOOST_TEST((fill({{1, 10}, {2, 246}, {3, 1}}) == gone{11}));
  BOOST_TEST((fill({{1, 10}, {2, 246}, {3, 3}}) == gone{11, 12, 13}));
  BOOST_TEST((fill({{2, 128}, {1, 128}, {3, 1}}) == gone{129}));
  BOOST_TEST((fill({{1, 128}, {2, 128}, {3, 2}}) == gone{1, 129}));
}

BOOST_AUTO_TEST_CASE(a_source_that_fell_silent_is_kept_for_4096_observations) {
  calibration learner;
  learner.observe(model, chat_api::openai_chat, prose_of(100), 160, 1);
  for (int i = 0; i < 4'096; ++i)
    learner.observe(model, chat_api::openai_chat, prose_of(100), 160, 2);
  BOOST_TEST(kept_of(learner, calibration::observations_max)[0].at == 1U);
  learner.observe(model, chat_api::openai_chat, prose_of(100), 160, 2);
  BOOST_TEST(kept_of(learner, calibration::observations_max)[0].source == 2U);
}

BOOST_AUTO_TEST_CASE(each_model_is_found_by_its_name_and_api) {
  calibration learner;
  const std::string_view names[] = {"claude-a", "claude-b", "claude-c"};
  for (const std::string_view name : names) {
    for (const chat_api which : {chat_api::openai_chat, chat_api::anthropic_messages}) {
      if (name == "claude-b" && which == chat_api::openai_chat) continue;
      const std::int32_t framing = name == "claude-a" ? 100 : 200;
      for (int i = 0; i < 40; ++i) {
        prompt_features seen = prose_of(1'000);
        seen.framing = framing + static_cast<int>(which);
        learner.observe(name, which, seen, 1'600, 1);
      }
    }
  }
  const auto learned = learner.snapshot();
  BOOST_TEST(learned->size() == 5U);
  for (const std::string_view name : {"claude-", "claude-aa", "claude-bb", "claude-d", ""})
    BOOST_TEST(learned->find(name, chat_api::openai_chat) == nullptr, name);
  BOOST_TEST(learned->find("claude-b", chat_api::openai_chat) == nullptr);
  BOOST_TEST(learned->find("claude-b", chat_api::anthropic_messages) != nullptr);
  for (const chat_api which : {chat_api::openai_chat, chat_api::anthropic_messages}) {
    BOOST_TEST_REQUIRE(learned->find("claude-a", which) != nullptr);
    BOOST_TEST_REQUIRE(learned->find("claude-c", which) != nullptr);
    BOOST_TEST(learned->find("claude-a", which) != learned->find("claude-c", which));
  }
}

BOOST_AUTO_TEST_SUITE_END()
