// Goal: what config/prices.yaml says beyond plain rates (dated changes, tiers, fees, peak hours,
// second names) is what the providers announced. Method: hand-written facts, asked of the shipped
// file.
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "pricing/cost.hpp"
#include "pricing/price_samples.hpp"
#include "pricing/shipped_prices.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(shipped_terms)

namespace {

struct in_tenths_of_a_cent {
  std::int64_t input, cached, output;
};

void check(const token_rates& given, const in_tenths_of_a_cent& expected) {
  BOOST_TEST(given.input == expected.input * dollar / 1000);
  BOOST_TEST(given.cached_input == expected.cached * dollar / 1000);
  BOOST_TEST(given.output == expected.output * dollar / 1000);
}

std::int64_t input_at(std::string_view model, wall_time at) {
  return found(model, at).base.input;
}

std::int64_t tier(std::string_view model, service_tier which) {
  return found(model).tier_permille[static_cast<std::size_t>(which)];
}

}  // namespace

BOOST_AUTO_TEST_CASE(announced_rises_begin_at_their_instant) {
  const struct {
    const char* model;
    wall_time change;
    in_tenths_of_a_cent before, after;
  } rises[] = {
      {"gemini-4-argon",
       utc(2026, 12, 1),
       {.input = 2000, .cached = 100, .output = 10'000},
       {.input = 4000, .cached = 200, .output = 20'000}},
      {"gemini-4-carbon",
       utc(2026, 12, 1),
       {.input = 2000, .cached = 100, .output = 10'000},
       {.input = 4000, .cached = 200, .output = 20'000}},
      {"gemini-3.6-flash",
       utc(2027, 1, 1),
       {.input = 750, .cached = 75, .output = 3750},
       {.input = 1500, .cached = 150, .output = 7500}},
      {"gemini-3.8-flash",
       utc(2027, 1, 1),
       {.input = 750, .cached = 75, .output = 3750},
       {.input = 1500, .cached = 150, .output = 7500}},
  };
  for (const auto& rise : rises) {
    BOOST_TEST_CONTEXT(rise.model) {
      check(found(rise.model, rise.change - std::chrono::microseconds{1}).base, rise.before);
      check(found(rise.model, rise.change).base, rise.after);
    }
  }
}

BOOST_AUTO_TEST_CASE(known_past_changes_are_dated) {
  BOOST_TEST(found("claude-sonnet-5-5", utc(2026, 10, 6, 23, 59, 59)).base.cached_input ==
             20 * cent);
  BOOST_TEST(found("claude-sonnet-5-5", utc(2026, 10, 7)).base.cached_input == 10 * cent);
  BOOST_TEST((shipped().find("gpt-5.6-sol", utc(2026, 8, 20)).error() ==
              price_error::not_valid_at_this_time));
  BOOST_TEST(input_at("gpt-5.6-sol", utc(2026, 8, 21)) == 4 * dollar);
}

BOOST_AUTO_TEST_CASE(tiers_and_search_fees_are_the_providers) {
  for (const service_tier half : {service_tier::flex, service_tier::batch}) {
    BOOST_TEST(tier("gpt-6-sol", half) == 500);
    BOOST_TEST(tier("gemini-2.5-pro", half) == 500);
  }
  BOOST_TEST(tier("gpt-6-sol", service_tier::priority) == 2000);
  BOOST_TEST(tier("gpt-6-sol", service_tier::fast) == 2000);
  for (const char* model : {"o3", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"}) {
    BOOST_TEST(tier(model, service_tier::priority) == 1750);
    BOOST_TEST(tier(model, service_tier::batch) == 500);
  }
  BOOST_TEST(tier("gemini-2.5-pro", service_tier::priority) == 1800);
  BOOST_TEST(tier("claude-opus-5", service_tier::batch) == 500);
  BOOST_TEST(tier("claude-opus-5", service_tier::priority) == 1000);
  BOOST_TEST(tier("claude-opus-5", service_tier::fast) == 6000);
  BOOST_TEST(tier("claude-opus-5-5", service_tier::fast) == 2000);
  BOOST_TEST(tier("grok-4.7", service_tier::batch) == 1000);

  BOOST_TEST(found("gpt-6-sol").offers(service_tier::flex));
  BOOST_TEST(found("claude-opus-5").offers(service_tier::fast));
  BOOST_TEST(!found("claude-opus-5").offers(service_tier::flex));
  BOOST_TEST(!found("deepseek-chat").offers(service_tier::priority));
  BOOST_TEST(tier("llama-3.3-70b-versatile", service_tier::flex) == 1000);
  BOOST_TEST(found("llama-3.3-70b-versatile").offers(service_tier::flex));
  for (const char* model :
       {"claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-5", "claude-haiku-5-5"})
    BOOST_TEST(found(model).us_permille == 1'100);
  for (const char* model : {"claude-opus-4-5", "claude-opus-4-1", "claude-sonnet-4-5",
                            "claude-haiku-4-5", "gpt-6-sol", "gemini-2.5-pro"})
    BOOST_TEST(found(model).us_permille == 1'000);

  BOOST_TEST(found("gpt-6-sol").web_search_nanodollars == cent);
  BOOST_TEST(found("claude-opus-5").web_search_nanodollars == cent);
  BOOST_TEST(found("grok-4.7").web_search_nanodollars == cent / 2);
  BOOST_TEST(found("gemini-2.5-flash").web_search_nanodollars == 35'000'000);
  BOOST_TEST(found("gemini-4-argon").web_search_nanodollars == 14'000'000);
  BOOST_TEST(found("deepseek-chat").web_search_nanodollars == 0);
}

BOOST_AUTO_TEST_CASE(deepseek_v4_doubles_at_its_peak) {
  const usage used{
      .input_tokens = 1'000'000, .cached_input_tokens = 1'000'000, .output_tokens = 1'000'000};
  const auto cost = [&](std::string_view model, wall_time at) {
    return cost_of(found(model, at), used, service_tier::standard, at).count();
  };
  // 0.22 + 0.007 + 0.66 and 0.66 + 0.022 + 1.98; Friday 02:00 UTC is peak, 05:00 is not, Saturday
  // is not.
  BOOST_TEST(cost("deepseek-v4-flash", utc(2026, 11, 20, 5)) == 887'000'000);
  BOOST_TEST(cost("deepseek-v4-flash", utc(2026, 11, 20, 2)) == 1'774'000'000);
  BOOST_TEST(cost("deepseek-v4-pro", utc(2026, 11, 20, 9)) == 5'324'000'000);
  BOOST_TEST(cost("deepseek-v4-pro", utc(2026, 11, 21, 9)) == 2'662'000'000);
}

BOOST_AUTO_TEST_CASE(other_names_of_a_model_have_its_price) {
  const std::pair<const char*, const char*> names[] = {
      {"gpt-5.6", "gpt-5.6-sol"},
      {"gpt-5.6-2026-07-09", "gpt-5.6-sol"},
      {"sim/gpt-4o", "gpt-4o"},
      {"sim/gpt-5.6", "gpt-5.6-sol"},
      {"sim/claude-opus-5-5", "claude-opus-5-5"},
      {"models/gemini-2.5-pro", "gemini-2.5-pro"},
      {"sim-gemini-2.5-pro", "gemini-2.5-pro"},
      {"gemini-flash-latest", "gemini-3.5-flash"},
      {"models/gemini-pro-latest", "gemini-3.1-pro-preview"},
      {"openai/gpt-4o", "gpt-4o"},
      {"openai/gpt-oss-120b", "openai/gpt-oss-120b"},
      {"sim/openai/gpt-oss-120b", "openai/gpt-oss-120b"},
      {"gpt-4o-2024-08-06", "gpt-4o"},
      {"gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
      {"claude-sonnet-4-5-20250929", "claude-sonnet-4-5"},
      {"claude-sonnet-4-5@20250929", "claude-sonnet-4-5"},
      {"o3-2025-04-16", "o3"},
      {"gpt-3.5-turbo-0125", "gpt-3.5-turbo"},
  };
  for (const auto& [name, model] : names)
    BOOST_TEST(found(name).model == model);
  for (const char* name :
       {"gpt-7", "gpt-3.5-turbo-1106", "o3-deep-research", "ft:gpt-4o-2024-08-06:acme::x",
        "chatgpt-4o-latest", "gemini-2.5-pro-tts", "mistral-large-latest", "sim/"}) {
    BOOST_TEST(!shipped().find(name, day_of_the_sources()).has_value(), "a price for " << name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
