// Goal: a cap says exactly what it was written to say, or is a mistake. Method: caps in YAML beside
// the structs and messages they must give.
#include "gateway/config/caps.hpp"

#include <algorithm>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/config/windows.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(config_caps)

namespace {

struct reading_of_caps {
  std::vector<cap> caps;
  std::string mistakes;
};

reading_of_caps read(const std::string& yaml) {
  mistake_list mistakes;
  config_section file({.value = YAML::Load(yaml), .path = "", .line = 1}, mistakes);
  reading_of_caps result;
  cap_surroundings known{.providers = {"openai", "sim"}, .tenants = read_tenants(file, mistakes)};
  result.caps = read_caps(file.list("caps"), known, mistakes);
  for (const auto& mistake : mistakes.sorted())
    result.mistakes += std::to_string(mistake.line) + ": " + mistake.message + "\n";
  return result;
}

cap read_one(const std::string& flow) {
  const auto result = read("caps:\n  - " + flow + "\n");
  BOOST_TEST_REQUIRE(result.mistakes == "");
  BOOST_TEST_REQUIRE(result.caps.size() == 1u);
  return result.caps.front();
}

struct wrong_cap {
  std::string flow;
  std::string message;
};
std::ostream& operator<<(std::ostream& out, const wrong_cap& wrong) {
  return out << wrong.flow;
}

const std::vector<wrong_cap> wrong_caps = {
    {"{unit: usd, window: day, limit: 1}", "2: caps[0].name: missing"},
    {"{name: \"a b\", unit: usd, window: day, limit: 1}",
     "2: caps[0].name: expected 1 to 64 letters"},
    {"{name: a, window: day, limit: 1}", "2: caps[0].unit: missing"},
    {"{name: a, unit: dollars, window: day, limit: 1}",
     "2: caps[0].unit: \"dollars\" is not known"},
    {"{name: a, unit: usd, limit: 1}", "2: caps[0].window: missing"},
    {"{name: a, unit: usd, window: dya, limit: 1}",
     "2: caps[0].window: \"dya\" is not known (did you mean day?)"},
    {"{name: a, unit: usd, window: rolling, limit: 1}",
     "2: caps[0].window: rolling: say how long, like {rolling: 24h}"},
    {"{name: a, unit: usd, window: {rolling: 24}, limit: 1}",
     "2: caps[0].window.rolling: expected a duration from 1m to 366d"},
    {"{name: a, unit: usd, window: {rolling: 59s}, limit: 1}",
     "2: caps[0].window.rolling: expected a duration from 1m to 366d"},
    {"{name: a, unit: usd, window: {rolling: 367d}, limit: 1}",
     "2: caps[0].window.rolling: expected a duration from 1m to 366d"},
    {"{name: a, unit: usd, window: {rolling: 60500ms}, limit: 1}",
     "2: caps[0].window.rolling: expected a duration from 1m to 366d in whole seconds"},
    {"{name: a, unit: usd, window: {rolling: 24h, timezone: UTC}, limit: 1}",
     "2: caps[0].window.timezone: unknown key"},
    {"{name: a, unit: usd, window: {rolling: 24h}, limit: 1, timezone: UTC}",
     "2: caps[0].timezone: has no effect"},
    {"{name: a, unit: usd, window: {rolling: 24h}, limit: 1, week_start: monday}",
     "2: caps[0].week_start: has no effect"},
    {"{name: a, unit: usd, window: day, limit: 1, timezone: tenant}",
     "2: caps[0].timezone: tenant: whose time would it be?"},
    {"{name: a, unit: usd, window: day, limit: 1, timezone: tenant, match: {tenant: \"a*\"}}",
     "2: caps[0].timezone: tenant: whose time would it be?"},
    {"{name: a, unit: usd, window: day, limit: 1, timezone: tenant, per: [tenant]}",
     "2: caps[0].timezone: tenant: no tenant has a time zone; add tenants:"},
    {"{name: a, unit: usd, window: day}", "2: caps[0].limit: missing"},
    {"{name: a, unit: usd, window: day, limit: -1}", "2: caps[0].limit: expected dollars"},
    {"{name: a, unit: usd, window: day, limit: 0.0000000001}",
     "2: caps[0].limit: expected dollars"},
    {"{name: a, unit: usd, window: day, limit: 1e3}", "2: caps[0].limit: expected dollars"},
    {"{name: a, unit: tokens, window: day, limit: 0.5}",
     "2: caps[0].limit: expected a whole number"},
    {"{name: a, unit: tokens, window: day, limit: 10m}",
     "2: caps[0].limit: expected a whole number"},
    {"{name: a, unit: tokens, window: day, limit: [1]}", "2: caps[0].limit: expected one value"},
    {"{name: a, unit: usd, window: day, limit: 1, per: [tenant, tenant]}",
     "2: caps[0].per[1]: \"tenant\" is listed twice"},
    {"{name: a, unit: usd, window: day, limit: 1, per: [feture]}",
     "2: caps[0].per[0]: \"feture\" is not known (did you mean"},
    {"{name: a, unit: usd, window: day, limit: 1, match: {tenat: x}}",
     "2: caps[0].match.tenat: unknown key (did you mean tenant?)"},
    {"{name: a, unit: usd, window: day, limit: 1, match: {model: \"gpt-?\"}}",
     "2: caps[0].match.model: \"gpt-?\": only * is"},
    {"{name: a, unit: usd, window: day, limit: 1, match: {model: \"\"}}",
     "2: caps[0].match.model: \"\": is empty"},
    {"{name: a, unit: usd, window: day, limit: 1, match: {provider: opena}}",
     "2: caps[0].match.provider: no provider is called \"opena\" (did you mean openai?)"},
    {"{name: a, unit: usd, window: day, limit: 1, timezone: Europe/Berln}",
     "2: caps[0].timezone: unknown time zone \"Europe/Berln\" (did you mean Europe/Berlin?)"},
    {"{name: a, unit: usd, window: minute, limit: 1, timezone: UTC}",
     "2: caps[0].timezone: has no effect"},
    {"{name: a, unit: usd, window: day, limit: 1, week_start: monday}",
     "2: caps[0].week_start: has no effect unless window is week"},
    {"{name: a, unit: usd, window: week, limit: 1, week_start: 1}",
     "2: caps[0].week_start: \"1\" is not known"},
    {"{name: a, unit: usd, window: month, limit: 1, month_start: 29}",
     "2: caps[0].month_start: expected a whole number from 1 to 28"},
    {"{name: a, unit: usd, window: month, limit: 1, year_start: april}",
     "2: caps[0].year_start: has no effect"},
    {"{name: a, unit: usd, window: day, limit: 1, mode: block}",
     "2: caps[0].mode: \"block\" is not known; use enforce or warn"},
    {"{name: a, unit: usd, window: day, limit: 1, alerts: [80, 50]}",
     "2: caps[0].alerts[1]: percentages must ascend"},
    {"{name: a, unit: usd, window: day, limit: 1, alerts: [0]}",
     "2: caps[0].alerts[0]: expected a percentage from 1 to 1000"},
    {"{name: a, unit: usd, window: day, limit: 1, limits: 2}",
     "2: caps[0].limits: unknown key (did you mean limit?)"},
    {"just-a-word", "2: caps[0]: expected keys and values, found 'just-a-word'"}};

}  // namespace

