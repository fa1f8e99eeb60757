// Goal: a provider is reached at the address that is written, with a credential that is never
// written, and the first that lists a model gets it. Method: YAML beside structs and messages; the
// environment is set by the test.
#include "gateway/config/providers.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/config/base_url.hpp"
#include "gateway/dialect/table.hpp"
#include "scratch_directory.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(config_providers)

namespace {

std::string mistakes_in(const std::string& yaml) {
  const auto result = parse_config(yaml, "f", ".");
  std::string text;
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&result)) {
    for (const auto& mistake : *mistakes)
      text += describe("f", mistake) + "\n";
  }
  return text;
}

config parsed(const std::string& yaml) {
  auto result = parse_config(yaml, "f", ".");
  BOOST_TEST_REQUIRE(std::holds_alternative<config>(result), mistakes_in(yaml));
  return std::get<config>(std::move(result));
}

std::string one_provider(const std::string& fields) {
  return "providers:\n  x: {" + fields + "}\n";
}

struct address {
  std::string text;
  bool tls;
  std::string host;
  int port;
  std::string path;
};
std::ostream& operator<<(std::ostream& out, const address& a) {
  return out << a.text;
}

const std::vector<address> addresses = {
    {"https://api.openai.com", true, "api.openai.com", 443, ""},
    {"https://api.openai.com/v1/", true, "api.openai.com", 443, ""},
    {"https://api.groq.com/openai/v1", true, "api.groq.com", 443, "/openai"},
    {"http://127.0.0.1:8000", false, "127.0.0.1", 8000, ""},
    {"http://h", false, "h", 80, ""},
    {"https://[::1]:9443/a/b", true, "::1", 9443, "/a/b"},
    {"HTTPS://H/a%20b/", true, "H", 443, "/a%20b"}};

const std::vector<std::string> wrong_addresses = {
    "api.openai.com",   "ftp://h",         "https://",       "https://u:p@h",
    "https://h:0",      "https://h:70000", "https://h:1k",   "https://h:65536",
    "https://h:123456", "https://h:",      "https://h/a?b",  "https://h/a#b",
    "https://h /",      "https://[::1",    "https://[x]",    "https://h/\r\nX: y",
    "https://h%41/",    "https://h/%4",    "https://[v1.x]", "https://[fe80::1%25eth0]"};

struct wrong_provider {
  std::string fields;
  std::string message;
};
std::ostream& operator<<(std::ostream& out, const wrong_provider& wrong) {
  return out << wrong.fields;
}

