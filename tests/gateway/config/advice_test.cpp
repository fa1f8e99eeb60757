// Goal: what is allowed but not meant is said, and a reload names what it cannot change. Method:
// small configurations.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <yaml-cpp/yaml.h>

#include "gateway/config/config.hpp"
#include "gateway/config/written.hpp"
#include "scratch_directory.hpp"

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

BOOST_AUTO_TEST_CASE(an_entry_that_nothing_comes_to_is_warned_of) {
  const auto provider = [](const std::string& name, const std::string& dialects,
                           const std::string& models) {
    return "  " + name + ": {dialects: [" + dialects +
           "], base_url: \"https://h\", credential: none, models: [" + models + "]}\n";
  };
  const auto shadowed = [&](const std::string& first, const std::string& second) {
    return any_starts_with(warnings_about(parsed("providers:\n" + first + second)),
                           "providers.b: no call goes there");
  };
  const auto all = provider("a", "openai", "\"*\"");
  BOOST_TEST(shadowed(all, provider("b", "openai", "\"gpt-*\", x")));
  BOOST_TEST(
      shadowed(provider("a", "openai", "\"gpt-*\", x"), provider("b", "openai", "\"gpt-5*\"")));
  BOOST_TEST(
      !shadowed(provider("a", "openai", "\"gpt-5*\""), provider("b", "openai", "\"gpt-*\"")));
  BOOST_TEST(!shadowed(all, provider("b", "anthropic", "x")));
  BOOST_TEST(!shadowed(all, provider("b", "\"openai\", anthropic", "x")));
  // It is there for what is passed through.
  BOOST_TEST(!shadowed(all, provider("b", "openai", "x") +
                                "passthrough: [{method: GET, path: /v1/models, provider: b}]\n"));
  // It may be there for that alone, and lists no model then.
  const auto listless = [&](const std::string& more) {
    return any_starts_with(
        warnings_about(parsed("providers:\n" + provider("b", "openai", "") + more)),
        "providers.b: no call goes there: it lists no model");
  };
  BOOST_TEST(listless(""));
  BOOST_TEST(!listless("passthrough: [{method: GET, path: /v1/models, provider: b}]\n"));
  const auto rules = [&](const std::string& first, const std::string& second) {
    return any_starts_with(warnings_about(parsed("passthrough: [{method: GET, path: \"" + first +
                                                 "\", provider: sim}, {method: GET, path: \"" +
                                                 second + "\", provider: sim}]\n")),
                           "passthrough: GET " + second + " is never looked at");
  };
  BOOST_TEST(rules("/v1/*", "/v1/models"));
  BOOST_TEST(rules("/v1/models", "/v1/models"));
  BOOST_TEST(!rules("/v1/models", "/v1/*"));
}

BOOST_AUTO_TEST_CASE(a_tier_that_no_price_lists_is_warned_of) {
  price one;
  one.model = "gpt-x";
  one.provider = "openai";
  one.base.input = one.base.output = 1'000;
  const price_book prices("v", {one}, {});
  const auto warned = [&](const std::string& models) {
    return any_starts_with(
        warnings_about(parsed("providers:\n  a: {dialects: [openai], base_url: \"https://h\", "
                              "credential: none, models: [" +
                              models + "], tiers: {ultra: fast, plain: standard}}\n"),
                       prices),
        "providers.a.tiers.ultra: no price of its models");
  };
  BOOST_TEST(warned("\"gpt-*\""));
  BOOST_TEST(!warned("other"));  // has no price at all, which is told where it is called
  std::ranges::fill(one.tier_listed, true);
  BOOST_TEST(warnings_about(parsed("providers:\n  a: {dialects: [openai], base_url: \"https://h\", "
                                   "credential: none, models: [\"*\"], tiers: {ultra: fast}}\n"),
                            price_book("v", {one}, {}))
                 .empty());
}