BOOST_AUTO_TEST_CASE(a_full_cap_is_read_exactly) {
  const auto one = read_one(
      "{name: all, match: {tenant: acme, model: \"gpt-*\"}, per: [tenant, feature], unit: usd, "
      "window: quarter, "
      "limit: 1_000.000000001, timezone: Europe/Berlin, month_start: 15, year_start: april, mode: "
      "warn, alerts: [10, 100]}");
  BOOST_TEST(one.name == "all");
  BOOST_TEST_REQUIRE(one.match.size() == 2u);
  BOOST_TEST((one.match[0] == std::pair{dimension::tenant, std::string("acme")}));
  BOOST_TEST((one.match[1] == std::pair{dimension::model, std::string("gpt-*")}));
  BOOST_TEST((one.per == std::vector{dimension::tenant, dimension::feature}));
  BOOST_TEST(one.limit == 1'000'000'000'001);
  BOOST_TEST((one.window.kind == window_kind::quarter));
  BOOST_TEST((one.window.zone == find_zone("Europe/Berlin")));
  BOOST_TEST(one.zone_name == "Europe/Berlin");
  BOOST_TEST(one.window.first_day_of_month == 15);
  BOOST_TEST(one.window.first_month_of_year == 4);
  BOOST_TEST((one.mode == cap_mode::warn));
  BOOST_TEST((one.alert_percent == std::vector{10, 100}));
}