const std::vector<wrong_provider> wrong_providers = {
    {"base_url: \"https://h\", credential: none, models: [a]",
     "f:2: providers.x.dialects: missing"},
    {"dialects: [gopher], base_url: \"https://h\", credential: none, models: [a]",
     "f:2: providers.x.dialects[0]: \"gopher\" is not known; use openai, anthropic, responses or "
     "gemini"},
    {"dialects: [openai], credential: none, models: [a]", "f:2: providers.x.base_url: missing"},
    {"dialects: [openai], base_url: \"https://me:hunter2@h\", credential: none, models: [a]",
     "f:2: providers.x.base_url: expected"},
    {"dialects: [openai], base_url: \"https://h\", models: [a]",
     "f:2: providers.x.credential_env: give exactly one of"},
    {"dialects: [openai], base_url: \"https://h\", models: [a], credential_env: A, credential: "
     "none",
     "f:2: providers.x.credential_env: give exactly one of"},
    {"dialects: [openai], base_url: \"https://h\", models: [a], credential: sk-hunter2",
     "f:2: providers.x.credential: only \"none\""},
    {"dialects: [openai], base_url: \"https://h\", models: [a], credential: none, api_key: "
     "sk-hunter2",
     "f:2: providers.x.api_key: unknown key"},
    {"dialects: [openai], base_url: \"https://h\", models: [a], credential_file: /nowhere/key",
     "f:2: providers.x.credential_file: cannot read /nowhere/key"},
    {"dialects: [openai], base_url: \"https://h\", credential: none",
     "f:2: providers.x.models: missing"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], "
     "attribution_headers: 7",
     "f:2: providers.x.attribution_headers: expected true or false"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [\"a b\"]",
     "f:2: providers.x.models[0]: \"a b\": a pattern holds no spaces"},
    {"dialects: [openai], base_url: \"http://h\", credential: none, models: [a], tls: {verify: "
     "false}",
     "f:2: providers.x.tls: has no effect with an http:// base_url"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], tls: {ca_file: "
     "/nowhere/ca}",
     "f:2: providers.x.tls.ca_file: there is no file /nowhere/ca"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], timeouts: {stal: "
     "1s}",
     "f:2: providers.x.timeouts.stal: unknown key (did you mean stall?)"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], paths: {openai: "
     "chat}",
     "f:2: providers.x.paths.openai: expected what follows base_url"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], paths: "
     "{anthropic: "
     "/a}",
     "f:2: providers.x.paths.anthropic: unknown key"},
    {"dialects: [gemini], base_url: \"https://h\", credential: none, models: [a], paths: {gemini: "
     "/a}",
     "f:2: providers.x.paths.gemini: has no effect: this API's paths hold the model"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], "
     "credential_header: Api-Key",
     "f:2: providers.x.credential_header: expected a header's name"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], "
     "credential_header: host",
     "f:2: providers.x.credential_header: expected a header's name"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], stream_usage: "
     "sometimes",
     "f:2: providers.x.stream_usage: \"sometimes\" is not known; use inject, always or never"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], tiers: "
     "{performance: 1.5}",
     "f:2: providers.x.tiers.performance: \"1.5\" is not known"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], pass_headers: "
     "[authorization]",
     "f:2: providers.x.pass_headers[0]: expected a header's name"},
    {"dialects: [openai], base_url: \"https://h\", credential: none, models: [a], pass_headers: "
     "[x-stint-tags]",
     "f:2: providers.x.pass_headers[0]: expected a header's name"}};

}  // namespace

BOOST_DATA_TEST_CASE(an_address_is_taken_apart, addresses) {
  const auto url = parse_base_url(sample.text);
  BOOST_TEST_REQUIRE(url.has_value());
  BOOST_TEST(url->tls == sample.tls);
  BOOST_TEST(url->host == sample.host);
  BOOST_TEST(url->port == sample.port);
  BOOST_TEST(url->path == sample.path);
}

BOOST_DATA_TEST_CASE(an_address_with_anything_else_in_it_is_refused, wrong_addresses) {
  BOOST_TEST(!parse_base_url(sample).has_value());
}

BOOST_DATA_TEST_CASE(a_wrong_provider_is_one_mistake_without_its_secrets, wrong_providers) {
  const auto messages = mistakes_in(one_provider(sample.fields));
  BOOST_TEST(messages.substr(0, sample.message.size()) == sample.message, messages);
  BOOST_TEST(std::count(messages.begin(), messages.end(), '\n') == 1, messages);
  BOOST_TEST((messages.find("hunter2") == std::string::npos), messages);
}

BOOST_AUTO_TEST_CASE(the_credential_comes_from_the_environment) {
  ::setenv("STINT_TEST_CREDENTIAL", "sk-real\n", 1);
  const auto fields = "dialects: [openai], base_url: \"https://h\", models: [a], credential_env: ";
  const auto read = parsed(one_provider(std::string(fields) + "STINT_TEST_CREDENTIAL"));
  BOOST_TEST(read.providers.front().credential.reveal() == "sk-real");
  BOOST_TEST(read.providers.front().credential_source ==
             "environment variable STINT_TEST_CREDENTIAL");
  ::setenv("STINT_TEST_CREDENTIAL", "sk-real\r\nX-Evil: 1", 1);
  BOOST_TEST(mistakes_in(one_provider(std::string(fields) + "STINT_TEST_CREDENTIAL"))
                 .find("cannot be a credential") != std::string::npos);
  ::unsetenv("STINT_TEST_CREDENTIAL");
  const auto unset = parsed(one_provider(std::string(fields) + "STINT_TEST_CREDENTIAL"));
  BOOST_TEST(unset.providers.front().credential.empty());
  BOOST_TEST(warnings_about(unset).front() ==
             "providers.x: its calls will be refused until environment variable "
             "STINT_TEST_CREDENTIAL is set and the gateway "
             "restarted");
}

