// Goal: a stored key comes back as it was, and a damaged or later record is refused, never half
// read. Method: round trips and records with one thing wrong.
#include "gateway/keys/key_record.hpp"

#include <boost/test/unit_test.hpp>

using namespace stint;

BOOST_AUTO_TEST_SUITE(key_record)

namespace {

virtual_key sample_key() {
  virtual_key key;
  key.id = "key_0123456789abcdef";
  for (std::size_t i = 0; i < key.hash.size(); ++i)
    key.hash[i] = static_cast<std::uint8_t>(i * 9);
  key.tenant = "acme";
  key.features = {"search-*", "chat"};
  key.default_feature = "chat";
  key.models = {"gpt-*"};
  key.label = "Büro \"west\" \\ 1";
  key.created = wall_time(std::chrono::microseconds(1'764'547'200'123'456));
  key.expires = key.created + std::chrono::hours(1);
  return key;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_TEST_REQUIRE((at != std::string::npos));
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_key_comes_back_as_it_was) {
  const auto key = sample_key();
  const auto back = decode_key(encode_key(key));
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(back->id == key.id);
  BOOST_TEST((back->hash == key.hash));
  BOOST_TEST(back->tenant == key.tenant);
  BOOST_TEST(back->features == key.features, boost::test_tools::per_element());
  BOOST_TEST(back->default_feature == key.default_feature);
  BOOST_TEST(back->models == key.models, boost::test_tools::per_element());
  BOOST_TEST(back->label == key.label);
  BOOST_TEST((back->created == key.created));
  BOOST_TEST((back->expires == key.expires));
  BOOST_TEST((back->revoked == key.revoked));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_refused) {
  const auto record = encode_key(sample_key());
  BOOST_TEST(!decode_key(""));
  BOOST_TEST(!decode_key("[]"));
  BOOST_TEST(!decode_key(record.substr(0, record.size() / 2)));
  BOOST_TEST(!decode_key(record + "x"));
  BOOST_TEST(!decode_key(replaced(record, "\"v\":1", "\"v\":2")));
  BOOST_TEST(!decode_key(replaced(record, "\"tenant\":\"acme\"", "\"tenant\":7")));
  BOOST_TEST(!decode_key(replaced(record, "\"tenant\":\"acme\"", "\"tenant\":\"\"")));
  BOOST_TEST(!decode_key(replaced(record, "\"features\":[\"search-*\"", "\"features\":[1")));
  BOOST_TEST(!decode_key(replaced(record, "\"hash\":\"0009", "\"hash\":\"000")));
  BOOST_TEST(!decode_key(replaced(record, "\"hash\":\"00", "\"hash\":\"0g")));
  BOOST_TEST(
      !decode_key(replaced(record, "\"created_us\":1764547200123456", "\"created_us\":\"x\"")));
}

BOOST_AUTO_TEST_CASE(names_may_become_labels_and_header_values) {
  BOOST_TEST(is_key_name("team-7/search.v2@eu"));
  BOOST_TEST(is_key_pattern("search-*"));
  BOOST_TEST(!is_key_name("search-*"));
  for (const auto* wrong : {"", "a b", "a,b", "a\"b", "a\\b", "a\x7f", "caf\xc3\xa9", "a\r\nb"})
    BOOST_TEST(!is_key_name(wrong));
}

BOOST_AUTO_TEST_SUITE_END()
