// Goal: the route table is the only way in, and it says how to open it.
#include "gateway/call/request/recognise.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(recognise_request)

BOOST_AUTO_TEST_CASE(the_two_metered_paths_are_recognised_whatever_their_query) {
  const parsed_head openai("", "POST /v1/chat/completions?api-version=1");
  BOOST_CHECK(recognise(config{}, openai.get())->speaks == find_dialect("openai"));
  const parsed_head anthropic("", "POST /v1/messages?beta=true");
  BOOST_CHECK(recognise(config{}, anthropic.get())->speaks == find_dialect("anthropic"));
}

BOOST_AUTO_TEST_CASE(a_call_knows_which_endpoint_it_is_for_and_what_it_was_asked_with) {
  const parsed_head fixed("", "POST /v1/chat/completions?api-version=1");
  const auto chat = recognise(config{}, fixed.get());
  BOOST_TEST_REQUIRE(chat.has_value());
  BOOST_TEST(chat->target.at == &find_dialect("openai")->facts().endpoints.front());
  BOOST_TEST(chat->target.query == "api-version=1");
  for (const char* line :
       {"POST /v1/messages/count_tokens?beta=true", "POST /messages/count_tokens?beta=true"}) {
    const parsed_head counting("", line);
    const auto count = recognise(config{}, counting.get());
    BOOST_TEST_REQUIRE(count.has_value());
    BOOST_TEST((count->speaks == find_dialect("anthropic")));
    BOOST_TEST((count->target.at->kind == endpoint_kind::free));
    BOOST_TEST(count->target.query == "beta=true");
  }
}

BOOST_AUTO_TEST_CASE(azures_paths_are_openais_and_those_with_a_deployment_have_the_model) {
  for (const auto& [line, speaks, model] :
       {std::tuple{"POST /openai/deployments/my-gpt/chat/completions?api-version=1", "openai",
                   "my-gpt"},
        {"POST /openai/deployments/old/completions?api-version=1", "openai_completions", "old"},
        {"POST /openai/deployments/ada/embeddings?api-version=1", "openai_embeddings", "ada"},
        {"POST /openai/v1/chat/completions?api-version=1", "openai", ""},
        {"POST /openai/v1/embeddings?api-version=1", "openai_embeddings", ""},
        {"POST /openai/responses?api-version=1", "responses", ""},
        {"POST /openai/v1/responses/compact?api-version=1", "responses_compact", ""}}) {
    const parsed_head head("", line);
    BOOST_TEST_CONTEXT(line) {
      const auto found = recognise(config{}, head.get());
      BOOST_TEST_REQUIRE(found.has_value());
      BOOST_TEST((found->speaks == find_dialect(speaks)));
      BOOST_TEST(found->target.at == &find_dialect(speaks)->facts().endpoints.front());
      BOOST_TEST(found->target.model == model);
      BOOST_TEST(found->target.query == "api-version=1");
    }
  }
  for (const auto& [line, kind] :
       {std::pair{"GET /openai/responses/resp_1", endpoint_kind::free},
        {"DELETE /openai/v1/responses/resp_1", endpoint_kind::free},
        {"POST /openai/responses/resp_1/cancel", endpoint_kind::free},
        {"GET /openai/models", endpoint_kind::answered_here},
        {"GET /openai/v1/models/my-gpt", endpoint_kind::answered_here}}) {
    const parsed_head head("", line);
    const auto found = recognise(config{}, head.get());
    BOOST_TEST_REQUIRE(found.has_value(), line);
    BOOST_TEST((found->target.at->kind == kind), line);
  }
}

