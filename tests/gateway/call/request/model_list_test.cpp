// Goal: each client is told the models that its key may use and that its API reaches, in that API's form, and no others.
#include "gateway/call/request/model_list.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(model_list_suite)

namespace {
namespace json = boost::json;

struct listing_fixture : call_fixture {
  listing_fixture()
      : call_fixture("", [](config& made) { made.providers[0].models.emplace_back("own/llama"); }) {
    key.id = "k1";
  }

  [[nodiscard]] result<std::string> ask(bool anthropics) {
    return answer_models({settings, prices, key, admitted}, target, anthropics);
  }
  // The ids of a list, one behind the other.
  [[nodiscard]] std::string ids(bool anthropics) {
    const auto body = ask(anthropics);
    BOOST_TEST_REQUIRE(body.has_value());
    std::string all;
    const json::value list = json::parse(*body);
    for (const json::value& one : list.at("data").as_array())
      all += std::string(one.at("id").as_string()) + " ";
    return all;
  }

  virtual_key key;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_pattern_stands_for_priced_models_and_a_name_for_itself, listing_fixture) {
  BOOST_TEST(ids(false) == "gpt-4o own/llama ");
  BOOST_TEST(ids(true) == "claude-sonnet-5 ");
}

BOOST_FIXTURE_TEST_CASE(a_key_for_some_models_is_told_those, listing_fixture) {
  key.models = {"own/*"};
  BOOST_TEST(ids(false) == "own/llama ");
  BOOST_TEST(ids(true) == "");
}

BOOST_FIXTURE_TEST_CASE(a_provider_whose_credential_is_not_set_has_no_models, listing_fixture) {
  settings.providers[0].credential_source = "environment variable OPENAI_API_KEY";
  BOOST_TEST(ids(false) == "");
  settings.providers[0].credential = secret("sk-x");
  BOOST_TEST(ids(false) == "gpt-4o own/llama ");
}

BOOST_FIXTURE_TEST_CASE(each_form_is_its_apis_own, listing_fixture) {
  const json::value openais = json::parse(*ask(false));
  BOOST_TEST(openais.at("object").as_string() == "list");
  const json::value& one = openais.at("data").at(0);
  BOOST_TEST(one.at("object").as_string() == "model");
  BOOST_TEST(one.at("owned_by").as_string() == "openai");
  BOOST_TEST(one.at("created").is_int64());
  const json::value anthropics = json::parse(*ask(true));
  BOOST_TEST(!anthropics.at("has_more").as_bool());
  BOOST_TEST(anthropics.at("first_id").as_string() == "claude-sonnet-5");
  BOOST_TEST(anthropics.at("last_id").as_string() == "claude-sonnet-5");
  BOOST_TEST(anthropics.at("data").at(0).at("type").as_string() == "model");
  BOOST_TEST(anthropics.at("data").at(0).at("created_at").as_string() == "1970-01-01T00:00:00Z");
  key.models = {"nothing"};
  BOOST_TEST(json::parse(*ask(true)).at("first_id").is_null());
}

BOOST_FIXTURE_TEST_CASE(one_model_is_told_by_its_name_whatever_is_escaped_in_it, listing_fixture) {
  for (const char* id : {"own/llama", "own%2Fllama", "gpt-4o", "gpt-4o-2024-08-06"}) {
    target.id = id;
    BOOST_TEST_REQUIRE(ask(false).has_value(), id);
    BOOST_TEST(json::parse(*ask(false)).at("object").as_string() == "model");
  }
  for (const char* id : {"claude-sonnet-5", "gpt-nothing", "own/other", "../gpt-4o"}) {
    target.id = id;
    BOOST_TEST_REQUIRE(!ask(false).has_value(), id);
    BOOST_TEST(ask(false).error().status == 404);
    BOOST_TEST(ask(false).error().param == "model");
  }
  target.id = "claude-sonnet-5";
  BOOST_TEST(json::parse(*ask(true)).at("type").as_string() == "model");
}

BOOST_FIXTURE_TEST_CASE(pages_are_turned_as_anthropics_clients_do, listing_fixture) {
  settings.providers[1].models = {"a", "b", "c"};
  const auto page = [&](std::string_view query) {
    target.query = query;
    const json::value made = json::parse(*ask(true));
    return ids(true) + (made.at("has_more").as_bool() ? "+" : "");
  };
  BOOST_TEST(page("") == "a b c ");
  BOOST_TEST(page("limit=2") == "a b +");
  BOOST_TEST(page("limit=2&after_id=b") == "c ");
  BOOST_TEST(page("limit=1&before_id=c") == "b +");
  BOOST_TEST(page("before_id=b&limit=5") == "a ");
  BOOST_TEST(page("after_id=nobody") == "a b c ");
  BOOST_TEST(page("limit=0") == "a +");
  BOOST_TEST(page("limit=x") == "a b c ");
}

BOOST_AUTO_TEST_CASE(anthropics_clients_say_who_they_are) {
  const auto form = [](const char* lines) {
    const parsed_head head(lines, "GET /v1/models");
    return wants_anthropics_form(head.get());
  };
  BOOST_TEST(form("anthropic-version: 2023-06-01\r\n"));
  BOOST_TEST(form("x-api-key: k\r\n"));
  BOOST_TEST(!form("authorization: Bearer k\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