BOOST_AUTO_TEST_CASE(a_passthrough_of_what_is_served_here_by_now_is_warned_of) {
  const auto warnings = warnings_about(
      parsed("passthrough: [{method: POST, path: /v1/messages/count_tokens, provider: sim}]\n"));
  BOOST_TEST(any_starts_with(
      warnings, "passthrough: POST /v1/messages/count_tokens has no effect any more: it is free"));
  // Gemini's list is not ours.
  BOOST_TEST(!any_starts_with(
      warnings_about(parsed("passthrough: [{method: GET, path: /v1beta/models, provider: sim}]\n")),
      "passthrough: GET /v1beta/models"));
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
  const auto changes = settings_needing_restart(
      running,
      parsed("listen: {port: 1}\nadmin: {token_file: /t}\ndata_directory: /d\ndurability: "
             "disk\nthreads: 3\n"
             "rows_kept_days: 1\nsimulated: {port: 5}\nmetrics: {series_per_family_max: 10}\n"));
  const std::vector<setting_change> expected = {{"admin.token_file", "", "/t"},
                                                {"data_directory", "", "/d"},
                                                {"durability", "", "disk"},
                                                {"listen.port", "", "1"},
                                                {"metrics.series_per_family_max", "", "10"},
                                                {"rows_kept_days", "", "1"},
                                                {"simulated.port", "", "5"},
                                                {"threads", "", "3"}};
  BOOST_TEST((changes == expected));
}

BOOST_AUTO_TEST_CASE(what_comes_to_the_same_is_no_change) {
  const auto changes_between = [](const std::string& was, const std::string& is) {
    std::string names;
    for (const auto& each : settings_needing_restart(parsed(was), parsed(is)))
      names += each.name + "(" + each.was + ">" + each.is + ") ";
    return names;
  };
  BOOST_TEST(changes_between("", "threads: 0\nlimits: {body_timeout: 30000ms}\n") == "");
  BOOST_TEST(changes_between("threads: 2\n", "") == "threads(2>) ");
  // The provider behind it is not told as one of the file's.
  BOOST_TEST(changes_between("", "simulated: {enabled: false}\n") == "simulated.enabled(>false) ");
  BOOST_TEST(changes_between("simulated: {enabled: false}\n", "") == "simulated.enabled(false>) ");
  BOOST_TEST(changes_between("data_directory: a\n", "data_directory: b\n") ==
             "data_directory(a>b) admin.token_file(>) ");  // it lies there
  const std::string two =
      "  a: {dialects: [openai], base_url: \"https://a\", credential: none, models: [x]}\n";
  const std::string one =
      "  b: {dialects: [openai], base_url: \"https://b\", credential: none, models: [x]}\n";
  BOOST_TEST(changes_between("providers:\n" + two + one, "providers:\n" + one + two) ==
             "providers(>) ");
  BOOST_TEST(changes_between("providers:\n" + two, "providers:\n" + one + two)
                 .find("providers.b.base_url(>https://b) ") != std::string::npos);
}

// What stood behind it was written to the log.
BOOST_AUTO_TEST_CASE(of_a_provider_s_path_no_query_is_told) {
  BOOST_TEST(told_value("providers.a.paths.chat", "/x/chat?api-version=1&code=secret") ==
             "/x/chat?…");
  BOOST_TEST(told_value("providers.a.paths.chat", "/x/chat") == "/x/chat");
  BOOST_TEST(told_value("providers.a.paths.chat", "") == "not given");
  BOOST_TEST(told_value("tenants.a.timezone", "a?b") == "a?b");
}

// Such a file ended check-config, and a gateway that was told to reload, with SIGSEGV.
BOOST_AUTO_TEST_CASE(an_anchor_that_contains_itself_is_a_mistake) {
  for (const char* yaml : {"tenants: &a {b: *a}\n", "caps: &a [*a]\n", "x: &a {b: *a}\n",
                           "tenants: {t: &a {timezone: *a}}\n"}) {
    BOOST_TEST(std::holds_alternative<std::vector<config_mistake>>(parse_config(yaml, "f", ".")),
               yaml);
    BOOST_TEST(!written(YAML::Load(yaml)).has_value(), yaml);
  }
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x]\n";
  for (int n = 1; n < 20; ++n) {
    const std::string before = "*a" + std::to_string(n - 1);
    laughs += "a" + std::to_string(n) + ": &a" + std::to_string(n) + " [" + before;
    for (int more = 1; more < 8; ++more)
      laughs += ", " + before;
    laughs += "]\n";
  }
  BOOST_TEST(!written(YAML::Load(laughs)).has_value());
  BOOST_TEST(std::holds_alternative<std::vector<config_mistake>>(parse_config(laughs, "f", ".")));
}

BOOST_AUTO_TEST_CASE(an_alias_is_written_as_what_it_stands_for) {
  const auto settings = written(YAML::Load("a: &x {b: [1, {c: 2}]}\nd: *x\n"));
  BOOST_TEST_REQUIRE(settings.has_value());
  BOOST_TEST((*settings == written_settings{{"a.b", "[1, {c: 2}]"}, {"d.b", "[1, {c: 2}]"}}));
}

