// Goal: what a list says is what the price book then charges, and what has no place in it is named. Method: entries
// written as the lists write them, beside rates worked out by hand; what is written as a price file is read
// back.
#include "pricing/import/import.hpp"

#include <boost/test/unit_test.hpp>

#include "pricing/import/write_price_file.hpp"
#include "pricing/price_file.hpp"
#include "pricing/time_text.hpp"

BOOST_AUTO_TEST_SUITE(price_import_suite)

namespace {
using namespace stint;

imported_prices imported(const std::string& json, const import_choice& choice = {}) {
  auto read = import_prices(json, choice);
  if (const auto* why = std::get_if<std::string>(&read)) BOOST_FAIL(*why);
  return std::get<imported_prices>(std::move(read));
}

price only_price(const imported_prices& of) {
  BOOST_TEST_REQUIRE(of.prices.size() == 1U);
  return of.prices.front();
}

std::string all_left(const imported_prices& of) {
  std::string text;
  for (const std::string& line : of.left.lines())
    text += line + "\n";
  return text;
}

bool leaves(const imported_prices& of, const std::string& what) {
  const std::string all = all_left(of);
  if (all.find(what) != std::string::npos) return true;
  BOOST_TEST_MESSAGE("left is only:\n" << all);
  return false;
}

std::string litellm(const std::string& name, const std::string& fields) {
  return "{\"" + name + R"(": {"litellm_provider": "openai", "mode": "chat")" +
         (fields.empty() ? "" : ", " + fields) + "}}";
}

constexpr const char* usual = R"("input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06)";

std::string models_dev(const std::string& cost, const std::string& more = "") {
  return R"({"openai": {"id": "openai", "models": {"m": {"id": "m", "limit": {"context": 128000, "output": 16384}, "cost": )" +
         cost + more + "}}}}";
}

std::string genai(const std::string& prices, const std::string& more = "") {
  return R"([{"id": "openai", "models": [{"id": "m", "context_window": 128000, "prices": )" +
         prices + more + "}]}]";
}

// Written, read back, and still the same but for where it was read.
void check_round_trip(const imported_prices& of) {
  const std::string text = to_price_file(of, "v1", "2026-11-30");
  const auto read = parse_price_file(text);
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&read))
    BOOST_FAIL(describe("f", mistakes->front()) << "\n" << text);
  const auto& book = std::get<price_book>(read);
  BOOST_TEST_REQUIRE(book.prices().size() == of.prices.size());
  for (price each : of.prices) {
    const auto found = book.find(each.model, std::max(each.valid_from, wall_time{}));
    BOOST_TEST_REQUIRE(found.has_value(), each.model);
    each.source = (*found)->source;
    each.source_date = (*found)->source_date;
    BOOST_TEST((each == **found), text);
  }
}
}  // namespace