namespace {
// 404 with the reason; `may`: the pass-throughs of `settings` open it.
void check_refused(const char* line, const char* why, bool may, const config& settings) {
  const parsed_head head("", line);
  BOOST_TEST_CONTEXT(line) {
    const problem refused = recognise(config{}, head.get()).error();
    BOOST_TEST(refused.status == 404);
    BOOST_TEST(refused.message.find(why) != std::string::npos, refused.message);
    BOOST_TEST(recognise(settings, head.get()).has_value() == may);
  }
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_else_azure_has_is_refused_by_its_name) {
  config settings;
  settings.passthrough = {{"POST", "/openai/*", "azure"}};
  for (const auto& [line, why, may] :
       {std::tuple{"POST /openai/deployments/d/images/generations", "pictures", true},
        {"POST /openai/deployments/d/audio/speech", "sound", true},
        {"POST /openai/deployments/d/extensions/chat/completions", "none of Azure's paths", false},
        {"POST /openai/assistants", "runs models of its own accord", true},
        {"POST /openai/v1/threads/t/runs", "runs models of its own accord", true},
        {"POST /openai/files", "not kept apart by key", true},
        {"POST /openai/batches", "send its calls one by one", true},
        {"POST /openai/ingestion/jobs", "none of Azure's paths", true},
        {"POST /openai/realtime/client_secrets", "the provider's own keys", false},
        {"POST /openai/v1/realtime/client_secrets", "the provider's own keys", false}}) {
    check_refused(line, why, may, settings);
  }
  for (const char* line :
       {"POST /openai/Deployments/d/chat/completions", "POST /OPENAI/deployments/d/embeddings",
        "POST /openai/deployments/d%2Fe/chat/completions",
        "POST /openai/deployments/d/chat/completions/x",
        "POST /x/openai/deployments/d/completions"}) {
    const parsed_head head("", line);
    BOOST_TEST(!recognise(settings, head.get()).has_value(), line);
  }
}

BOOST_AUTO_TEST_CASE(another_method_on_a_path_of_the_table_is_405_and_told_the_right_one) {
  const parsed_head head("", "GET /v1/messages/count_tokens");
  const problem why = recognise(config{}, head.get()).error();
  BOOST_TEST(why.status == 405);
  BOOST_TEST(why.message == "/v1/messages/count_tokens takes POST only");
}

BOOST_AUTO_TEST_CASE(what_is_refused_says_why_and_a_rule_may_let_through_what_does_no_harm) {
  config settings;
  settings.passthrough = {{"POST", "/v1/*", "openai"}};
  for (const auto& [line, why, may] :
       {std::tuple{"POST /v1/images/generations", "pictures are not metered yet", true},
        {"POST /v1/videos", "films are not metered yet", true},
        {"POST /v1/messages/batches", "send its calls one by one", false},
        {"POST /v1/realtime/client_secrets", "the provider's own keys", false},
        {"POST /v1/organization/projects", "manages the provider's account", false}}) {
    check_refused(line, why, may, settings);
  }
  const parsed_head respelt("", "POST /v1/Realtime/client_secrets");
  BOOST_TEST(!recognise(settings, respelt.get()).has_value());
}

// In no spelling: what is served here is recorded, and as free or metered as it is.
BOOST_AUTO_TEST_CASE(no_passthrough_opens_an_endpoint_of_the_table) {
  config settings;
  settings.passthrough = {{"POST", "/v1/messages/count_tokens", "anthropic"},
                          {"POST", "/anthropic/v1/messages/count_tokens", "anthropic"},
                          {"POST", "/anthropic/*", "anthropic"},
                          {"POST", "/v1/*", "anthropic"}};
  for (const char* line :
       {"POST /v1/messages/count_tokens", "POST /anthropic/v1/messages/count_tokens",
        "POST /v1/Messages/Count_tokens", "POST /anthropic/messages/count_tokens"}) {
    const parsed_head head("", line);
    const auto found = recognise(settings, head.get());
    BOOST_TEST((!found.has_value() || found->unmetered == nullptr), line);
  }
}

BOOST_AUTO_TEST_CASE(another_method_on_a_metered_path_is_405) {
  const parsed_head head("", "GET /v1/messages");
  BOOST_TEST(recognise(config{}, head.get()).error().status == 405);
}

BOOST_AUTO_TEST_CASE(what_a_base_url_makes_of_a_metered_path_is_understood) {
  for (const char* line :
       {"POST /v1/chat/completions/", "POST //v1/chat/completions", "POST /v1/v1/chat/completions",
        "POST /chat/completions", "POST /v1//chat/completions?api-version=1"}) {
    const parsed_head head("", line);
    BOOST_TEST_CONTEXT(line) {
      const auto found = recognise(config{}, head.get());
      BOOST_TEST_REQUIRE(found.has_value());
      BOOST_TEST((found->speaks == find_dialect("openai")));
    }
  }
  const parsed_head messages("", "POST /messages");
  BOOST_CHECK(recognise(config{}, messages.get())->speaks == find_dialect("anthropic"));
  const parsed_head other_method("", "GET /v1/v1/messages");
  BOOST_TEST(recognise(config{}, other_method.get()).error().status == 405);
}

BOOST_AUTO_TEST_CASE(a_disguised_metered_path_is_404_and_told_the_right_one) {
  for (const char* line : {"POST /V1/chat/completions", "POST /v1/Chat/Completions",
                           "POST /v1/chat%2fcompletions", "POST /v1/chat;a=b/completions"}) {
    const parsed_head head("", line);
    BOOST_TEST_CONTEXT(line) {
      const problem why = recognise(config{}, head.get()).error();
      BOOST_TEST(why.status == 404);
      BOOST_TEST(why.message.ends_with("is not served; write POST /v1/chat/completions"),
                 why.message);
    }
  }
  const parsed_head other("", "GET /v1/nothing");
  BOOST_TEST(recognise(config{}, other.get()).error().status == 404);
}

BOOST_AUTO_TEST_CASE(what_is_not_recognised_is_named_as_far_as_is_useful) {
  const std::string path = "/" + std::string(199, 'p');
  const parsed_head head("", "GET " + path + "qq");
  const problem why = recognise(config{}, head.get()).error();
  BOOST_TEST(why.message.find("; GET " + path + " is none of them,") != std::string::npos,
             why.message);
}

// It told clients how to get around every cap.
BOOST_AUTO_TEST_CASE(a_client_is_not_told_how_calls_go_unmetered) {
  for (const char* line : {"POST /v1/nothing", "GET /v1/nothing", "DELETE /v1/files/x"}) {
    const parsed_head head("", line);
    const problem why = recognise(config{}, head.get()).error();
    for (const char* word : {"passthrough", "unmetered", "configuration"})
      BOOST_TEST(why.message.find(word) == std::string::npos, why.message);
  }
}

BOOST_AUTO_TEST_CASE(a_passthrough_needs_its_method_and_its_exact_path_or_prefix) {
  config settings;
  settings.passthrough = {{"GET", "/v1/batches", "openai"}, {"POST", "/v1/files/*", "openai"}};
  const parsed_head exact("", "GET /v1/batches");
  BOOST_TEST(recognise(settings, exact.get())->unmetered->provider == "openai");
  const parsed_head prefix("", "POST /v1/files/abc");
  BOOST_CHECK(recognise(settings, prefix.get()).has_value());
  for (const char* line : {"POST /v1/batches", "GET /v1/batches/x", "GET /v1/files/abc",
                           "POST /v1/file", "POST /v1/files"}) {
    const parsed_head head("", line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(!recognise(settings, head.get()).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_prefix_is_no_side_door_to_a_metered_api) {
  config settings;
  settings.passthrough = {{"POST", "/v1/*", "openai"}};
  const parsed_head other("", "POST /v1/files");
  BOOST_CHECK(recognise(settings, other.get()).has_value());
  settings.passthrough.push_back({"POST", "/*", "openai"});
  for (const char* line :
       {"POST /v1/chat/completion%73", "POST /v1/files/..%2fchat/completions",
        "POST /v1/Chat/completions", "POST /V1/chat/completions", "POST /v1/messages;a=b",
        "POST /v1/messages/batches", "POST /v1//messages/batches", "POST /v1/messages%2Fbatches",
        "POST /openai/deployments/d%2Fe/chat/completions", "POST /anthropic/v1/messages",
        "POST /v1/files/a%20b", "POST /v1/files//a"}) {
    const parsed_head head("", line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(!recognise(settings, head.get()).has_value());
    }
  }
  for (const char* line :
       {"POST /v1/chat/completions/", "POST /v1//chat/completions", "POST /chat/completions",
        "POST /v1/v1/messages", "POST /openai/deployments/d/chat/completions"}) {
    const parsed_head head("", line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST((recognise(settings, head.get())->unmetered == nullptr));
    }
  }
}

namespace {
// Perplexity's, whose calls go elsewhere than others'.
config with_a_path_of_its_own(std::string path) {
  config settings;
  provider_config& pplx = settings.providers.emplace_back();
  pplx.name = "pplx";
  pplx.host = "api.perplexity.ai";
  pplx.dialects = {find_dialect("openai")};
  pplx.paths = {{find_dialect("openai"), std::move(path)}};
  settings.passthrough = {{"POST", "/v1/*", "pplx"}, {"POST", "/*", "pplx"}};
  return settings;
}

bool passes(const config& settings, const char* line) {
  const parsed_head head("", line);
  const auto found = recognise(settings, head.get());
  return found.has_value() && found->unmetered != nullptr;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_prefix_is_no_side_door_to_where_a_provider_takes_metered_calls) {
  for (const char* path : {"/v1/sonar", "/v1/sonar?api-version=1", "/v1/Sonar"}) {
    const config settings = with_a_path_of_its_own(path);
    for (const char* line : {"POST /v1/sonar", "POST /sonar", "POST /v1/sonar/", "POST /V1/SONAR",
                             "POST /v1/v1/sonar", "POST /v1/sonar?x=1"})
      BOOST_TEST(!passes(settings, line), path << ": " << line);
    for (const char* line : {"POST /v1/audio/speech", "POST /v1/async", "POST /v1/sona"})
      BOOST_TEST(passes(settings, line), path << ": " << line);
  }
}

// "/v1" is left out on the way to a provider whose base URL has a version.
BOOST_AUTO_TEST_CASE(what_leaves_here_is_compared_and_not_what_came) {
  config settings = with_a_path_of_its_own("/run");
  settings.providers[0].base_path = "/api/v4";
  settings.providers[0].has_version = true;
  BOOST_TEST(!passes(settings, "POST /v1/run"));
  BOOST_TEST(!passes(settings, "POST /run"));
  BOOST_TEST(passes(settings, "POST /v1/runs/1"));
}

// Two entries of one server.
BOOST_AUTO_TEST_CASE(another_entry_of_the_same_server_is_no_side_door_either) {
  config settings = with_a_path_of_its_own("/run");
  settings.providers[0].base_path = "/api";
  provider_config& bare = settings.providers.emplace_back();
  bare.name = "bare";
  bare.host = "api.perplexity.ai";
  bare.dialects = {find_dialect("openai")};
  settings.passthrough = {{"POST", "/*", "bare"}};
  BOOST_TEST(!passes(settings, "POST /api/run"));
  BOOST_TEST(passes(settings, "POST /api/rub"));
  settings.providers[1].host = "elsewhere";
  BOOST_TEST(passes(settings, "POST /api/run"));
}

// Google's servers take the method from the query as well.
BOOST_AUTO_TEST_CASE(a_prefix_of_another_method_is_no_side_door_either) {
  config settings;
  settings.passthrough = {{"GET", "/v1beta/*", "google"}, {"GET", "/v1/*", "openai"}};
  for (const char* line :
       {"GET /v1beta/models/gemini-2.5-flash:generateContent?$httpMethod=POST",
        "GET /v1beta/models/gemini-2.5-flash:streamGenerateContent",
        "GET /v1beta/tunedModels/mine:generateContent", "GET /v1beta/models/m:embedContent",
        "GET /v1beta/interactions", "GET /v1/responses/compact"})
    BOOST_TEST(!passes(settings, line), line);
  for (const char* line : {"GET /v1beta/operations/x", "GET /v1/nothing"})
    BOOST_TEST(passes(settings, line), line);
  settings.passthrough = {{"POST", "/v1beta/*", "google"}};
  BOOST_TEST(passes(settings, "POST /v1beta/models/m:predict"));
  const parsed_head stored("", "GET /v1/responses/resp_1");
  const auto found = recognise(settings, stored.get());
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->target.at->kind == endpoint_kind::free));
}

BOOST_AUTO_TEST_CASE(
    an_exact_rule_is_no_side_door_but_what_continues_a_metered_path_is_another_api) {
  config settings;
  for (const char* path :
       {"/openai/v1/chat/completions", "/anthropic/v1/messages", "/api/paas/v4/chat/completions",
        "/v1/messages/batches", "/v1/threads/t/messages"})
    settings.passthrough.push_back({"POST", path, "openai"});
  BOOST_TEST(!passes(settings, "POST /openai/v1/chat/completions"));
  BOOST_TEST(!passes(settings, "POST /anthropic/v1/messages"));
  BOOST_TEST(!passes(settings, "POST /api/paas/v4/chat/completions"));
  BOOST_TEST(passes(settings, "POST /v1/messages/batches"));
  BOOST_TEST(passes(settings, "POST /v1/threads/t/messages"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