// The file says the same, and what it names does not.
BOOST_AUTO_TEST_CASE(a_credential_that_is_another_one_is_told) {
  const std::string yaml =
      "providers:\n  a: {dialects: [openai], base_url: \"https://a\", credential_env: "
      "STINT_TEST_CREDENTIAL, models: [x]}\n";
  ::setenv("STINT_TEST_CREDENTIAL", "one", 1);
  const auto running = parsed(yaml);
  ::setenv("STINT_TEST_CREDENTIAL", "two", 1);
  const std::vector<setting_change> expected = {{"providers.a", "", ""}};
  BOOST_TEST((settings_needing_restart(running, parsed(yaml)) == expected));
  ::unsetenv("STINT_TEST_CREDENTIAL");
}

namespace {

using named_changes = std::vector<setting_change>;

std::string provider_a(const std::string& more, const std::string& url = "https://a") {
  return "providers:\n  a: {dialects: [openai], base_url: \"" + url +
         "\", credential: none, models: [x]" + more + "}\n";
}

// For its owner alone, as a key has to be.
std::string file_in(const scratch_directory& scratch, const std::string& name) {
  std::string file = scratch.sub(name);
  std::ofstream(file) << "x";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  return file;
}

}  // namespace

BOOST_AUTO_TEST_CASE(another_file_of_certificates_is_told) {
  const scratch_directory scratch;
  const std::string one = file_in(scratch, "one.pem");
  const std::string two = file_in(scratch, "two.pem");
  const auto with_ca = [](const std::string& file) {
    return parsed(provider_a(", tls: {ca_file: " + file + "}"));
  };
  BOOST_TEST((settings_needing_restart(with_ca(one), with_ca(two)) ==
              named_changes{{"providers.a.tls.ca_file", one, two}}));
  const auto with_own = [](const std::string& certificate, const std::string& key) {
    return parsed(
        provider_a(", tls: {certificate_file: " + certificate + ", key_file: " + key + "}"));
  };
  BOOST_TEST((settings_needing_restart(with_own(one, one), with_own(two, one)) ==
              named_changes{{"providers.a.tls.certificate_file", one, two}}));
  BOOST_TEST((settings_needing_restart(with_own(one, one), with_own(one, two)) ==
              named_changes{{"providers.a.tls.key_file", one, two}}));
  const auto listening = [](const std::string& certificate, const std::string& key) {
    return parsed("listen: {tls: {certificate_file: " + certificate + ", key_file: " + key +
                  "}}\n");
  };
  BOOST_TEST((settings_needing_restart(listening(one, one), listening(two, one)) ==
              named_changes{{"listen.tls.certificate_file", one, two}}));
  BOOST_TEST(settings_needing_restart(listening(one, two), listening(one, two)).empty());
}

// Its path is the same, and whether "/v1" is asked for behind it is not: no field of its own said so.
BOOST_AUTO_TEST_CASE(a_base_url_whose_version_is_another_s_is_told) {
  const std::string ours = "https://a/v4/v1";
  const std::string its = "https://a/v4";
  BOOST_TEST((settings_needing_restart(parsed(provider_a("", ours)), parsed(provider_a("", its))) ==
              named_changes{{"providers.a.base_url", ours, its}}));
}

// The file says the same, and the environment does not.
BOOST_AUTO_TEST_CASE(another_proxy_in_the_environment_is_told) {
  const auto behind = [](const char* variable, const char* proxy) {
    for (const char* name : {"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"})
      ::unsetenv(name);
    if (proxy != nullptr) ::setenv(variable, proxy, 1);
    config read = parsed(provider_a(""));
    ::unsetenv(variable);
    return read;
  };
  const config one = behind("HTTPS_PROXY", "http://one:3128");
  const named_changes told = {{"providers.a", "", ""}};
  for (const char* other : {"http://two:3128", "http://one:3129", "http://u:p@one:3128"})
    BOOST_TEST((settings_needing_restart(one, behind("HTTPS_PROXY", other)) == told), other);
  BOOST_TEST((settings_needing_restart(one, behind("HTTPS_PROXY", nullptr)) == told));
  // Which of the two variables names it makes no other proxy of it.
  BOOST_TEST(settings_needing_restart(one, behind("https_proxy", "http://one:3128")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