BOOST_AUTO_TEST_CASE(litellms_rates_are_dollars_for_a_token) {
  const auto read = imported(litellm(
      "gpt-x",
      R"("input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05, "cache_read_input_token_cost": 1.25e-07,
         "cache_creation_input_token_cost": 3.125e-06, "cache_creation_input_token_cost_above_1hr": 5e-06,
         "cache_creation_input_token_cost_above_12hr": 7.5e-06, "input_cost_per_audio_token": 4e-05,
         "output_cost_per_audio_token": 8e-05, "max_input_tokens": 128000, "max_output_tokens": 16384)"));
  BOOST_TEST(read.format == "LiteLLM");
  const price one = only_price(read);
  BOOST_TEST(one.model == "gpt-x");
  BOOST_TEST(one.provider == "openai");
  const token_rates expected = {.input = 2'500'000'000,
                                .cached_input = 125'000'000,
                                .cache_write_5m = 3'125'000'000,
                                .cache_write_1h = 5'000'000'000,
                                .cache_write_12h = 7'500'000'000,
                                .audio_input = 40'000'000'000,
                                .output = 10'000'000'000,
                                .audio_output = 80'000'000'000};
  BOOST_TEST((one.base == expected));
  BOOST_TEST(one.context_window_tokens == 128'000);
  BOOST_TEST(one.output_tokens_max == 16'384);
  BOOST_TEST(read.left.empty(), all_left(read));
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(what_litellm_leaves_out_costs_what_the_file_says) {
  const price one = only_price(imported(litellm("m", usual)));
  const token_rates expected = {.input = 2'000'000'000,
                                .cached_input = 2'000'000'000,
                                .cache_write_5m = 2'000'000'000,
                                .cache_write_1h = 2'000'000'000,
                                .cache_write_12h = 2'000'000'000,
                                .audio_input = 2'000'000'000,
                                .output = 8'000'000'000,
                                .audio_output = 8'000'000'000};
  BOOST_TEST((one.base == expected));
  const price old = only_price(
      imported(litellm("m", std::string(usual) + R"(, "input_cost_per_token_cache_hit": 1e-06)")));
  BOOST_TEST(old.base.cached_input == 1'000'000'000);
}

BOOST_AUTO_TEST_CASE(litellms_long_prompts_are_steps_that_name_every_rate) {
  const auto read = imported(litellm(
      "m",
      std::string(usual) +
          R"(, "cache_read_input_token_cost": 2e-07, "input_cost_per_token_above_200k_tokens": 4e-06,
                  "output_cost_per_token_above_200k_tokens": 1.2e-05, "input_cost_per_token_above_128k_tokens": 3e-06)"));
  const price one = only_price(read);
  BOOST_TEST_REQUIRE(one.steps.size() == 2U);
  BOOST_TEST(one.steps[0].first_tokens == 128'001);
  BOOST_TEST(one.steps[0].rates.input == 3'000'000'000);
  BOOST_TEST(one.steps[0].rates.output == 8'000'000'000);
  BOOST_TEST(one.steps[1].first_tokens == 200'001);
  BOOST_TEST(one.steps[1].rates.input == 4'000'000'000);
  BOOST_TEST(one.steps[1].rates.output == 12'000'000'000);
  BOOST_TEST(one.steps[1].rates.cached_input == 200'000'000);
  check_round_trip(read);
  std::string of_xai =
      litellm("m", std::string(usual) + R"(, "input_cost_per_token_above_200k_tokens": 4e-06)");
  of_xai.replace(of_xai.find("openai"), 6, "xai");
  BOOST_TEST(only_price(imported(of_xai)).steps[0].first_tokens == 200'000);
}

BOOST_AUTO_TEST_CASE(litellms_ranges_stand_in_place_of_flat_rates) {
  const auto read = imported(litellm(
      "m",
      R"("tiered_pricing": [{"range": [0, 256000], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
                            {"range": [256000, 1000000], "input_cost_per_token": 3e-06, "output_cost_per_token": 4e-06}])"));
  const price one = only_price(read);
  BOOST_TEST(one.base.input == 1'000'000'000);
  BOOST_TEST_REQUIRE(one.steps.size() == 1U);
  BOOST_TEST(one.steps[0].first_tokens == 256'001);
  BOOST_TEST(one.steps[0].rates.output == 4'000'000'000);
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(litellms_tiers_are_factors_where_they_are_one) {
  const auto read = imported(
      litellm("m", std::string(usual) +
                       R"(, "input_cost_per_token_flex": 1e-06, "output_cost_per_token_flex": 4e-06,
                  "input_cost_per_token_priority": 3.5e-06, "output_cost_per_token_priority": 1.4e-05,
                  "input_cost_per_token_batches": 1e-06, "output_cost_per_token_batches": 3e-06,
                  "input_cost_per_token_ultrafast": 1e-05)"));
  const price one = only_price(read);
  const auto permille = [&](service_tier tier) {
    return one.offers(tier) ? one.tier_permille[static_cast<std::size_t>(tier)] : 0;
  };
  BOOST_TEST(permille(service_tier::flex) == 500);
  BOOST_TEST(permille(service_tier::priority) == 1'750);
  BOOST_TEST(permille(service_tier::fast) == 1'750);
  BOOST_TEST(permille(service_tier::batch) == 0);
  BOOST_TEST(leaves(read, "no factor on the usual rates: batches"));
  BOOST_TEST(leaves(read, "no factor on the usual rates: ultrafast"));
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(fees_and_regions_of_litellm_are_carried_over) {
  const auto read = imported(litellm(
      "m",
      std::string(usual) +
          R"(, "search_context_cost_per_query": {"search_context_size_low": 0.01, "search_context_size_high": 0.014},
                  "input_cost_per_request": 0.005, "provider_specific_entry": {"us": 1.1, "fast": 6.0})"));
  const price one = only_price(read);
  BOOST_TEST(one.web_search_nanodollars == 14'000'000);
  BOOST_TEST(one.request_nanodollars == 5'000'000);
  BOOST_TEST(one.us_permille == 1'100);
  BOOST_TEST(one.tier_permille[static_cast<std::size_t>(service_tier::fast)] == 6'000);
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(what_litellm_prices_otherwise_is_left_and_named) {
  BOOST_TEST(leaves(
      imported(litellm("m", std::string(usual) + R"(, "file_search_cost_per_1k_calls": 0.0025)")),
      "file_search_cost_per_1k_calls: 1 model (m)"));
  BOOST_TEST(leaves(
      imported(litellm("m", std::string(usual) + R"(, "output_cost_per_reasoning_token": 9e-06)")),
      "another price for reasoning"));
  BOOST_TEST(leaves(
      imported(litellm("m", std::string(usual) + R"(, "off_peak_pricing": {"windows": []})")),
      "prices by the hour"));
  BOOST_TEST(
      leaves(imported(litellm(
                 "m", std::string(usual) + R"(, "regional_processing_uplift_multiplier_eu": 1.1)")),
             "a factor of a region"));
  std::string images = litellm("i", R"("output_cost_per_image": 0.04)");
  images.replace(images.find("chat"), 4, "image_generation");
  const auto read = imported(images);
  BOOST_TEST(read.prices.empty());
  BOOST_TEST(leaves(read, "mode image_generation"));
  BOOST_TEST(leaves(imported(litellm("m", "")), "no price by tokens"));
  BOOST_TEST(leaves(imported(litellm("m", R"("input_cost_per_token": 1)")), "beyond $10,000"));
}

BOOST_AUTO_TEST_CASE(aliases_lead_to_what_is_there_and_sample_rows_are_none) {
  const auto read = imported(
      R"({"sample_spec": {"litellm_provider": "x", "mode": "chat", "input_cost_per_token": 1e-06},
          "gpt-x": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06, "aliases": ["gpt-y"]},
          "gpt-z": {"alias_of": "gpt-x"}, "gpt-w": {"alias_of": "gone"}})");
  BOOST_TEST(read.prices.size() == 1U);
  BOOST_TEST_REQUIRE(read.aliases.size() == 2U);
  BOOST_TEST(read.aliases[0].from == "gpt-y");
  BOOST_TEST(read.aliases[1].from == "gpt-z");
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(a_model_has_its_makers_price_unless_another_seller_is_chosen) {
  const std::string list =
      R"({"azure/gpt-x": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 3e-06},
          "gpt-x": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06},
          "a/only-sold": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 1e-06},
          "b/only-sold": {"litellm_provider": "b", "mode": "chat", "input_cost_per_token": 2e-06},
          "a/alike": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 1e-06},
          "b/alike": {"litellm_provider": "b", "mode": "chat", "input_cost_per_token": 1e-06}})";
  const auto read = imported(list);
  BOOST_TEST_REQUIRE(read.prices.size() == 2U);
  BOOST_TEST(read.prices[0].model == "alike");
  BOOST_TEST(read.prices[1].base.input == 2'000'000'000);
  BOOST_TEST(leaves(read, "choose with --provider: 1 model (only-sold)"));
  import_choice of_azure;
  of_azure.providers = {"azure"};
  BOOST_TEST(only_price(imported(list, of_azure)).base.input == 3'000'000'000);
  import_choice one_model;
  one_model.takes_model = [](std::string_view model) { return model == "alike"; };
  BOOST_TEST(only_price(imported(list, one_model)).model == "alike");
}

BOOST_AUTO_TEST_CASE(models_dev_counts_in_millions) {
  const auto read = imported(models_dev(
      R"({"input": 1.25, "output": 10, "cache_read": 0.125, "cache_write": 1.5, "input_audio": 3, "output_audio": 12,
          "tiers": [{"input": 2.5, "output": 15, "cache_read": 0.25, "tier": {"type": "context", "size": 272000}}],
          "context_over_200k": {"input": 99, "output": 99}})",
      R"(, "experimental": {"modes": {"fast": {"cost": {"input": 2.5, "output": 20}}}})"));
  BOOST_TEST(read.format == "models.dev");
  const price one = only_price(read);
  const token_rates expected = {.input = 1'250'000'000,
                                .cached_input = 125'000'000,
                                .cache_write_5m = 1'500'000'000,
                                .cache_write_1h = 1'500'000'000,
                                .cache_write_12h = 1'500'000'000,
                                .audio_input = 3'000'000'000,
                                .output = 10'000'000'000,
                                .audio_output = 12'000'000'000};
  BOOST_TEST((one.base == expected));
  BOOST_TEST_REQUIRE(one.steps.size() == 1U);
  BOOST_TEST(one.steps[0].first_tokens == 272'001);
  BOOST_TEST(one.steps[0].rates.input == 2'500'000'000);
  BOOST_TEST(one.steps[0].rates.cache_write_5m == 1'500'000'000);
  BOOST_TEST(one.tier_permille[static_cast<std::size_t>(service_tier::fast)] == 2'000);
  BOOST_TEST(one.context_window_tokens == 128'000);
  BOOST_TEST(one.output_tokens_max == 16'384);
  check_round_trip(read);
  const price older = only_price(imported(
      models_dev(R"({"input": 1, "output": 2, "context_over_200k": {"input": 3, "output": 4}})")));
  BOOST_TEST_REQUIRE(older.steps.size() == 1U);
  BOOST_TEST(older.steps[0].first_tokens == 200'001);
}

BOOST_AUTO_TEST_CASE(what_models_dev_does_not_say_is_not_made_up) {
  BOOST_TEST(leaves(imported(models_dev("null")), "no price: 1 model (m)"));
  BOOST_TEST(leaves(imported(models_dev(R"({"output": 2})")), "no price by tokens"));
  BOOST_TEST(leaves(imported(models_dev(R"({"input": 1, "output": 2, "reasoning": 3})")),
                    "another price for reasoning"));
  BOOST_TEST(leaves(
      imported(models_dev(
          R"({"input": 1, "output": 2, "tiers": [{"input": 2, "tier": {"type": "hour"}}]})")),
      "not by the prompt's length"));
  BOOST_TEST(
      leaves(imported(models_dev(
                 R"({"input": 1, "output": 2})",
                 R"(, "experimental": {"modes": {"fast": {"cost": {"input": 2, "output": 5}}}})")),
             "a fast mode that is no factor"));
  const price free = only_price(imported(models_dev(R"({"input": 0, "output": 0})")));
  BOOST_TEST(free.base.input == 0);
}

BOOST_AUTO_TEST_CASE(genai_prices_hold_from_their_days_and_step_with_the_prompt) {
  const auto read = imported(genai(
      R"([{"prices": {"input_mtok": 2, "output_mtok": 8}},
          {"constraint": {"start_date": "2026-03-01"},
           "prices": {"input_mtok": {"base": 1, "tiers": [{"start": 200000, "price": 2}]}, "output_mtok": 4,
                      "cache_read_mtok": 0.1, "requests_kcount": 5, "web_searches_kcount": 14}}])",
      R"(, "match": {"or": [{"equals": "m"}, {"equals": "m-latest-name"}, {"starts_with": "m-"}]})"));
  BOOST_TEST(read.format == "genai-prices");
  BOOST_TEST_REQUIRE(read.prices.size() == 2U);
  const price& before = read.prices[0];
  const price& after = read.prices[1];
  BOOST_TEST(to_iso_date(*before.valid_until) == "2026-03-01");
  BOOST_TEST((after.valid_from == *before.valid_until));
  BOOST_TEST(!after.valid_until.has_value());
  BOOST_TEST(after.base.input == 1'000'000'000);
  BOOST_TEST(after.base.cached_input == 100'000'000);
  BOOST_TEST_REQUIRE(after.steps.size() == 1U);
  BOOST_TEST(after.steps[0].first_tokens == 200'001);
  BOOST_TEST(after.steps[0].rates.input == 2'000'000'000);
  BOOST_TEST(after.steps[0].rates.output == 4'000'000'000);
  BOOST_TEST(after.request_nanodollars == 5'000'000);
  BOOST_TEST(after.web_search_nanodollars == 14'000'000);
  BOOST_TEST_REQUIRE(read.aliases.size() == 1U);
  BOOST_TEST(read.aliases[0].from == "m-latest-name");
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(a_key_of_genai_prices_that_is_not_known_leaves_its_model) {
  const auto read = imported(genai(R"({"input_mtok": 2, "input_smell_mtok": 1})"));
  BOOST_TEST(read.prices.empty());
  BOOST_TEST(leaves(read, "an unknown key, input_smell_mtok"));
  const auto hours = imported(genai(
      R"([{"constraint": {"start_time": "16:30:00Z", "end_time": "00:30:00Z"}, "prices": {"input_mtok": 1}}])"));
  BOOST_TEST(hours.prices.empty());
  BOOST_TEST(leaves(hours, "prices by the hour"));
  const auto known = imported(genai(R"({"input_mtok": 2, "output_reasoning_mtok": 1})"));
  BOOST_TEST(known.prices.size() == 1U);
  BOOST_TEST(leaves(known, "not counted by itself here: output_reasoning_mtok"));
}

// Each of these made a price book abort, or a price file that cannot be read.
BOOST_AUTO_TEST_CASE(what_no_price_book_can_have_is_left_and_named) {
  const auto left = [](const std::string& json, const std::string& why) {
    const auto read = imported(json);
    BOOST_TEST(read.prices.empty(), json);
    BOOST_TEST(leaves(read, why), json);
  };
  const std::string with = std::string(usual) + ", ";
  left(litellm("m", with + R"("provider_specific_entry": {"us": 0})"), "a region's factor");
  left(litellm("m", with + R"("provider_specific_entry": {"us": 10.001})"), "a region's factor");
  left(litellm("m", with + R"("provider_specific_entry": {"fast": 0})"), "a tier's factor");
  left(litellm("m", with + R"("provider_specific_entry": {"fast": 11})"), "a tier's factor");
  left(litellm("m", with + R"("provider_specific_entry": {"us": 1.1, "fast": 9.5})"),
       "factors of a tier and a region that are above 10 together");
  left(litellm("m", with + R"("max_input_tokens": 1000000001)"), "a window or a longest answer");
  left(litellm("m", with + R"("max_output_tokens": 9e18)"), "a window or a longest answer");
  left(litellm("m", with + R"("input_cost_per_token_above_2000000k_tokens": 4e-06)"),
       "a step that no prompt reaches");
  left(litellm("\\u0001", usual), "a name that no model can have");
  left(litellm("caf\\u00e9", usual), "a name that no model can have");
  std::string of_nobody = litellm("m", usual);
  of_nobody.replace(of_nobody.find("openai"), 6, "");
  left(of_nobody, "a seller that cannot be named: 1 model");
  left(
      models_dev(
          R"({"input": 1, "output": 2, "tiers": [{"input": 2, "tier": {"type": "context", "size": 5}},
               {"input": 3, "tier": {"type": "context", "size": 5}}]})"),
      "steps that do not ascend");
  left(models_dev(
           R"({"input": 1, "tiers": [{"input": 2, "tier": {"type": "context", "size": 9e18}}]})"),
       "a step that no prompt reaches");
  left(genai(R"({"input_mtok": {"base": 1, "tiers": [{"start": 9e18, "price": 2}]}})"),
       "a step that no prompt reaches");
}

BOOST_AUTO_TEST_CASE(a_factor_of_any_size_that_a_tier_can_have_is_carried_over) {
  const auto read =
      imported(litellm("m", std::string(usual) + R"(, "provider_specific_entry": {"us": 2.5})"));
  BOOST_TEST(only_price(read).us_permille == 2'500);
  check_round_trip(read);
  const auto fast =
      imported(litellm("m", std::string(usual) + R"(, "provider_specific_entry": {"fast": 8})"));
  BOOST_TEST(only_price(fast).tier_permille[static_cast<std::size_t>(service_tier::fast)] == 8'000);
  check_round_trip(fast);
}

BOOST_AUTO_TEST_CASE(a_tier_for_nothing_is_no_factor) {
  const auto read = imported(litellm(
      "m",
      std::string(usual) + R"(, "input_cost_per_token_flex": 0, "output_cost_per_token_flex": 0)"));
  BOOST_TEST(!only_price(read).offers(service_tier::flex));
  BOOST_TEST(leaves(read, "no factor on the usual rates: flex"));
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(a_model_that_is_listed_twice_for_times_that_overlap_has_its_first_price) {
  const auto read = imported(
      R"([{"id": "openai", "models": [
            {"id": "m", "prices": {"input_mtok": 1}},
            {"id": "m", "prices": [{"prices": {"input_mtok": 3}},
                                   {"constraint": {"start_date": "2026-03-01"}, "prices": {"input_mtok": 2}}]}]}])");
  BOOST_TEST(only_price(read).base.input == 1'000'000'000);
  BOOST_TEST(leaves(read, "listed twice; the first is taken: 2 models (m, m)"));
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(another_name_that_no_model_can_have_is_left) {
  const auto read =
      imported(litellm("gpt-x", std::string(usual) + R"(, "aliases": ["", "caf\u00e9", "gpt-y"])"));
  BOOST_TEST_REQUIRE(read.aliases.size() == 1U);
  BOOST_TEST(read.aliases[0].from == "gpt-y");
  BOOST_TEST(leaves(read, "another name that no model can have: 2 models (gpt-x, gpt-x)"));
  check_round_trip(read);
}

BOOST_AUTO_TEST_CASE(what_is_no_list_is_told_with_what_is_one) {
  for (const char* text : {"", "[]", "{}", "[1]", R"({"a": 1})", R"({"a": {"b": 1}})", "\"x\""}) {
    const auto read = import_prices(text, {});
    BOOST_TEST_REQUIRE(std::holds_alternative<std::string>(read), text);
    BOOST_TEST(std::get<std::string>(read).find("LiteLLM") != std::string::npos);
  }
  const auto broken = import_prices("{\n\"a\": {\n", {});
  BOOST_TEST_REQUIRE(std::holds_alternative<std::string>(broken));
  BOOST_TEST(std::get<std::string>(broken).find("line ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
