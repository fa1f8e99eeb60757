// Goal: an entry that a user copies from config/providers/ is one that Stint takes, as its provider wants to be called.
// Method: each file is read as it stands, beside what is known of the provider (dialects.md §6).
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <boost/test/unit_test.hpp>

#include "gateway/config/config.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(shipped_providers)

namespace {

const std::string directory = STINT_SOURCE_DIR "/config/providers";

std::string text_of(const std::string& file) {
  std::ifstream read(file);
  return {std::istreambuf_iterator<char>(read), {}};
}

std::vector<provider_config> entries_of(const std::string& name) {
  const std::string file = directory + "/" + name + ".yaml";
  const auto read = parse_config(text_of(file), file, directory);
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&read))
    BOOST_FAIL(describe(file, mistakes->front()));
  auto entries = std::get<config>(read).providers;
  entries.pop_back();  // the built-in one
  return entries;
}

provider_config entry(const std::string& name) {
  const auto all = entries_of(name);
  BOOST_TEST_REQUIRE(all.size() == 1U);
  return all.front();
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_entry_is_taken_and_stands_in_the_list) {
  const std::string list = text_of(directory + "/README.md");
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() != ".yaml") continue;
    ++files;
    const std::string name = file.path().stem().string();
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(list.find(name) != std::string::npos);
      for (const provider_config& each : entries_of(name)) {
        BOOST_TEST(!each.models.empty());
        BOOST_TEST(!each.dialects.empty());
        BOOST_TEST(each.tls == (each.host != "127.0.0.1"));
      }
    }
  }
  BOOST_TEST(files == 13);
}

// A model that two of them list would go to whichever stands first.
BOOST_AUTO_TEST_CASE(no_model_is_listed_twice_by_those_who_serve_their_own) {
  std::map<std::string, std::string> by_glob;
  for (const auto* name : {"mistral", "deepseek", "xai", "cerebras", "moonshot", "zai", "alibaba",
                           "fireworks", "databricks", "local_servers"}) {
    for (const provider_config& each : entries_of(name)) {
      for (const std::string& glob : each.models)
        BOOST_TEST(by_glob.emplace(glob, each.name).second, glob << " of " << each.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(who_refuses_to_be_asked_for_usage_is_not_asked) {
  for (const auto* name : {"mistral", "databricks", "openrouter"})
    BOOST_TEST((entry(name).stream_usage == stream_usage_policy::always), name);
  for (const auto* name : {"deepseek", "xai", "groq", "together", "cerebras"})
    BOOST_TEST((entry(name).stream_usage == stream_usage_policy::inject), name);
}

BOOST_AUTO_TEST_CASE(costs_that_are_stated_and_tiers_of_their_own_are_known) {
  for (const auto* name : {"xai", "openrouter"})
    BOOST_TEST(entry(name).trust_stated_cost, name);
  const provider_config groq = entry("groq");
  BOOST_TEST((groq.tier_of("on_demand") == service_tier::standard));
  BOOST_TEST((groq.tier_of("performance") == service_tier::priority));
  BOOST_TEST(entry("zai").has_version);
  BOOST_TEST(entry("databricks").paths.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
