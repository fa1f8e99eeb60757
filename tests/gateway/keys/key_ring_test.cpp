// Goal: a key works exactly while it is valid, for exactly what it allows, and its secret is kept
// nowhere. Method: keys made by the real generator; SHA-256 against the vector of FIPS 180-2.
#include "gateway/keys/key_ring.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/keys/key_record.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(key_ring_suite)

namespace {

const wall_time now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 1)};

made_key make(const key_order& order) {
  auto made = make_key(order, now);
  BOOST_TEST_REQUIRE(made.has_value());
  return std::move(*made);
}

key_order order_for(const std::string& tenant) {
  key_order order;
  order.tenant = tenant;
  return order;
}

struct wrong_order {
  key_order order;
  std::string field;
};
std::ostream& operator<<(std::ostream& out, const wrong_order& wrong) {
  return out << wrong.field;
}

std::vector<wrong_order> wrong_orders() {
  std::vector<wrong_order> wrong;
  const auto add = [&](const std::string& field, auto change) {
    auto order = order_for("acme");
    change(order);
    wrong.push_back({order, field});
  };
  add("tenant", [](key_order& o) { o.tenant = ""; });
  add("tenant", [](key_order& o) { o.tenant = "a b"; });
  add("tenant", [](key_order& o) { o.tenant = "a\nb"; });
  add("tenant", [](key_order& o) { o.tenant = "a*"; });
  add("tenant", [](key_order& o) { o.tenant = std::string(65, 'a'); });
  add("features", [](key_order& o) { o.features = {"ok", ""}; });
  add("features", [](key_order& o) { o.features = std::vector<std::string>(65, "f"); });
  add("models", [](key_order& o) { o.models = {"a,b"}; });
  add("default_feature", [](key_order& o) { o.default_feature = "x y"; });
  add("default_feature", [](key_order& o) {
    o.features = {"search-*"};
    o.default_feature = "chat";
  });
  add("label", [](key_order& o) { o.label = "a\x1b[31m"; });
  add("label", [](key_order& o) { o.label = std::string(201, 'a'); });
  add("expires", [](key_order& o) { o.expires = now; });
  return wrong;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_hash_is_sha_256) {
  const auto hash = hash_key("abc");
  const std::array<std::uint8_t, 4> first = {0xba, 0x78, 0x16, 0xbf};
  BOOST_TEST(std::equal(first.begin(), first.end(), hash.begin()));
}

BOOST_AUTO_TEST_CASE(a_key_has_its_form_and_is_never_drawn_twice) {
  std::set<std::string> secrets;
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) {
    const auto made = make(order_for("acme"));
    BOOST_TEST(made.secret_text.size() == 52u);
    BOOST_TEST(made.secret_text.starts_with("sk-stint-"));
    BOOST_TEST(made.secret_text.find_first_not_of(
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               std::string::npos);
    BOOST_TEST(made.key.id.starts_with("key_"));
    secrets.insert(made.secret_text);
    ids.insert(made.key.id);
  }
  BOOST_TEST(secrets.size() == 200u);
  BOOST_TEST(ids.size() == 200u);
}

BOOST_AUTO_TEST_CASE(a_key_is_found_by_its_secret_alone) {
  const auto made = make(order_for("acme"));
  const auto other = make(order_for("other"));
  const key_ring ring({made.key, other.key});
  BOOST_TEST_REQUIRE(ring.find(made.secret_text, now));
  BOOST_TEST(ring.find(made.secret_text, now)->tenant == "acme");
  auto altered = made.secret_text;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(!ring.find(altered, now));
  BOOST_TEST(!ring.find(made.key.id, now));
  BOOST_TEST(!ring.find("", now));
  BOOST_TEST(!ring.find(made.secret_text + "x", now));
  BOOST_TEST(!ring.find(std::string(1'000'000, 'x'), now));
}

BOOST_AUTO_TEST_CASE(a_key_ends_when_it_expires_or_is_revoked) {
  auto order = order_for("acme");
  order.expires = now + std::chrono::hours(1);
  auto made = make(order);
  key_ring ring({made.key});
  BOOST_TEST(ring.find(made.secret_text, now + std::chrono::minutes(59)));
  BOOST_TEST(!ring.find(made.secret_text, now + std::chrono::hours(1)));
  BOOST_TEST((made.key.state_at(now + std::chrono::hours(1)) == key_state::expired));
  made.key.revoked = now;
  ring.put(made.key);
  BOOST_TEST(!ring.find(made.secret_text, now));
  BOOST_TEST((made.key.state_at(now + std::chrono::hours(1)) == key_state::revoked));
  BOOST_TEST_REQUIRE(ring.recognise(made.secret_text));
  BOOST_TEST(ring.recognise(made.secret_text)->id == made.key.id);
  BOOST_TEST(!ring.recognise(made.key.id));
  BOOST_TEST(ring.list().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_put_key_replaces_the_one_with_its_id) {
  const auto first = make(order_for("acme"));
  auto second = make(order_for("acme"));
  second.key.id = first.key.id;
  key_ring ring({first.key});
  ring.put(second.key);
  BOOST_TEST(!ring.find(first.secret_text, now));
  BOOST_TEST(ring.find(second.secret_text, now));
  BOOST_TEST(ring.list().size() == 1u);
}

BOOST_AUTO_TEST_CASE(keys_are_found_while_others_are_put) {
  const auto made = make(order_for("acme"));
  key_ring ring({made.key});
  std::thread writer([&] {
    for (int i = 0; i < 100; ++i)
      ring.put(make_key(order_for("t"), now)->key);
  });
  bool always = true;
  for (int i = 0; i < 1'000; ++i)
    always = always && ring.find(made.secret_text, now) != nullptr;
  writer.join();
  BOOST_TEST(always);
  BOOST_TEST(ring.list().size() == 101u);
}

BOOST_AUTO_TEST_CASE(patterns_say_what_a_key_may_use) {
  auto order = order_for("acme");
  order.features = {"search-*", "chat"};
  order.models = {"gpt-4o*"};
  order.default_feature = "search-web";
  const auto key = make(order).key;
  BOOST_TEST(key.may_use_feature("search-web"));
  BOOST_TEST(key.may_use_feature("chat"));
  BOOST_TEST(!key.may_use_feature("chat-2"));
  BOOST_TEST(key.may_use_model("gpt-4o-mini"));
  BOOST_TEST(!key.may_use_model("gpt-5"));
  const auto open = make(order_for("acme")).key;
  BOOST_TEST(open.may_use_feature("anything"));
  BOOST_TEST(open.may_use_model("anything"));
}

BOOST_DATA_TEST_CASE(a_wrong_order_names_its_field, wrong_orders()) {
  const auto made = make_key(sample.order, now);
  BOOST_TEST_REQUIRE(!made.has_value());
  BOOST_TEST(made.error().param == sample.field);
  BOOST_TEST(made.error().status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
