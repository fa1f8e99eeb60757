// Goal: the tenant always comes from the key, features are checked against it, and free tags are bounded.
#include "gateway/call/request/attribution.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/records/row.hpp"
#include "gateway/http/head_of.hpp"
#include "pricing/text/utf8.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(attribution_step)

namespace {
virtual_key acme_key() {
  virtual_key key;
  key.id = "key_1";
  key.tenant = "acme";
  key.features = {"chat", "search-*"};
  key.default_feature = "chat";
  return key;
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_tenant_comes_from_the_key_and_the_feature_from_the_header) {
  const parsed_head head("x-stint-feature: search-web\r\nx-tenant-id: other\r\n");
  const auto found = attribute(config{}, head.get(), acme_key());
  BOOST_REQUIRE(found);
  BOOST_TEST(found->charged.tenant == "acme");
  BOOST_TEST(found->charged.key == "key_1");
  BOOST_TEST(found->charged.feature == "search-web");
}

BOOST_AUTO_TEST_CASE(a_feature_that_the_key_does_not_allow_is_forbidden) {
  const parsed_head head("x-stint-feature: billing\r\n");
  const auto found = attribute(config{}, head.get(), acme_key());
  BOOST_REQUIRE(!found);
  BOOST_TEST(found.error().status == 403);
  BOOST_TEST(found.error().message.find("billing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_feature_takes_the_default_or_is_refused_as_configured) {
  const parsed_head head("");
  BOOST_TEST(attribute(config{}, head.get(), acme_key())->charged.feature == "chat");
  virtual_key without = acme_key();
  without.default_feature.clear();
  BOOST_TEST(attribute(config{}, head.get(), without)->charged.feature == "none");
  config strict;
  strict.require_feature = true;
  const auto refused = attribute(strict, head.get(), without);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().status == 400);
  BOOST_TEST(refused.error().param == "x-stint-feature");
}

BOOST_AUTO_TEST_CASE(a_feature_must_be_a_plain_name) {
  for (const std::string& bad :
       {std::string("a b"), std::string("a/b"), std::string(65, 'a'), std::string("a\"b")}) {
    const parsed_head head("x-stint-feature: " + bad + "\r\n");
    virtual_key any = acme_key();
    any.features.clear();
    const auto refused = attribute(config{}, head.get(), any);
    BOOST_REQUIRE_MESSAGE(!refused, bad);
    BOOST_TEST(refused.error().status == 400);
  }
}

BOOST_AUTO_TEST_CASE(a_plain_name_has_letters_digits_and_four_signs_and_64_at_most) {
  virtual_key any = acme_key();
  any.features.clear();
  for (const std::string& good : {std::string("a_b.c:d-e"), std::string("Z9"), std::string("_"),
                                  std::string("."), std::string(":"), std::string(64, 'a')}) {
    const parsed_head head("x-stint-feature: " + good + "\r\n");
    const auto found = attribute(config{}, head.get(), any);
    BOOST_REQUIRE_MESSAGE(found.has_value(), good);
    BOOST_TEST(found->charged.feature == good);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_feature_is_a_missing_one) {
  const parsed_head head("x-stint-feature:\r\n");
  BOOST_TEST(attribute(config{}, head.get(), acme_key())->charged.feature == "chat");
}

BOOST_AUTO_TEST_CASE(where_a_feature_is_required_a_default_one_will_do) {
  const parsed_head head("");
  config strict;
  strict.require_feature = true;
  BOOST_TEST(attribute(strict, head.get(), acme_key())->charged.feature == "chat");
}

BOOST_AUTO_TEST_CASE(free_tags_keep_their_values_and_their_order) {
  const auto tags = parse_free_tags("prompt_version=7, session=a=b ,empty=");
  BOOST_REQUIRE(tags);
  const free_tags expected = {{"prompt_version", "7"}, {"session", "a=b"}, {"empty", ""}};
  BOOST_CHECK(*tags == expected);
}

BOOST_AUTO_TEST_CASE(free_tags_are_bounded_in_number_and_size) {
  std::string sixteen;
  for (int i = 0; i < 16; ++i)
    sixteen += "t" + std::to_string(i) + "=v,";
  BOOST_TEST(parse_free_tags(sixteen).has_value());
  BOOST_TEST(!parse_free_tags(sixteen + "one_more=v").has_value());
  BOOST_TEST(parse_free_tags("n=" + std::string(256, 'v')).has_value());
  BOOST_TEST(!parse_free_tags("n=" + std::string(257, 'v')).has_value());
  BOOST_TEST(parse_free_tags(std::string(64, 'n') + "=v").has_value());
  BOOST_TEST(!parse_free_tags(std::string(65, 'n') + "=v").has_value());
  BOOST_TEST(!parse_free_tags("=v").has_value());
  BOOST_TEST(!parse_free_tags("novalue").has_value());
}

// One such byte made every page of the ledger with its row unreadable.
BOOST_AUTO_TEST_CASE(free_tags_that_are_not_utf_8_are_refused) {
  for (const std::string bad :
       {"n=\xFF", "\xFF=v", "a=b,n=\xC3", "n=\xC0\x80", "n=\xED\xA0\x80", "n=caf\xE9,a=b"}) {
    const parsed_head head("x-stint-tags: " + bad + "\r\n");
    const auto refused = attribute(config{}, head.get(), acme_key());
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().status == 400);
    BOOST_TEST(refused.error().param == "x-stint-tags");
    BOOST_TEST(is_utf8(refused.error().message));
  }
  BOOST_TEST(parse_free_tags("où=café,n=日本").has_value());
}

namespace {
free_tags tags_under(const std::string& fields) {
  const parsed_head head(fields);
  const auto found = attribute(config{}, head.get(), acme_key());
  BOOST_REQUIRE(found);
  return found->tags;
}
const std::string traced = "4bf92f3577b34da6a3ce929d0e0e4736";  // W3C's own example
}  // namespace

BOOST_AUTO_TEST_CASE(the_callers_trace_is_a_tag) {
  for (const char* parent :
       {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"}) {
    const free_tags tags = tags_under("traceparent: " + std::string(parent) + "\r\n");
    BOOST_TEST((tags == free_tags{{"trace_id", traced}}), parent);
  }
  BOOST_TEST(
      (tags_under("x-stint-tags: a=b\r\ntraceparent: 00-" + traced + "-00f067aa0ba902b7-01\r\n") ==
       free_tags{{"a", "b"}, {"trace_id", traced}}));
}

BOOST_AUTO_TEST_CASE(what_names_no_trace_is_no_tag) {
  for (const char* parent : {"", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-012",
                             "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01"})
    BOOST_TEST(tags_under("traceparent: " + std::string(parent) + "\r\n").empty(), parent);
}

BOOST_AUTO_TEST_CASE(a_trace_is_tagged_once_and_takes_no_other_tags_place) {
  const std::string parent = "traceparent: 00-" + traced + "-00f067aa0ba902b7-01\r\n";
  BOOST_TEST(
      (tags_under("x-stint-tags: trace_id=mine\r\n" + parent) == free_tags{{"trace_id", "mine"}}));
  std::string many = "t0=0";
  for (std::size_t i = 1; i < free_tags_max; ++i)
    many += ",t" + std::to_string(i) + "=0";
  const free_tags full = tags_under("x-stint-tags: " + many + "\r\n" + parent);
  BOOST_TEST(full.size() == free_tags_max);
  BOOST_TEST(full.back().first != "trace_id");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
