// Goal: what a key or a provider does not allow is refused with a message that names it. Method: the
// messages compared whole.
#include "gateway/call/request/permission.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(permission)

BOOST_AUTO_TEST_CASE(a_key_for_some_models_may_name_them_either_way) {
  virtual_key key;
  key.id = "key_7";
  examined_call call;
  call.model = "alias";
  call.base_model = "gpt-4o";
  BOOST_TEST(!refuse_model(key, call).has_value());
  key.models = {"gpt-*"};
  BOOST_TEST(!refuse_model(key, call).has_value());
  key.models = {"alias"};
  BOOST_TEST(!refuse_model(key, call).has_value());
  key.models = {"claude-*"};
  const auto why = refuse_model(key, call);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->kind == problem_kind::forbidden));
  BOOST_TEST(why->message == "the key 'key_7' may not use the model 'gpt-4o'");
  BOOST_TEST(why->param == "model");
  call.base_model = std::string(300, 'x');
  BOOST_TEST(refuse_model(key, call)->message ==
             "the key 'key_7' may not use the model '" + std::string(200, 'x') + "'");
}

// Before: a key for a cheap model had any other one's advice, and any other one answer in its place.
BOOST_AUTO_TEST_CASE(a_key_for_some_models_may_not_name_others_beside_them) {
  virtual_key key;
  key.id = "key_7";
  key.models = {"claude-haiku-*"};
  provider_config provider;
  examined_call call;
  call.provider = &provider;
  call.model = call.base_model = "claude-haiku-5";
  call.other_models = {"claude-haiku-4"};
  BOOST_TEST(!refuse_model(key, call).has_value());
  call.other_models.emplace_back("claude-opus-5");
  const auto why = refuse_model(key, call);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->kind == problem_kind::forbidden));
  BOOST_TEST(why->message == "the key 'key_7' may not use the model 'claude-opus-5'");
}

BOOST_AUTO_TEST_CASE(a_provider_that_needs_a_credential_is_not_called_without_one) {
  provider_config provider;
  provider.name = "openai";
  BOOST_TEST(!refuse_without_credential(provider).has_value());  // it needs none
  provider.credential_source = "environment variable OPENAI_API_KEY";
  const auto why = refuse_without_credential(provider);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->kind == problem_kind::credential_refused));
  BOOST_TEST(why->message ==
             "the gateway has no credential for provider 'openai': set environment variable "
             "OPENAI_API_KEY for the gateway and restart it");
  provider.credential = secret("sk-1");
  BOOST_TEST(!refuse_without_credential(provider).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