BOOST_AUTO_TEST_CASE(limits_take_suffixes_only_where_they_count_things) {
  BOOST_TEST(read_one("{name: a, unit: output_tokens, window: day, limit: 5M}").limit == 5'000'000);
  BOOST_TEST(read_one("{name: a, unit: requests, window: minute, limit: 10k}").limit == 10'000);
  BOOST_TEST(read_one("{name: a, unit: tokens, window: request, limit: 200_000}").limit == 200'000);
  BOOST_TEST(read_one("{name: a, unit: usd, window: day, limit: 0.25}").limit == 250'000'000);
}

BOOST_AUTO_TEST_CASE(every_window_has_its_word) {
  for (const auto* word :
       {"request", "minute", "hour", "day", "week", "month", "quarter", "year", "forever"}) {
    const auto one = read_one("{name: a, unit: usd, limit: 1, window: " + std::string(word) + "}");
    BOOST_TEST(to_string(one.window.kind) == word);
  }
}

BOOST_AUTO_TEST_CASE(a_rolling_window_is_a_length) {
  const auto one = read_one("{name: a, unit: usd, limit: 1, window: {rolling: 24h}}");
  BOOST_TEST((one.window.kind == window_kind::rolling));
  BOOST_TEST((one.window.length == std::chrono::hours{24}));
  BOOST_TEST(describe_window(one.window) == "rolling 24h");
  for (const auto* length : {"1m", "90s", "36h", "7d", "366d"}) {
    const auto each =
        read_one("{name: a, unit: usd, limit: 1, window: {rolling: " + std::string(length) + "}}");
    BOOST_TEST(describe_window(each.window) == "rolling " + std::string(length));
  }
}

const std::string three_tenants =
    "tenants:\n  acme: {timezone: Europe/Berlin}\n  umbrella: {timezone: Europe/Berlin}\n"
    "  hooli: {timezone: Asia/Tokyo}\n";

BOOST_AUTO_TEST_CASE(a_cap_in_the_tenants_own_time_is_one_for_each_zone) {
  const auto result = read(three_tenants +
                           "caps:\n  - {name: a, unit: usd, window: day, limit: 1, per: [feature, "
                           "tenant], timezone: tenant}\n");
  BOOST_TEST_REQUIRE(result.mistakes == "");
  BOOST_TEST_REQUIRE(result.caps.size() == 3u);
  const auto zone_of = [&](const std::string& tenant) {
    attribution charged;
    charged.tenant = tenant;
    std::string zones;
    for (const cap& each : result.caps) {
      BOOST_TEST(each.name == "a");
      BOOST_TEST((each.window.zone == find_zone(each.zone_name)));
      if (each.selects(charged)) zones += each.zone_name;
    }
    return zones;
  };
  BOOST_TEST(zone_of("acme") == "Europe/Berlin");
  BOOST_TEST(zone_of("umbrella") == "Europe/Berlin");
  BOOST_TEST(zone_of("hooli") == "Asia/Tokyo");
  BOOST_TEST(zone_of("anyone") == "UTC");
}

BOOST_AUTO_TEST_CASE(a_cap_of_one_tenant_has_that_tenants_zone) {
  const std::string line =
      "caps:\n  - {name: a, unit: usd, window: day, limit: 1, timezone: tenant, match: {tenant: ";
  for (const auto& [tenant, zone] : {std::pair{"hooli", "Asia/Tokyo"}, {"anyone", "UTC"}}) {
    const auto result = read(three_tenants + line + tenant + "}}\n");
    BOOST_TEST_REQUIRE(result.mistakes == "");
    BOOST_TEST_REQUIRE(result.caps.size() == 1u);
    BOOST_TEST(result.caps.front().zone_name == zone);
    BOOST_TEST((result.caps.front().tenants == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(the_star_is_the_zone_of_all_other_tenants) {
  const auto result = read(
      "tenants:\n  acme: {timezone: Asia/Tokyo}\n  \"*\": {timezone: America/Lima}\ncaps:\n  - "
      "{name: a, unit: usd, window: day, limit: 1, per: tenant, timezone: tenant}\n");
  BOOST_TEST_REQUIRE(result.mistakes == "");
  BOOST_TEST_REQUIRE(result.caps.size() == 2u);
  BOOST_TEST(result.caps[0].zone_name == "America/Lima");
  BOOST_TEST(result.caps[1].zone_name == "Asia/Tokyo");
}

BOOST_AUTO_TEST_CASE(a_tenants_entry_says_a_zone_that_exists) {
  BOOST_TEST(read("tenants:\n  acme: {timezone: Europe/Berln}\n").mistakes ==
             "2: tenants.acme.timezone: unknown time zone \"Europe/Berln\" (did you mean "
             "Europe/Berlin?); use an IANA name like Europe/Berlin or UTC\n");
  BOOST_TEST(read("tenants:\n  acme: {}\n")
                 .mistakes.starts_with("2: tenants.acme.timezone: missing; say in whose time"));
  BOOST_TEST(read("tenants:\n  \"a*\": {timezone: UTC}\n").mistakes ==
             "2: tenants.a*: write a tenant as it stands in its keys, or * for all others\n");
}

BOOST_AUTO_TEST_CASE(alerts_may_be_none_and_default_to_three) {
  BOOST_TEST((read_one("{name: a, unit: usd, window: day, limit: 1}").alert_percent ==
              std::vector{50, 80, 100}));
  BOOST_TEST(
      read_one("{name: a, unit: usd, window: day, limit: 1, alerts: []}").alert_percent.empty());
}

BOOST_AUTO_TEST_CASE(one_word_is_a_list_of_one) {
  BOOST_TEST((read_one("{name: a, unit: usd, window: day, limit: 1, per: tenant}").per ==
              std::vector{dimension::tenant}));
}

BOOST_DATA_TEST_CASE(a_wrong_cap_is_one_mistake_that_says_how_to_mend_it, wrong_caps) {
  const auto result = read("caps:\n  - " + sample.flow + "\n");
  const auto first = result.mistakes.substr(0, sample.message.size());
  if (sample.flow == "just-a-word") {
    BOOST_TEST(first == sample.message);
    return;
  }
  BOOST_TEST(first == sample.message, result.mistakes);
  BOOST_TEST(std::count(result.mistakes.begin(), result.mistakes.end(), '\n') == 1,
             result.mistakes);
}

BOOST_AUTO_TEST_CASE(a_name_may_be_taken_once) {
  const auto result = read(
      "caps:\n  - {name: a, unit: usd, window: day, limit: 1}\n  - {name: a, unit: usd, window: "
      "day, limit: 1}\n");
  BOOST_TEST(result.mistakes ==
             "3: caps[1].name: \"a\" is taken by the cap on line 2; names are unique\n");
}

BOOST_AUTO_TEST_SUITE_END()
