// Goal: only a live key gets in, by either header, and two keys that disagree do not.
#include "gateway/call/request/authenticate.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(authenticate_request)

namespace {
struct one_key {
  one_key() : made(make_key(order(), now).value()), ring({made.key}) {}
  static key_order order() {
    key_order wanted;
    wanted.tenant = "acme";
    return wanted;
  }
  wall_time now = wall_time(std::chrono::hours(500'000));
  made_key made;
  key_ring ring;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_key_is_taken_from_either_header, one_key) {
  const parsed_head bearer("authorization: bEaReR  " + made.secret_text + "\r\n");
  BOOST_TEST(authenticate(bearer.get(), ring, now).value()->tenant == "acme");
  const parsed_head api_key("x-api-key: " + made.secret_text + "\r\n");
  BOOST_TEST(authenticate(api_key.get(), ring, now).value()->tenant == "acme");
}

BOOST_FIXTURE_TEST_CASE(no_key_a_wrong_key_and_another_scheme_are_refused, one_key) {
  for (const std::string& lines :
       {std::string(), std::string("authorization: Bearer sk-stint-wrong\r\n"),
        "authorization: Basic " + made.secret_text + "\r\n",
        "x-api-key: " + made.secret_text.substr(1) + "\r\n"}) {
    const parsed_head head(lines);
    const auto refused = authenticate(head.get(), ring, now);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().status == 401);
    BOOST_TEST(refused.error().message.find(made.secret_text) == std::string::npos);
  }
}

BOOST_FIXTURE_TEST_CASE(the_same_key_may_be_sent_twice, one_key) {
  const parsed_head head("authorization: Bearer " + made.secret_text +
                         "\r\nx-api-key: " + made.secret_text + "\r\n");
  BOOST_TEST(authenticate(head.get(), ring, now).value()->tenant == "acme");
}

BOOST_FIXTURE_TEST_CASE(two_keys_that_disagree_are_refused, one_key) {
  const parsed_head head("authorization: Bearer " + made.secret_text +
                         "\r\nx-api-key: sk-stint-other\r\n");
  BOOST_TEST(!authenticate(head.get(), ring, now).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
