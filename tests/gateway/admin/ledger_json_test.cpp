// Goal: every field of a row is told, under its own name. Method: a row with a different value in
// each.
#include "gateway/admin/api/ledger_json.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/records/row.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(admin_ledger_json)

BOOST_AUTO_TEST_CASE(a_row_is_told_in_full) {
  ledger_row row;
  row.admitted = wall_time(std::chrono::milliseconds(1'764'547'200'250));
  row.ended = row.admitted + std::chrono::seconds(2);
  row.charged = {
      .tenant = "t", .feature = "f", .key = "key_1", .user = "u", .model = "m", .provider = "p"};
  row.model_served = "m-2026";
  row.used = {.input_tokens = 1,
              .cached_input_tokens = 2,
              .cache_write_5m_tokens = 3,
              .cache_write_1h_tokens = 4,
              .audio_input_tokens = 5,
              .output_tokens = 6,
              .reasoning_tokens = 2,
              .audio_output_tokens = 7,
              .web_searches = 8};
  row.cost = nanodollars(9'007'199'254'740'993);  // above 2^53: a double would lose it
  row.price_version = "v1";
  row.held = {.input_tokens = 10, .output_tokens = 11, .cost = nanodollars(12), .requests = 1};
  row.source = usage_source::counted;
  row.outcome = call_outcome::client_gone;
  row.status = 200;
  row.flags = row_flag::counted | row_flag::estimated;
  row.streaming = true;
  row.tags = {{"session", "a\"b"}};
  const auto told = boost::json::parse(boost::json::serialize(to_json(row))).as_object();
  BOOST_TEST(told.at("admitted").as_string() == "2025-12-01T00:00:00.250Z");
  BOOST_TEST(told.at("first_byte").is_null());
  BOOST_TEST(told.at("cost_nanodollars").as_int64() == 9'007'199'254'740'993);
  BOOST_TEST(told.at("cost_usd").as_string() == "9007199.254740993");
  BOOST_TEST(told.at("usage").at("cache_write_1h_tokens").as_int64() == 4);
  BOOST_TEST(told.at("usage").at("total_tokens").as_int64() == 28);
  BOOST_TEST(told.at("held").at("output_tokens").as_int64() == 11);
  BOOST_TEST(told.at("outcome").as_string() == "client_gone");
  BOOST_TEST(told.at("usage_source").as_string() == "counted");
  BOOST_TEST(boost::json::serialize(told.at("flags")) == "[\"counted\",\"estimated\"]");
  BOOST_TEST(told.at("tags").at("session").as_string() == "a\"b");
  BOOST_TEST(told.at("user").as_string() == "u");
}

BOOST_AUTO_TEST_SUITE_END()