BOOST_AUTO_TEST_CASE(the_credential_comes_from_a_file) {
  const scratch_directory directory;
  const auto file = directory.sub("credential");
  std::ofstream(file) << "sk-from-file\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const auto read = parsed(one_provider(
      "dialects: [openai], base_url: \"https://h\", models: [a], credential_file: " + file));
  BOOST_TEST(read.providers.front().credential.reveal() == "sk-from-file");
}

BOOST_AUTO_TEST_CASE(the_first_provider_that_lists_a_model_and_speaks_the_api_gets_it) {
  const auto read = parsed(
      "providers:\n"
      "  first: {dialects: [anthropic], base_url: \"https://one\", credential: none, models: "
      "[\"*\"]}\n"
      "  second: {dialects: [openai], base_url: \"https://two\", credential: none, models: "
      "[\"gpt-4*\"]}\n"
      "  third: {dialects: [openai, anthropic], base_url: \"https://three\", credential: none, "
      "models: [\"gpt-*\"]}\n");
  BOOST_TEST(read.route(*find_dialect("openai"), "gpt-4o")->name == "second");
  BOOST_TEST(read.route(*find_dialect("openai"), "gpt-5")->name == "third");
  BOOST_TEST(read.route(*find_dialect("anthropic"), "gpt-5")->name == "first");
  BOOST_TEST((read.route(*find_dialect("openai"), "claude") == nullptr));
  BOOST_TEST(read.route(*find_dialect("anthropic"), "sim/claude")->name == "sim");
  BOOST_TEST(read.route(*find_dialect("openai"), "sim/gpt-4o")->name == "sim");
}

