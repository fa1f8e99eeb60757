// Goal: what is allowed but not meant is said, and a reload names what it cannot change. Method:
// small configurations.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "gateway/config/config.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(config_advice)

namespace {

config parsed(const std::string& yaml) {
  return std::get<config>(parse_config(yaml, "f", "."));
}

bool any_starts_with(const std::vector<std::string>& texts, std::string_view start) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const auto& text) { return text.starts_with(start); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_mistake_is_shown_as_compilers_show_them) {
  BOOST_TEST(describe("a.yaml", {.line = 12, .message = "caps: x"}) == "a.yaml:12: caps: x");
  BOOST_TEST(describe("a.yaml", {.line = 0, .message = "cannot read"}) == "a.yaml: cannot read");
}

BOOST_AUTO_TEST_CASE(listeners_open_to_the_network_are_warned_of) {
  const auto open =
      warnings_about(parsed("listen: {address: 0.0.0.0}\nadmin: {address: \"::\"}\n"));
  BOOST_TEST(any_starts_with(open, "listen: is open"));
  BOOST_TEST(any_starts_with(open, "admin: is open"));
  BOOST_TEST(any_starts_with(open, "admin.metrics_need_token: is false"));
  const auto closed = warnings_about(
      parsed("listen: {address: \"::1\"}\ncaps: [{name: a, unit: usd, window: day, limit: 1}]\n"));
  BOOST_TEST(closed.empty());
}

BOOST_AUTO_TEST_CASE(a_pass_through_of_a_path_that_may_cost_is_warned_of) {
  const auto warned = [](const std::string& method, const std::string& path) {
    return any_starts_with(warnings_about(parsed("passthrough: [{method: " + method + ", path: \"" +
                                                 path + "\", provider: sim}]\n")),
                           "passthrough: " + method + " " + path + " may cost money at 'sim'");
  };
  for (const char* path : {"/v1/nothing", "/v1/batches", "/v1/files/*", "/v1/*",
                           "/v1/messages/batches", "/v1/audio/transcriptions", "/other"}) {
    BOOST_TEST(warned("POST", path), path);
    BOOST_TEST(!warned("GET", path), path);
  }
  for (const char* path : {"/v1/messages/count_tokens", "/v1/files", "/v1/moderations"})
    BOOST_TEST(!warned("POST", path), path);
}

BOOST_AUTO_TEST_CASE(a_passthrough_of_what_is_served_here_by_now_is_warned_of) {
  const auto warnings = warnings_about(
      parsed("passthrough: [{method: POST, path: /v1/messages/count_tokens, provider: sim}]\n"));
  BOOST_TEST(any_starts_with(
      warnings, "passthrough: POST /v1/messages/count_tokens has no effect any more: it is free"));
}

BOOST_AUTO_TEST_CASE(having_no_cap_is_warned_of) {
  BOOST_TEST(any_starts_with(warnings_about(parsed("")), "caps: none"));
}

BOOST_AUTO_TEST_CASE(unverified_and_unencrypted_upstreams_are_warned_of) {
  const auto warnings = warnings_about(parsed(
      "providers:\n"
      "  a: {dialects: [openai], base_url: \"http://far.example\", credential: none, models: [a]}\n"
      "  b: {dialects: [openai], base_url: \"http://127.0.0.1:1\", credential: none, models: [b]}\n"
      "  c: {dialects: [openai], base_url: \"https://c\", credential: none, models: [c], tls: "
      "{verify: false}}\n"));
  BOOST_TEST(any_starts_with(warnings,
                             "providers.a: prompts and credentials cross the network unencrypted"));
  BOOST_TEST(!any_starts_with(warnings, "providers.b"));
  BOOST_TEST(any_starts_with(warnings, "providers.c: tls.verify is false"));
}

BOOST_AUTO_TEST_CASE(a_reload_names_what_it_cannot_change) {
  const auto running = parsed("");
  BOOST_TEST(settings_needing_restart(running,
                                      parsed("caps: [{name: a, unit: usd, window: day, limit: 1}]"))
                 .empty());
  const auto settings = settings_needing_restart(
      running,
      parsed("listen: {port: 1}\nadmin: {token_file: /t}\ndata_directory: /d\ndurability: "
             "disk\nthreads: 3\n"
             "rows_kept_days: 1\nsimulated: {port: 5}\nmetrics: {series_per_family_max: 10}\n"));
  const std::vector<std::string> expected = {
      "listen",         "admin.token_file", "data_directory", "durability",
      "rows_kept_days", "threads",          "simulated",      "metrics.series_per_family_max"};
  BOOST_TEST(settings == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
