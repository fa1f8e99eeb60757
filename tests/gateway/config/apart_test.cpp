// Goal: with books apart a simulated call is held against caps of its own, and a real one never against
// those. Method: configurations, and what their caps select.
#include "gateway/config/apart.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/config/config.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(simulated_books)

namespace {
config parsed_with(const std::string& simulated, const std::string& caps) {
  return std::get<config>(parse_config("simulated: {" + simulated + "}\ncaps:\n" + caps, "f", "."));
}
constexpr const char* some_caps =
    "  - {name: day, per: [tenant], window: day, unit: usd, limit: 5}\n"
    "  - {name: gpt, match: {model: \"gpt-*\"}, window: forever, unit: tokens, limit: 9}\n";

attribution call_to(const std::string& provider) {
  return {.tenant = "t",
          .feature = "f",
          .key = "k",
          .user = "",
          .model = "gpt-5",
          .provider = provider};
}
// The names of the caps that select it.
std::string selecting(const config& by, const std::string& provider) {
  std::string names;
  for (const cap& each : by.caps) {
    if (each.selects(call_to(provider))) names += each.name + " ";
  }
  return names;
}
}  // namespace

BOOST_AUTO_TEST_CASE(apart_each_cap_is_there_twice_and_a_call_meets_one_of_the_two) {
  const config read = parsed_with("books: apart", some_caps);
  BOOST_TEST(read.simulated.apart);
  BOOST_TEST(selecting(read, "openai") == "day gpt ");
  BOOST_TEST(selecting(read, "sim") == "simulated:day simulated:gpt ");
  BOOST_TEST_REQUIRE(read.caps.size() == 4u);
  BOOST_TEST(read.caps[2].limit == read.caps[0].limit);
  BOOST_TEST(read.caps[2].alert_percent.empty());
  BOOST_TEST(!read.caps[0].alert_percent.empty());
  BOOST_TEST(is_of_simulated(read.caps[2]));
  BOOST_TEST(read.caps[2].yields_place);
  BOOST_TEST(!read.caps[0].yields_place);
  BOOST_TEST(!is_of_simulated(read.caps[0]));
}

BOOST_AUTO_TEST_CASE(real_they_stand_among_the_others) {
  for (const char* how : {"books: real", "port: 0"}) {
    const config read = parsed_with(how, some_caps);
    BOOST_TEST(!read.simulated.apart);
    BOOST_TEST(selecting(read, "sim") == "day gpt ");
    BOOST_TEST(selecting(read, "openai") == "day gpt ");
  }
}

BOOST_AUTO_TEST_CASE(a_cap_of_the_simulated_provider_stays_as_it_is) {
  const config read = parsed_with(
      "books: apart", "  - {name: s, match: {provider: sim}, window: day, unit: usd, limit: 5}\n");
  BOOST_TEST(selecting(read, "sim") == "s ");
  BOOST_TEST(selecting(read, "openai") == "");
}

BOOST_AUTO_TEST_CASE(switched_off_there_is_no_simulated_provider) {
  const config read = parsed_with("enabled: false, books: apart", some_caps);
  BOOST_TEST(read.find_provider("sim") == nullptr);
  BOOST_TEST(read.caps.size() == 2u);
  const auto wrong = parse_config(
      "simulated: {enabled: false}\npassthrough: [{method: GET, path: /x, provider: sim}]\n", "f",
      ".");
  BOOST_TEST(std::holds_alternative<std::vector<config_mistake>>(wrong));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
