// Goal: what is asked of all dialects together has one answer, whoever asks. The table is walked, so that a dialect
// which is added is held to the same.
#include "gateway/dialect/table.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/parts/path_pattern.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(dialect_table_suite)

BOOST_AUTO_TEST_CASE(each_dialect_is_found_by_its_name_and_by_its_path) {
  std::set<std::string_view> names;
  for (const dialect* each : all_dialects()) {
    const dialect_facts& facts = each->facts();
    BOOST_TEST(names.insert(facts.name).second, facts.name);
    BOOST_TEST(find_dialect(facts.name) == each);
    if (each->has_fixed_path()) BOOST_TEST(dialect_of_path(facts.path) == each);
    BOOST_TEST(!facts.spoken_as.empty());
    BOOST_TEST(!facts.credential.name.empty());
    BOOST_TEST(!facts.request_id_field.empty());
  }
  BOOST_TEST(dialect_names().size() == names.size());
  BOOST_TEST(find_dialect("") == nullptr);
  BOOST_TEST(find_dialect("OpenAI") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_fixed_path_is_the_first_of_its_dialects_endpoints_and_metered) {
  for (const dialect* each : all_dialects()) {
    const dialect_facts& facts = each->facts();
    BOOST_TEST_REQUIRE(!facts.endpoints.empty(), facts.name);
    if (!each->has_fixed_path()) continue;
    const endpoint& first = facts.endpoints.front();
    BOOST_TEST(first.pattern == facts.path);
    BOOST_TEST((first.kind == endpoint_kind::metered && first.method == http_method::post));
  }
}

BOOST_AUTO_TEST_CASE(each_endpoint_is_found_by_its_method_and_path_and_says_why_it_is_shut) {
  std::set<std::pair<http_method, std::string_view>> seen;
  for (const dialect* each : all_dialects()) {
    for (const endpoint& one : each->facts().endpoints) {
      BOOST_TEST_CONTEXT(to_string(one.method) << " " << one.pattern) {
        BOOST_TEST(seen.insert({one.method, one.pattern}).second);
        BOOST_TEST((one.kind == endpoint_kind::refused) == !one.why.empty());
        BOOST_TEST((one.kind == endpoint_kind::refused || !one.may_be_let_through));
        call_target target;
        target.version = "v1beta";  // under /v1 Gemini's lists are OpenAI's
        target.id = target.action = "x";
        std::string path;
        append_expanded(one.pattern, target, "m", false, path);
        const found_endpoint found = find_endpoint(one.method, path);
        BOOST_TEST(found.speaks == each);
        BOOST_TEST(found.target.at == &one);
        const endpoint* const shut = shut_endpoint(one.method, path, false);
        BOOST_TEST((shut != nullptr) == !one.may_be_let_through);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_takes_other_methods_says_which) {
  const found_endpoint found = find_endpoint(http_method::get, "/v1/messages/count_tokens");
  BOOST_TEST(found.speaks == nullptr);
  BOOST_TEST(found.other_methods == "POST");
  BOOST_TEST(find_endpoint(http_method::get, "/v1/nothing").other_methods.empty());
  // A method that is refused is none that the path takes.
  BOOST_TEST(find_endpoint(http_method::post, "/v1/models/m").other_methods == "GET");
  BOOST_TEST(
      find_endpoint(http_method::post, "/v1beta/models/m:generateAnswer").other_methods.empty());
}

// It was shut, as if it were the list that is answered here.
BOOST_AUTO_TEST_CASE(another_api_s_list_of_models_may_be_let_through_and_ours_may_not) {
  for (const char* path : {"/v1beta/models", "/v1beta/models/gemini-3-flash", "/v1alpha/models"}) {
    BOOST_TEST_CONTEXT(path) {
      const found_endpoint found = find_endpoint(http_method::get, path);
      BOOST_TEST(found.speaks == find_dialect("gemini"));
      BOOST_TEST((found.target.at->kind == endpoint_kind::refused));
      for (const bool or_below : {false, true})
        BOOST_TEST((shut_endpoint(http_method::get, path, or_below) == nullptr));
    }
  }
  for (const char* path : {"/v1/models", "/models/gpt-4o", "/V1/models", "/v2/models",
                           "/v1beta/x/../models", "/v1beta/Models"})
    BOOST_TEST((shut_endpoint(http_method::get, path, false) != nullptr), path);
  BOOST_TEST(find_endpoint(http_method::get, "/v1/models").speaks == find_dialect("openai"));
}

// Google's servers take the method from the query as well: a rule for a list opens no call.
BOOST_AUTO_TEST_CASE(a_call_by_another_method_is_not_a_list_of_models) {
  for (const char* call : {"generateContent", "predict", "embedContent"}) {
    const std::string path = std::string("/v1beta/models/m:") + call;
    BOOST_TEST((shut_endpoint(http_method::get, path, false) != nullptr), path);
    BOOST_TEST((shut_endpoint(http_method::get, path, true) != nullptr), path);
  }
}

BOOST_AUTO_TEST_CASE(
    a_prefix_is_shut_to_what_leads_on_from_a_metered_path_and_an_exact_rule_is_not) {
  const auto shut = [](http_method method, std::string_view path, bool or_below) {
    return shut_endpoint(method, path, or_below) != nullptr;
  };
  for (const char* path : {"/v1/messages/batches", "/v1/responses/compact/more"}) {
    BOOST_TEST(!shut(http_method::post, path, false), path);
    BOOST_TEST(shut(http_method::post, path, true), path);
  }
  // Of another method: the metered or refused path itself, and not what leads on from it.
  for (const char* path : {"/v1beta/tunedModels/m:generateContent", "/v1beta/interactions"}) {
    BOOST_TEST(!shut(http_method::get, path, false), path);
    BOOST_TEST(shut(http_method::get, path, true), path);
  }
  BOOST_TEST(!shut(http_method::get, "/v1/messages/more", true));
  for (const bool or_below : {false, true})
    BOOST_TEST(shut(http_method::post, "/v1/messages", or_below));
}

BOOST_AUTO_TEST_CASE(what_is_not_served_is_counted_by_what_it_was_for) {
  BOOST_TEST(unserved_pattern(http_method::get, "/v1/files/f-1/content") == "/v1/files/{any*}");
  BOOST_TEST(unserved_pattern(http_method::delete_, "/v1/models/x") == "/v1/models/{id*}");
  for (const char* path : {"/", "/wp-login.php", "/v1/responsesx"})
    BOOST_TEST(unserved_pattern(http_method::post, path) == "unknown");
}

// Of OpenAI's list of models, whose last hole takes the rest of any path, and Gemini's calls.
BOOST_AUTO_TEST_CASE(a_path_is_of_the_api_that_names_it_rather_than_of_one_that_takes_any) {
  BOOST_TEST(&dialect_for_errors("/v1/models/gemini-3-flash:generateContent") ==
             find_dialect("gemini"));
  BOOST_TEST(&dialect_for_errors("/v1/models/gpt-4o") == find_dialect("openai"));
}

BOOST_AUTO_TEST_CASE(a_word_stands_for_all_dialects_that_go_by_it) {
  std::size_t spoken = 0;
  for (const std::string& word : spoken_words()) {
    const auto all = dialects_spoken_as(word);
    spoken += all.size();
    BOOST_TEST_REQUIRE(!all.empty(), word);
    for (const dialect* each : all)
      BOOST_TEST(each->facts().credential.name == all.front()->facts().credential.name);
  }
  BOOST_TEST(spoken == all_dialects().size());
  BOOST_TEST(dialects_spoken_as("openai").front() == find_dialect("openai"));
  BOOST_TEST(dialects_spoken_as("nobody").empty());
}

BOOST_AUTO_TEST_CASE(only_the_exact_path_is_metered_and_what_continues_it_is_no_side_door) {
  for (const dialect* each : all_dialects()) {
    if (!each->has_fixed_path()) continue;
    const std::string path(each->facts().path);
    for (const char* more : {"/", "/count_tokens", "?", "x"}) {
      BOOST_TEST(dialect_of_path(path + more) == nullptr, path + more);
      BOOST_TEST(borders_metered_path(path + more), path + more);
      BOOST_TEST(&dialect_for_errors(path + more) == each, path + more);
    }
  }
  BOOST_TEST(!borders_metered_path("/v1/models"));
  BOOST_TEST(dialect_of_path("/v1") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_path_that_nobody_serves_gets_the_errors_of_the_first) {
  for (const char* path : {"", "/", "/v1/models"})
    BOOST_TEST(&dialect_for_errors(path) == find_dialect("openai"));
}

BOOST_AUTO_TEST_CASE(messages_name_every_metered_call) {
  const std::string named = metered_calls();
  BOOST_TEST(named.starts_with("POST /v1/chat/completions, "), named);
  BOOST_TEST(named.find(" and POST ") != std::string::npos);
  for (const dialect* each : all_dialects()) {
    for (const endpoint& one : each->facts().endpoints) {
      const bool is_named = named.find(one.pattern) != std::string::npos;
      BOOST_TEST((is_named || one.kind != endpoint_kind::metered), one.pattern);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
