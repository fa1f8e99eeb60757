// Goal: what is asked of all dialects together has one answer, whoever asks. The table is walked, so that a dialect
// which is added is held to the same.
#include "gateway/dialect/table.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(dialect_table_suite)

BOOST_AUTO_TEST_CASE(each_dialect_is_found_by_its_name_and_by_its_path) {
  std::set<std::string_view> names;
  for (const dialect* each : all_dialects()) {
    const dialect_facts& facts = each->facts();
    BOOST_TEST(names.insert(facts.name).second, facts.name);
    BOOST_TEST(find_dialect(facts.name) == each);
    BOOST_TEST(dialect_of_path(facts.path) == each);
    BOOST_TEST(!facts.credential.name.empty());
    BOOST_TEST(!facts.request_id_field.empty());
  }
  BOOST_TEST(dialect_names().size() == names.size());
  BOOST_TEST(find_dialect("") == nullptr);
  BOOST_TEST(find_dialect("OpenAI") == nullptr);
}

BOOST_AUTO_TEST_CASE(only_the_exact_path_is_metered_and_what_continues_it_is_no_side_door) {
  for (const dialect* each : all_dialects()) {
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
  BOOST_TEST(metered_calls() == "POST /v1/chat/completions, POST /v1/messages and POST /v1/responses");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
