// Goal: a target is taken apart exactly, and what is misspelt or malformed is refused. Method:
// tables.
#include "gateway/admin/api/request.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/admin/api/routes.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(admin_request_suite)

namespace {

admin_request read(std::string_view target) {
  admin_request request;
  BOOST_TEST_REQUIRE(read_target(target, request));
  return request;
}

matched_route match(const std::string& method, const std::string& path, admin_request& request) {
  request.method = method;
  request.path = path;
  return match_route(request);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_target_is_path_and_decoded_parameters) {
  const auto request = read(
      "/api/v1/spend?by=tenant,feature&match=tenant%3Aacme&match=model:gpt-*&day=&flag&q=a+b%2Bc");
  BOOST_TEST(request.path == "/api/v1/spend");
  BOOST_TEST(request.parameter("by").value() == "tenant,feature");
  const std::vector<std::string> matches = {"tenant:acme", "model:gpt-*"};
  BOOST_TEST(request.parameters("match") == matches, boost::test_tools::per_element());
  BOOST_TEST(request.parameter("day").value().empty());
  BOOST_TEST(request.parameter("flag").value().empty());
  BOOST_TEST(request.parameter("q").value() == "a b+c");
  BOOST_TEST(!request.parameter("none").has_value());
}

BOOST_AUTO_TEST_CASE(a_malformed_target_is_refused) {
  std::string many = "/x?";
  for (int i = 0; i < 65; ++i)
    many += "a=1&";
  for (const auto& target :
       {std::string(""), std::string("x"), std::string("*"), std::string("http://h/x"),
        std::string("/%"), std::string("/x?a=%0a"), std::string("/x?%00"), std::string("/x?a=%4"),
        std::string("/%2"), std::string("/%zz"), std::string("/%00"), std::string("/a%0ab"),
        std::string("/x?%ff=1"), std::string("/x?a=%c3"), std::string("/%ff"), many}) {
    admin_request request;
    BOOST_TEST(!read_target(target, request), target);
  }
}

BOOST_AUTO_TEST_CASE(a_misspelt_parameter_is_named_with_the_nearest) {
  const auto refused = refuse_unknown_parameters(read("/x?form=1"), {"from", "to"});
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST(refused->status == 400);
  BOOST_TEST(refused->body.find("did you mean from?") != std::string::npos);
  BOOST_TEST(!refuse_unknown_parameters(read("/x?from=1"), {"from", "to"}).has_value());
}

BOOST_AUTO_TEST_CASE(routes_take_one_segment_as_the_id) {
  admin_request request;
  BOOST_TEST((match("POST", "/api/v1/keys/key_1/revoke", request).route != nullptr));
  BOOST_TEST(request.id == "key_1");
  BOOST_TEST((match("POST", "/api/v1/keys/a/b/revoke", request).route == nullptr));
  BOOST_TEST((match("POST", "/api/v1/keys//revoke", request).route == nullptr));
  BOOST_TEST((match("GET", "/api/v1/ledger/", request).route == nullptr));
  BOOST_TEST((match("POST", "/api/v1/ledger/verify", request).route != nullptr));
  BOOST_TEST(request.id.empty());
}

BOOST_AUTO_TEST_CASE(a_wrong_method_names_the_right_ones) {
  admin_request request;
  BOOST_TEST(match("DELETE", "/api/v1/keys", request).allow == "GET, POST");
  BOOST_TEST(match("GET", "/nowhere", request).allow.empty());
}

BOOST_AUTO_TEST_SUITE_END()
