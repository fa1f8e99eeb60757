// Goal: a path that some server reads as a metered one is known for it, however it is written, and what
// only base URLs make of it is told from a disguise. Method: each spelling of each metered path.
#include "gateway/dialect/spelling.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(path_spelling_suite)

namespace {
std::string rest_of(const dialect& each) {
  return std::string(each.facts().path.substr(std::string_view("/v1").size()));
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_base_urls_make_of_a_path_is_that_path) {
  for (const dialect* each : all_dialects()) {
    if (!each->has_fixed_path()) continue;  // others are known by their patterns
    const std::string rest = rest_of(*each);
    for (const std::string& path : {rest, "/v1/v1" + rest, "/v1/v1/v1" + rest, "/v1" + rest + "/",
                                    "//v1" + rest, "/v1/" + rest + "//", "///v1///v1//" + rest}) {
      BOOST_TEST_CONTEXT(path) {
        const respelt_path found = respelt_metered_path(path);
        BOOST_TEST(found.meant == each);
        BOOST_TEST(found.is_plain);
        BOOST_TEST(borders_metered_path(path));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_disguise_is_known_and_not_taken_for_the_path) {
  for (const dialect* each : all_dialects()) {
    if (!each->has_fixed_path()) continue;  // others are known by their patterns
    const std::string rest = rest_of(*each);
    std::string shouted = "/v1" + rest;
    shouted[4] = static_cast<char>(shouted[4] - 'a' + 'A');
    for (const std::string& path :
         {shouted, "/V1" + rest, "/%76" + std::string("1") + rest, "/v1%2f" + rest.substr(1),
          "/v1%252F" + rest.substr(1), "/v1" + rest + ";x=1", "/v1;" + rest, "/v1/a/..;" + rest,
          "/v1/a/..;/.." + ("/v1" + rest), "/v1/%2e%2e/v1" + rest, "/v1%5c" + rest.substr(1),
          "/v1" + rest + "%2F", "/v1/.;" + rest}) {
      BOOST_TEST_CONTEXT(path) {
        const respelt_path found = respelt_metered_path(path);
        BOOST_TEST(found.meant == each);
        BOOST_TEST(!found.is_plain);
        BOOST_TEST(borders_metered_path(path));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(other_paths_are_other_paths) {
  for (const char* path : {"", "/", "/v1", "/v1/", "/v1/models", "/v1/files/abc", "/v1/chat",
                           "/v2/messages", "/v1/threads/t/messages", "/v1/audio/speech",
                           "/v11/messages", "/%", "/%4", "/..", "/../..", "/v1/%zz"}) {
    BOOST_TEST_CONTEXT(path) {
      BOOST_TEST(respelt_metered_path(path).meant == nullptr);
      BOOST_TEST(!borders_metered_path(path));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_metered_path_behind_another_is_bordered) {
  for (const char* path : {"/azure/v1/chat/completions", "/openai/deployments/d/chat/completions",
                           "/v1beta/openai/chat/completions", "/anthropic/v1/messages",
                           "/Anthropic//V1/Messages", "/api/paas/v4/chat/completions"}) {
    BOOST_TEST(borders_metered_path(path), path);
    BOOST_TEST((respelt_metered_path(path).meant == nullptr), path);
  }
}

BOOST_AUTO_TEST_CASE(a_metered_path_behind_azures_word_is_that_path) {
  for (const char* path : {"/openai/v1/chat/completions", "/openai/chat/completions",
                           "//openai//v1/v1/chat/completions/"}) {
    const respelt_path found = respelt_metered_path(path);
    BOOST_TEST((found.meant == find_dialect("openai")), path);
    BOOST_TEST(found.is_plain, path);
  }
  for (const char* path : {"/OpenAI/v1/chat/completions", "/openai;x/chat/completions",
                           "/openai%2Fchat/completions"}) {
    const respelt_path found = respelt_metered_path(path);
    BOOST_TEST((found.meant == find_dialect("openai")), path);
    BOOST_TEST(!found.is_plain, path);
  }
  for (const char* path : {"/openaix/chat/completions", "/openai/openai/v1/chat/completions",
                           "/v1/openai/chat/completions", "/openai"})
    BOOST_TEST((respelt_metered_path(path).meant == nullptr), path);
}

// "/v1/messages/batches" leads on from one, and is another API.
BOOST_AUTO_TEST_CASE(what_ends_in_a_metered_path_is_one_elsewhere) {
  for (const char* path :
       {"/openai/v1/chat/completions", "/v1/chat/completions", "/chat/completions/",
        "/Anthropic//V1/Messages", "/messages", "/api/paas/v4/chat%2Fcompletions"})
    BOOST_TEST(ends_in_metered_path(path), path);
  for (const char* path : {"/v1/messages/batches", "/v1/messages/count_tokens", "/v1/models", "/",
                           "/v1/threads/t/messages", "/v1/xmessages", "/chat/completions2"})
    BOOST_TEST(!ends_in_metered_path(path), path);
}

BOOST_AUTO_TEST_CASE(two_paths_are_compared_as_the_most_lenient_of_servers_reads_them) {
  const lenient_path given("/v1/Sonar");
  for (const char* path :
       {"/v1/sonar", "/sonar/", "//V1/v1/SONAR", "/v1/son%61r", "/x/../v1/sonar"}) {
    BOOST_TEST(lenient_path(path).is_same(given), path);
    BOOST_TEST(lenient_path(path).is_below(given), path);
  }
  BOOST_TEST(!lenient_path("/v1/sonar/async").is_same(given));
  BOOST_TEST(lenient_path("/v1/sonar/async").is_below(given));
  for (const char* path : {"/v1/sonar-async", "/v1/sona", "/", "/x/sonar"})
    BOOST_TEST(!lenient_path(path).is_below(given), path);
  BOOST_TEST(lenient_path("/v1/").is_below(lenient_path("/")));
  BOOST_TEST(!lenient_path("/v1/a").is_below(lenient_path("/")));
}

// What is too long to be looked at may be anything, so no prefix lets it through.
BOOST_AUTO_TEST_CASE(what_is_read_in_two_ways_is_ambiguous) {
  for (const std::string& path :
       {std::string("/v1/a%20b"), std::string("/v1/a;b"), std::string("/v1//a"), std::string("//"),
        std::string("/") + std::string(512, 'a')})
    BOOST_TEST(is_ambiguous_path(path), path);
  for (const std::string& path : {std::string("/"), std::string("/v1/files/a-b_c.d~e:f@g"),
                                  std::string("/") + std::string(511, 'a')})
    BOOST_TEST(!is_ambiguous_path(path), path);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