BOOST_AUTO_TEST_CASE(a_word_of_a_providers_list_stands_for_every_dialect_that_goes_by_it) {
  const config read = parsed(one_provider(
      "dialects: [openai, openai], base_url: \"https://h\", models: [a], credential: none"));
  BOOST_TEST(read.providers[0].dialects == dialects_spoken_as("openai"));
  BOOST_TEST(read.providers[0].only_form() == find_dialect("openai"));
  const config both = parsed(one_provider(
      "dialects: [openai, anthropic], base_url: \"https://h\", models: [a], credential: none"));
  BOOST_TEST(both.providers[0].only_form() == nullptr);
  BOOST_TEST(provider_config{}.only_form() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_provider_that_owns_its_models_comes_before_all_that_list_them) {
  config read = parsed(
      "providers:\n"
      "  all: {dialects: [openai, anthropic], base_url: \"https://one\", credential: none, models: "
      "[\"*\"]}\n"
      "  own: {dialects: [openai], base_url: \"https://two\", credential: none, models: "
      "[\"own/*\"]}\n");
  BOOST_TEST(read.route(*find_dialect("openai"), "own/a")->name == "all");
  read.providers[1].owns_models = true;
  BOOST_TEST(read.route(*find_dialect("openai"), "own/a")->name == "own");
  BOOST_TEST(read.route(*find_dialect("openai"), "other")->name == "all");
  // An API that the owner does not speak does not open its models to others.
  BOOST_TEST((read.route(*find_dialect("anthropic"), "own/a") == nullptr));
}

BOOST_AUTO_TEST_CASE(what_steers_the_built_in_provider_is_no_part_of_a_models_name) {
  const config read = parsed(
      one_provider("dialects: [openai], base_url: \"https://h\", models: [a], credential: none"));
  const provider_config& simulated = read.providers.back();
  BOOST_TEST(simulated.base_model("sim/gpt-4o?tokens=5") == "sim/gpt-4o");
  BOOST_TEST(simulated.base_model("sim/gpt-4o") == "sim/gpt-4o");
  BOOST_TEST(read.providers.front().base_model("gpt-4o?tokens=5") == "gpt-4o?tokens=5");
}

BOOST_AUTO_TEST_CASE(
    the_built_in_provider_bills_by_the_public_vocabulary_and_is_told_whose_calls_they_are) {
  const config read = parsed(one_provider(
      "dialects: [anthropic], base_url: \"https://h\", models: [a], credential: none"));
  const provider_config& simulated = read.providers.back();
  BOOST_TEST(simulated.counted("sim/claude-sonnet-4-5").encoding().factor_permille == 1'000);
  BOOST_TEST(read.providers.front().counted("claude-sonnet-4-5").encoding().factor_permille >
             1'000);
  BOOST_TEST(simulated.attribution_headers);
  BOOST_TEST(!read.providers.front().attribution_headers);
  BOOST_TEST(parsed(one_provider("dialects: [openai], base_url: \"https://h\", models: [a], "
                                 "credential: none, attribution_headers: true"))
                 .providers.front()
                 .attribution_headers);
}

BOOST_AUTO_TEST_CASE(a_stated_cost_is_trusted_only_where_that_is_written) {
  const std::string fields =
      "dialects: [openai], base_url: \"https://h\", models: [a], credential: none";
  BOOST_TEST(!parsed(one_provider(fields)).providers.front().trust_stated_cost);
  BOOST_TEST(!parsed(one_provider(fields)).providers.back().trust_stated_cost);
  BOOST_TEST(parsed(one_provider(fields + ", trust_stated_cost: true"))
                 .providers.front()
                 .trust_stated_cost);
}

BOOST_AUTO_TEST_CASE(the_built_in_provider_keeps_its_name) {
  const auto messages = mistakes_in(
      "providers:\n  sim: {dialects: [openai], base_url: \"https://h\", credential: none, models: "
      "[a]}\n");
  BOOST_TEST(messages.starts_with(
                 "f:2: providers.sim: this name belongs to the built-in simulated provider"),
             messages);
}

namespace {
// Where an OpenAI call goes, and a look at the models, at a provider with these fields.
std::string path_at(const provider_config& provider, std::string_view api) {
  std::string path;
  provider.append_path(*find_dialect(api), {}, {}, path);
  return path;
}

std::string places_at(const std::string& fields) {
  const config read =
      parsed(one_provider("dialects: [openai], models: [a], credential: none, " + fields));
  const provider_config& provider = read.providers.front();
  return provider.base_path + path_at(provider, "openai") + " " + provider.base_path +
         std::string(provider.without_version("/v1/models"));
}
}  // namespace

// OpenAI, DeepSeek, z.ai, Gemini, DeepInfra, Cloudflare, Azure.
BOOST_AUTO_TEST_CASE(a_version_in_the_base_url_stands_in_place_of_ours) {
  BOOST_TEST(places_at("base_url: \"https://h/v1\"") == "/v1/chat/completions /v1/models");
  BOOST_TEST(places_at("base_url: \"https://h\"") == "/v1/chat/completions /v1/models");
  BOOST_TEST(places_at("base_url: \"https://h/api/paas/v4/\"") ==
             "/api/paas/v4/chat/completions /api/paas/v4/models");
  BOOST_TEST(places_at("base_url: \"https://h/v1beta/openai\"") ==
             "/v1beta/openai/chat/completions /v1beta/openai/models");
  BOOST_TEST(places_at("base_url: \"https://h/v1/openai\"") ==
             "/v1/openai/chat/completions /v1/openai/models");
  BOOST_TEST(places_at("base_url: \"https://h/v1/account/gateway/openai\"") ==
             "/v1/account/gateway/openai/chat/completions /v1/account/gateway/openai/models");
  BOOST_TEST(places_at("base_url: \"https://h/openai/v1\"") ==
             "/openai/v1/chat/completions /openai/v1/models");
  BOOST_TEST(places_at("base_url: \"https://h/video/vllm\"") ==
             "/video/vllm/v1/chat/completions /video/vllm/v1/models");
}

// Workers AI, by itself and behind Cloudflare's gateway: what comes before is a version of another API.
BOOST_AUTO_TEST_CASE(a_v1_at_the_end_of_the_base_url_is_the_version_whatever_stands_before_it) {
  BOOST_TEST(places_at("base_url: \"https://h/client/v4/accounts/ID/ai/v1\"") ==
             "/client/v4/accounts/ID/ai/v1/chat/completions /client/v4/accounts/ID/ai/v1/models");
  BOOST_TEST(places_at("base_url: \"https://h/v1/A/G/workers-ai/v1/\"") ==
             "/v1/A/G/workers-ai/v1/chat/completions /v1/A/G/workers-ai/v1/models");
  BOOST_TEST(places_at("base_url: \"https://h/v1/v1\"") == "/v1/v1/chat/completions /v1/v1/models");
}

BOOST_AUTO_TEST_CASE(a_name_that_begins_like_a_version_is_none) {
  for (const std::string name : {"v2large", "v8engine", "v1.5", "v2betamax", "v", "vbeta", "v1b"}) {
    BOOST_TEST(places_at("base_url: \"https://h/" + name + "\"") ==
               "/" + name + "/v1/chat/completions /" + name + "/v1/models");
  }
  for (const std::string name : {"v2", "v10", "v1alpha", "v1beta", "v1beta3", "v2alpha10"}) {
    BOOST_TEST(places_at("base_url: \"https://h/" + name + "\"") ==
               "/" + name + "/chat/completions /" + name + "/models");
  }
}

// Anthropic's own SDKs put the version behind it.
BOOST_AUTO_TEST_CASE(no_version_in_the_base_url_stands_in_place_of_anthropics) {
  const config read =
      parsed(one_provider("dialects: [anthropic], models: [a], credential: none, base_url: "
                          "\"https://h/v1/account/gateway/anthropic\""));
  BOOST_TEST(path_at(read.providers.front(), "anthropic") == "/v1/messages");
}

// Perplexity, Azure AI.
BOOST_AUTO_TEST_CASE(a_path_of_its_own_is_taken_as_it_is_written) {
  BOOST_TEST(places_at("base_url: \"https://h\", paths: {openai: /chat/completions}") ==
             "/chat/completions /v1/models");
  BOOST_TEST(places_at("base_url: \"https://h/models\", paths: {openai: "
                       "\"/chat/completions?api-version=2024-05-01-preview\"}") ==
             "/models/chat/completions?api-version=2024-05-01-preview /models/v1/models");
}

BOOST_AUTO_TEST_CASE(a_providers_own_tiers_have_the_price_of_ours) {
  const config read = parsed(
      one_provider("dialects: [openai], models: [a], credential: none, base_url: \"https://h\", "
                   "tiers: {performance: priority, flex: standard}"));
  const provider_config& provider = read.providers.front();
  BOOST_TEST((provider.tier_of("performance") == service_tier::priority));
  BOOST_TEST((provider.tier_of("flex") == service_tier::standard));
  BOOST_TEST((provider.tier_of("on_demand") == service_tier::standard));
  BOOST_TEST((provider.tier_of("fast") == service_tier::fast));
  BOOST_TEST(!provider.tier_of("platinum").has_value());
}

BOOST_AUTO_TEST_CASE(what_else_goes_to_a_provider_is_listed_in_its_entry) {
  const config read = parsed(one_provider(
      "dialects: [openai], models: [a], credential_env: STINT_TEST_NOT_SET, base_url: "
      "\"https://h\", "
      "credential_header: api-key, stream_usage: never, pass_headers: [x-goog-user-project], "
      "pass_query: region"));
  const provider_config& provider = read.providers.front();
  BOOST_TEST(provider.credential_header == "api-key");
  BOOST_TEST((provider.stream_usage == stream_usage_policy::never));
  BOOST_TEST((provider.pass_headers == std::vector<std::string>{"x-goog-user-project"}));
  BOOST_TEST((provider.pass_query == std::vector<std::string>{"region"}));
  BOOST_TEST(parsed(one_provider("dialects: [openai], models: [a], credential_env: "
                                 "STINT_TEST_NOT_SET, base_url: "
                                 "\"https://h\", credential_header: authorization"))
                 .providers.front()
                 .credential_header.empty());
}

BOOST_AUTO_TEST_SUITE_END()
