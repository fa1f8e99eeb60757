// Goal: the fit is the method that stands at the top of fit.cpp, with its constants. Method: windows
// of made-up reports, plain, of one busy source, with odd reports, beyond the limits; the answers
// were worked out by another program from the same description, by Gaussian elimination.
#include "tokenizer/calibration/fit.hpp"

#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(fit_suite)

namespace {

using namespace stint::tokenizer;

class small_numbers {
 public:
  explicit small_numbers(std::uint32_t seed) : state_(seed) {}
  std::int32_t operator()(std::uint32_t below) {
    state_ = (state_ * 1'103'515'245U + 12'345U) % (1U << 31);
    return static_cast<std::int32_t>((state_ >> 8) % below);
  }

 private:
  std::uint32_t state_;
};

enum window_kind { plain_calls, busy_source, odd_reports, single, nothing, far_below, far_above };

std::int32_t odd_report(window_kind kind, small_numbers& draw, std::int32_t told) {
  if (kind == odd_reports && draw(8) == 0) return told * 4;
  if (kind == far_below) return told / 4;
  return kind == far_above ? told * 6 : told;
}

std::vector<observed_prompt> window_of(window_kind kind) {
  constexpr int sizes[] = {40, 256, 60, 1, 0, 200, 64};
  constexpr std::int32_t percent[] = {162, 145, 144, 124};
  small_numbers draw(static_cast<std::uint32_t>(kind) + 1);
  std::vector<observed_prompt> window;
  for (int i = 1; i <= sizes[kind]; ++i) {
    observed_prompt one;
    for (std::int32_t& tokens : one.seen.class_tokens) {
      if (draw(2) != 0) tokens = draw(3'000);
    }
    one.seen.tools = draw(3) == 0 ? draw(6) : 0;
    one.seen.framing = 3 + draw(40) + (one.seen.tools > 0 ? 346 : 0);
    std::int32_t told = 0;
    for (std::size_t at = 0; at < content_class_count; ++at)
      told += percent[at] * one.seen.class_tokens[at];
    told /= 100;
    told += static_cast<std::int32_t>(std::floor(told * (draw(61) - 30) / 1000.0));
    told += one.seen.framing + 20 + (one.seen.tools > 0 ? 60 + 30 * one.seen.tools : 0);
    one.source = static_cast<std::uint32_t>(draw(3));
    if (kind == busy_source)
      one.source = draw(10) != 0 ? 0U : 1U + static_cast<std::uint32_t>(draw(4));
    one.reported = std::max(odd_report(kind, draw, told), 1);
    if ((kind == plain_calls || kind == busy_source) && draw(9) == 0)
      one.surprise = static_cast<float>(draw(100) / 1000.0);
    one.at = static_cast<std::uint64_t>(kind == odd_reports ? 3 * i : i);
    one.seen.learnable = true;
    window.push_back(one);
  }
  return window;
}

prompt_features prompt_of(std::array<std::int32_t, content_class_count> tokens,
                          std::int32_t tools = 0, std::int32_t framing = 0) {
  prompt_features seen;
  seen.class_tokens = tokens;
  seen.tools = tools;
  seen.framing = framing;
  return seen;
}

const prompt_features probes[] = {
    prompt_of({100'000, 0, 0, 0}),  prompt_of({0, 100'000, 0, 0}),
    prompt_of({0, 0, 100'000, 0}),  prompt_of({0, 0, 0, 100'000}),
    prompt_of({0, 0, 0, 0}),        prompt_of({1'000, 1'000, 1'000, 1'000}, 500, 7),
    prompt_of({5, 0, 0, 0}, 1, 353)};

struct fitted {
  window_kind kind;
  std::uint64_t now;
  token_range answers[std::size(probes)];
};

// clang-format off
const fitted known_fits[] = {
    {plain_calls, 40, {{162362, 179083}, {148426, 164890}, {143122, 158237}, {122840, 136190}, {20, 26}, {20755, 34511}, {470, 565}}},
    {busy_source, 300, {{161497, 183740}, {145858, 165770}, {143123, 162182}, {123757, 141125}, {20, 28}, {20124, 30012}, {473, 567}}},
    {odd_reports, 180, {{165264, 337795}, {144634, 296049}, {142228, 290750}, {125799, 256513}, {20, 75}, {21071, 55696}, {475, 1077}}},
    {single, 1, {{147064, 323218}, {149993, 330020}, {149993, 330020}, {140134, 296786}, {0, 143}, {1772, 29390}, {353, 963}}},
    {nothing, 0, {{150000, 330033}, {150000, 330033}, {150000, 330033}, {150000, 330033}, {0, 144}, {6007, 40014}, {361, 998}}},
    {far_below, 200, {{138747, 169171}, {136112, 166274}, {134145, 164092}, {137289, 167656}, {0, 45}, {523, 26970}, {353, 561}}},
    {far_above, 64, {{150927, 331876}, {151012, 332046}, {151038, 332095}, {150952, 331922}, {12, 166}, {6480, 40955}, {380, 1035}}},
};
// clang-format on

}  // namespace

BOOST_AUTO_TEST_CASE(each_window_is_fitted_as_the_method_says) {
  for (const fitted& known : known_fits) {
    const std::vector<observed_prompt> window = window_of(known.kind);
    const learned_estimate found = fit({.factor = 1.5, .upper = 1.8}, window, known.now);
    for (std::size_t i = 0; i < std::size(probes); ++i) {
      const token_range range = found.of(probes[i]);
      BOOST_TEST_CONTEXT("window " << known.kind << ", prompt " << i << ": " << range.expected
                                   << " to " << range.upper) {
        BOOST_TEST(std::abs(range.expected - known.answers[i].expected) <= 1);
        BOOST_TEST(std::abs(range.upper - known.answers[i].upper) <= 1);
      }
    }
  }
}

// Before anything is learnt an estimate is the factor's.
BOOST_AUTO_TEST_CASE(an_excess_is_relative_to_the_estimate_and_a_least_size) {
  const learned_estimate found = fit({.factor = 1.5, .upper = 1.8}, {}, 0);
  const prompt_features seen = prompt_of({100, 0, 0, 0}, 0, 18);
  BOOST_TEST(std::abs(found.excess(seen, 168 + 40) - 0.2) < 1e-9);
  BOOST_TEST(std::abs(found.excess(seen, 168 - 50) + 0.25) < 1e-9);
}

BOOST_AUTO_TEST_CASE(a_fit_to_few_calls_says_so) {
  const auto doubt_after = [](std::size_t calls) {
    const std::vector<observed_prompt> all = window_of(busy_source);
    const std::vector<observed_prompt> some(all.begin(),
                                            all.begin() + static_cast<std::ptrdiff_t>(calls));
    const learned_estimate found = fit({.factor = 1.5, .upper = 1.8}, some, calls);
    BOOST_TEST(found.is_fitted());
    return found.doubt();
  };
  BOOST_TEST(!learned_estimate{}.is_fitted());
  BOOST_TEST(doubt_after(8) == 0.75);
  BOOST_TEST(doubt_after(31) == 1.0 / 32);
  BOOST_TEST(doubt_after(32) == 0);
  BOOST_TEST(doubt_after(200) == 0);
}

// How unsure the table is of what is added is how wide the bound is before it is learnt.
BOOST_AUTO_TEST_CASE(a_wide_offset_is_bounded_wide) {
  learning_prior wide{.factor = 1.5, .upper = 1.8};
  wide.offset_spread = {300, 300, 300};
  const prompt_features hi = prompt_of({5, 0, 0, 0}, 1, 353);
  const learning_prior narrow{.factor = 1.5, .upper = 1.8};
  BOOST_TEST(fit(wide, {}, 0).of(hi).upper > fit(narrow, {}, 0).of(hi).upper + 700);
  BOOST_TEST(fit(wide, {}, 0).of(hi).expected == fit(narrow, {}, 0).of(hi).expected);
}

// A spread of nothing would be a certainty that no report could change.
BOOST_AUTO_TEST_CASE(factors_without_a_margin_have_a_least_spread) {
  const learned_estimate found = fit({.factor = 1, .upper = 1}, {}, 0);
  // 2.33 × 100,000 × 0.02 and 2.33 × 48, and a margin of 1.
  const double unsure = 2.33 * std::hypot(100'000 * 0.02, 48.0);
  BOOST_TEST(found.of(prompt_of({100'000, 0, 0, 0})).upper ==
             std::llround(std::ceil(200'032 + unsure)));
}

// Each offset for itself: its own spread is wide, those of the others leave it nothing.
BOOST_AUTO_TEST_CASE(what_is_added_stays_within_its_limits) {
  struct limit {
    std::size_t offset;
    std::int32_t tools;
    std::int64_t least;
    std::int64_t most;
  };
  // A prompt of 10,000 tokens at the factor, which nothing that is learnt here has touched.
  for (const limit& one : {limit{0, 0, -64, 8'192}, {1, 1, -1'024, 8'192}, {2, 1, -64, 1'024}}) {
    learning_prior prior{.factor = 1.5, .upper = 1.8};
    prior.offset_spread = {1, 1, 1};
    prior.offset_spread[one.offset] = 1e6;
    const auto added_after = [&](std::int32_t framing, std::int32_t reported) {
      observed_prompt seen;
      seen.seen = prompt_of({0, 0, 0, 0}, one.tools, framing);
      seen.seen.learnable = true;
      seen.reported = reported;
      std::vector<observed_prompt> window(40, seen);
      for (std::size_t i = 0; i < window.size(); ++i)
        window[i].at = i + 1;
      return fit(prior, window, window.size())
                 .of(prompt_of({10'000, 0, 0, 0}, one.tools))
                 .expected -
             15'000;
    };
    BOOST_TEST(added_after(20'000, 1) == one.least, one.offset);
    BOOST_TEST(added_after(0, 20'000) == one.most, one.offset);
  }
}

// One report says nothing of how far others are off; two that were foreseen say that it is little.
BOOST_AUTO_TEST_CASE(two_reports_have_a_margin_and_one_has_none) {
  const auto bound_after = [](std::size_t reports) {
    observed_prompt seen;
    seen.seen = prompt_of({10'000, 0, 0, 0});
    seen.seen.learnable = true;
    seen.reported = 15'000;
    std::vector<observed_prompt> window(reports, seen);
    for (std::size_t i = 0; i < reports; ++i)
      window[i].at = i + 1;
    return fit({.factor = 1.5, .upper = 1.8}, window, reports)
        .of(prompt_of({10'000, 0, 0, 0}))
        .upper;
  };
  BOOST_TEST(bound_after(1) > 30'000);
  BOOST_TEST(bound_after(2) < 17'000);
}

BOOST_AUTO_TEST_SUITE_END()
