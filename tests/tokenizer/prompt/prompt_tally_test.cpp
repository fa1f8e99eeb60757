// Goal: a tally adds and scales without wrapping, and says itself what can be learnt from it. Method:
// amounts at the edges, given to a tally without any request.
#include "tokenizer/prompt/prompt_tally.hpp"

#include <cmath>

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(prompt_tally_suite)

namespace {

using namespace stint::tokenizer;

model_encoding scaled_by(std::int64_t factor, std::int64_t upper) {
  return {.text = &o200k_base(), .factor_permille = factor, .upper_permille = upper};
}

prompt_tokens result_of(const model_encoding& model, auto fill,
                        text_measure measure = text_measure::tokens,
                        const learned_estimate* learned = nullptr) {
  prompt_tally tally(model, measure, learned);
  fill(tally);
  return tally.result();
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_is_scaled_up_to_whole_tokens_and_what_is_fixed_is_not) {
  const model_encoding model = scaled_by(1'001, 1'500);
  for (const auto& [tokens, expected, upper] :
       {std::tuple{0, 0, 0}, std::tuple{1, 2, 2}, std::tuple{999, 1'000, 1'499},
        std::tuple{1'000, 1'001, 1'500}, std::tuple{1'001, 1'003, 1'502}}) {
    const prompt_tokens found = result_of(model, [&, count = tokens](prompt_tally& tally) {
      tally.add_text_tokens(count, content_class::code);
      tally.add_fixed(7);
    });
    BOOST_TEST(found.expected == expected + 7);
    BOOST_TEST(found.upper_bound == upper + 7);
    BOOST_TEST(found.features.class_tokens[1] == tokens);
    BOOST_TEST(found.features.framing == 7);
  }
}

BOOST_AUTO_TEST_CASE(sums_and_products_stop_at_the_largest_number) {
  const prompt_tokens found = result_of(scaled_by(2'000, 3'000), [](prompt_tally& tally) {
    tally.add_text_tokens(INT64_MAX / 1'500, content_class::prose);
    tally.add_fixed(INT64_MAX);
    tally.add_fixed(1);
  });
  BOOST_TEST(found.expected == INT64_MAX);
  BOOST_TEST(found.upper_bound == INT64_MAX);
  const prompt_tokens just_fits = result_of(scaled_by(1'000, 1'000), [](prompt_tally& tally) {
    tally.add_text_tokens(9'000'000'000'000'000, content_class::prose);
  });
  BOOST_TEST(just_fits.expected == 9'000'000'000'000'000);
}

BOOST_AUTO_TEST_CASE(a_saving_beyond_what_was_counted_leaves_nothing) {
  const prompt_tokens found = result_of(scaled_by(1'000, 1'000), [](prompt_tally& tally) {
    tally.add_fixed(1);
    tally.discount_estimate(3);
  });
  BOOST_TEST(found.expected == 0);
  BOOST_TEST(found.upper_bound == 1);
  BOOST_TEST(!found.exact);
}

BOOST_AUTO_TEST_CASE(amounts_are_learnt_from_as_far_as_32_bits_go) {
  const auto learnable = [](std::int64_t text, std::int64_t fixed) {
    return result_of(scaled_by(1'000, 1'000),
                     [&](prompt_tally& tally) {
                       tally.add_text_tokens(text, content_class::prose);
                       tally.add_fixed(fixed);
                     })
        .features.learnable;
  };
  BOOST_TEST(learnable(INT32_MAX, 0));
  BOOST_TEST(!learnable(std::int64_t{INT32_MAX} + 1, 0));
  BOOST_TEST(learnable(0, INT32_MAX));
  BOOST_TEST(!learnable(0, std::int64_t{INT32_MAX} + 1));
  BOOST_TEST(!result_of(
                  scaled_by(1'000, 1'000), [](prompt_tally&) {}, text_measure::bytes)
                  .features.learnable);
  model_encoding exact = scaled_by(1'000, 1'000);
  exact.exact = true;
  BOOST_TEST(!result_of(exact, [](prompt_tally&) {}).features.learnable);
}

BOOST_AUTO_TEST_CASE(what_was_learnt_is_used_as_far_as_32_bits_go) {
  const learned_estimate learned = fit({.factor = 2, .upper = 3}, {}, 0);
  const auto is_learned = [&](std::int64_t text, text_measure measure) {
    return result_of(
               scaled_by(1'000, 1'000),
               [&](prompt_tally& tally) { tally.add_text_tokens(text, content_class::prose); },
               measure, &learned)
        .learned;
  };
  BOOST_TEST(is_learned(INT32_MAX, text_measure::tokens));
  BOOST_TEST(!is_learned(std::int64_t{INT32_MAX} + 1, text_measure::tokens));
  BOOST_TEST(is_learned(std::int64_t{INT32_MAX} + 1, text_measure::bytes));
}

BOOST_AUTO_TEST_CASE(a_learnt_estimate_keeps_what_varies_from_call_to_call) {
  const learned_estimate learned = fit({.factor = 2, .upper = 3}, {}, 0);
  const auto by = [&](auto fill) {
    return result_of(scaled_by(1'000, 1'000), fill, text_measure::tokens, &learned);
  };
  const auto text = [](prompt_tally& tally) { tally.add_text_tokens(100, content_class::prose); };
  const prompt_tokens plain = by(text);
  prompt_features seen;
  seen.class_tokens[0] = 100;
  BOOST_TEST(plain.expected == learned.of(seen).expected);
  BOOST_TEST(plain.upper_bound == learned.of(seen).upper);
  const auto with = [&](auto fill) {
    return by([&](prompt_tally& tally) {
      text(tally);
      fill(tally);
    });
  };
  const prompt_tokens media =
      with([](prompt_tally& tally) { tally.add_media({.expected = 10, .upper = 25}); });
  BOOST_TEST(media.expected == plain.expected + 10);
  BOOST_TEST(media.upper_bound == plain.upper_bound + 25);
  const prompt_tokens framing =
      with([](prompt_tally& tally) { tally.add_estimated({.expected = 0, .upper = 9}); });
  BOOST_TEST(framing.expected == plain.expected);
  BOOST_TEST(framing.upper_bound == plain.upper_bound + 9);
  // What tools may add besides is learnt.
  const prompt_tokens tools =
      with([](prompt_tally& tally) { tally.add_tool_framing({.expected = 0, .upper = 50}, 0); });
  BOOST_TEST(tools.expected == plain.expected);
  BOOST_TEST(tools.upper_bound == plain.upper_bound);
  // As is what every request may bring.
  const prompt_tokens request =
      with([](prompt_tally& tally) { tally.add_request_framing({.expected = 0, .upper = 70}); });
  BOOST_TEST(request.expected == plain.expected);
  BOOST_TEST(request.upper_bound == plain.upper_bound);
  const prompt_tokens audio =
      with([](prompt_tally& tally) { tally.add_audio({.expected = 3, .upper = 5}); });
  BOOST_TEST(audio.audio_tokens == 5);
  BOOST_TEST(audio.upper_bound == plain.upper_bound + 5);
}

// A call above its bound: those after it are bounded higher, of its sort alone, learnt or not.
BOOST_AUTO_TEST_CASE(a_raised_bound_is_raised_and_nothing_else) {
  learned_estimate unfitted;
  learned_estimate fitted = fit({.factor = 2, .upper = 3}, {}, 0);
  for (learned_estimate* const learned : {&unfitted, &fitted}) {
    for (const std::int64_t tools : {0, 2}) {
      const auto fill = [&](prompt_tally& tally) {
        tally.add_text_tokens(100, content_class::prose);
        if (tools > 0) tally.add_tool_framing({.expected = 5, .upper = 9}, tools);
      };
      for (const text_measure measure : {text_measure::tokens, text_measure::bytes}) {
        learned->raise({0, 0});
        const prompt_tokens before = result_of(scaled_by(1'000, 1'200), fill, measure, learned);
        learned->raise({30, 4'000});
        const prompt_tokens after = result_of(scaled_by(1'000, 1'200), fill, measure, learned);
        const std::int32_t raised = tools > 0 ? 4'000 : 30;
        BOOST_TEST(before.features.raised == 0);
        BOOST_TEST(after.features.raised == raised);
        BOOST_TEST(after.expected == before.expected);
        BOOST_TEST(after.upper_bound == before.upper_bound + raised);
        BOOST_TEST(after.learned == (learned == &fitted));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_bound_learnt_from_few_calls_goes_from_the_fixed_one_to_its_own) {
  observed_prompt one;
  one.seen.class_tokens[0] = 1'000;
  one.reported = 1'000;
  const auto bound_after = [&](std::size_t calls, std::int64_t upper_permille) {
    std::vector<observed_prompt> window;
    for (std::size_t i = 0; i < calls; ++i) {
      one.at = i + 1;
      window.push_back(one);
    }
    const learned_estimate learned = fit({.factor = 1, .upper = 1.5}, window, calls);
    const prompt_tokens found = result_of(
        scaled_by(1'000, upper_permille),
        [](prompt_tally& tally) { tally.add_text_tokens(1'000, content_class::prose); },
        text_measure::tokens, &learned);
    return std::pair(found.upper_bound, learned.of(one.seen).upper);
  };
  for (const std::size_t calls : {8U, 16U, 31U}) {
    const auto [bound, own] = bound_after(calls, 1'500);
    const double share = 1 - static_cast<double>(calls) / 32;
    const double open = static_cast<double>(1'500 - own) * share;
    BOOST_TEST(bound == own + static_cast<std::int64_t>(std::ceil(open)));
    BOOST_TEST(bound < 1'500);
    // Where the fixed one is lower, what was learnt is believed.
    BOOST_TEST(bound_after(calls, 1'000).first == own);
  }
  const auto [bound, own] = bound_after(32, 1'500);
  BOOST_TEST(bound == own);
}

BOOST_AUTO_TEST_CASE(citations_are_announced_once) {
  prompt_tally tally(scaled_by(1'000, 1'000), text_measure::tokens, nullptr);
  BOOST_TEST(tally.is_first_citation());
  BOOST_TEST(!tally.is_first_citation());
}

BOOST_AUTO_TEST_SUITE_END()
