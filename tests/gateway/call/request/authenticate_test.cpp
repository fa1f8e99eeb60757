// Goal: only a live key gets in, by any of its headers, whatever else is sent beside it; two live keys
// that disagree do not.
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

BOOST_FIXTURE_TEST_CASE(a_key_is_taken_from_any_of_its_headers, one_key) {
  for (const char* begin :
       {"authorization: bEaReR  ", "x-api-key: ", "api-key: ", "API-Key: ", "x-goog-api-key: "}) {
    const parsed_head head(begin + made.secret_text + "\r\n");
    BOOST_TEST(authenticate(head.get(), ring, now).value()->tenant == "acme", begin);
  }
}

// Google's clients may send it so.
BOOST_FIXTURE_TEST_CASE(a_key_is_taken_from_the_query, one_key) {
  const auto asked = [this](const std::string& query, const std::string& lines = "") {
    const parsed_head head(lines, "POST /v1beta/models/m:generateContent?" + query);
    return authenticate(head.get(), ring, now);
  };
  BOOST_TEST(asked("key=" + made.secret_text).value()->tenant == "acme");
  BOOST_TEST(asked("alt=sse&key=%73" + made.secret_text.substr(1)).value()->tenant == "acme");
  BOOST_TEST(asked("key=AIza-other", "x-goog-api-key: " + made.secret_text + "\r\n").has_value());
  BOOST_TEST(asked("monkey=" + made.secret_text).has_error());
  const auto refused = asked("key=sk-stint-wrong");
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message.find("sk-stint-wrong") == std::string::npos);
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

// Claude Code sends what it was logged in by beside the key that it was given.
BOOST_FIXTURE_TEST_CASE(of_several_keys_the_one_that_is_ours_wins, one_key) {
  const std::string ours = made.secret_text + "\r\n";
  for (const std::string& lines :
       {"authorization: Bearer " + ours + "x-api-key: sk-ant-other\r\n",
        "x-api-key: " + ours + "authorization: Bearer sk-ant-oat01-other\r\n",
        "x-api-key: sk-stint-unknown\r\nauthorization: Bearer " + ours,
        "authorization: Basic dTpw\r\nx-api-key: " + ours,
        "api-key: azure\r\nauthorization: Bearer other\r\nx-api-key: " + ours}) {
    const parsed_head head(lines);
    BOOST_TEST(authenticate(head.get(), ring, now).value()->tenant == "acme", lines);
  }
}

BOOST_FIXTURE_TEST_CASE(two_stint_keys_that_disagree_are_refused, one_key) {
  const made_key other = make_key(order(), now).value();
  const key_ring both({made.key, other.key});
  const parsed_head head("authorization: Bearer " + made.secret_text +
                         "\r\nx-api-key: " + other.secret_text + "\r\n");
  const auto refused = authenticate(head.get(), both, now);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().status == 401);
  BOOST_TEST(refused.error().message.find(other.secret_text) == std::string::npos);
  BOOST_TEST(authenticate(head.get(), ring, now).value()->id == made.key.id);
}

// "Unknown, revoked or expired" left its reader to find out which.
BOOST_FIXTURE_TEST_CASE(a_refused_key_is_told_what_became_of_it, one_key) {
  const auto told = [this](const virtual_key& key, const std::string& secret) {
    const key_ring keys({key});
    const parsed_head head("x-api-key: other\r\nauthorization: Bearer " + secret + "\r\n");
    const auto refused = authenticate(head.get(), keys, now);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().status == 401);
    return refused.error().message;
  };
  const std::string named = "the key '" + made.key.id + "' ";
  virtual_key key = made.key;
  key.expires = now;
  BOOST_TEST(told(key, made.secret_text).starts_with(named + "expired at 2027-01-15T08:00:00"));
  key.revoked = now - std::chrono::hours(8);
  BOOST_TEST(told(key, made.secret_text).starts_with(named + "was revoked at 2027-01-15T00:00:00"));
  const std::string another = made.secret_text.substr(0, made.secret_text.size() - 1) +
                              (made.secret_text.back() == 'A' ? 'B' : 'A');
  BOOST_TEST(told(key, another).starts_with("this key is unknown;"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
