// Goal: every field of a row is told, under its own name. Method: a row with a different value in
// each.
#include "gateway/admin/api/ledger_json.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/records/row.hpp"
#include "gateway/admin/api/request.hpp"
#include "pricing/sample_usage.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(admin_ledger_json)

BOOST_AUTO_TEST_CASE(a_row_is_told_in_full) {
  ledger_row row;
  row.admitted = wall_time(std::chrono::milliseconds(1'764'547'200'250));
  row.ended = row.admitted + std::chrono::seconds(2);
  row.charged = {
      .tenant = "t", .feature = "f", .key = "key_1", .user = "u", .model = "m", .provider = "p"};
  row.model_served = "m-2026";
  row.used = testing::sample_usage();
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
  for (const usage_kind& kind : usage_kinds)
    BOOST_TEST(told.at("usage").at(kind.name).as_int64() == row.used.*kind.count, kind.name);
  BOOST_TEST(told.at("usage").at("total_tokens").as_int64() == row.used.total());
  BOOST_TEST(told.at("held").at("output_tokens").as_int64() == 11);
  BOOST_TEST(told.at("outcome").as_string() == "client_gone");
  BOOST_TEST(told.at("usage_source").as_string() == "counted");
  BOOST_TEST(boost::json::serialize(told.at("flags")) == "[\"counted\",\"estimated\"]");
  BOOST_TEST(told.at("tags").at("session").as_string() == "a\"b");
  BOOST_TEST(told.at("user").as_string() == "u");
}

BOOST_AUTO_TEST_CASE(a_row_tells_of_its_context_and_of_each_leg) {
  ledger_row row;
  row.context = {.session = "s",
                 .parent = "run",
                 .arm = "b",
                 .prompt_version = "7",
                 .region = "eu",
                 .attempts = 2};
  row.charged.provider = "p";
  row.model_served = "m";
  row.used = testing::sample_usage();
  row.cost = nanodollars(5);
  row.price_version = "v1";
  const auto whole = to_json(row);
  BOOST_TEST(boost::json::serialize(whole.at("context")) ==
             R"({"session":"s","parent":"run","arm":"b","prompt_version":"7","region":"eu",)"
             R"("attempts":2})");
  BOOST_TEST_REQUIRE(whole.at("legs").as_array().size() == 1U);
  const auto& one = whole.at("legs").at(0);
  BOOST_TEST(one.at("why").as_string() == "answer");
  BOOST_TEST(one.at("model").as_string() == "m");
  BOOST_TEST(one.at("provider").as_string() == "p");
  BOOST_TEST(one.at("service_tier").as_string() == "standard");
  BOOST_TEST(one.at("price_version").as_string() == "v1");
  BOOST_TEST((one.at("usage") == whole.at("usage")));
  BOOST_TEST(one.at("cost_nanodollars").as_int64() == 5);

  row.legs.resize(2);
  row.legs[0].cost = nanodollars(7);
  row.legs[1].why = leg_reason::correction;
  row.legs[1].cost = nanodollars(-2);
  const auto told = to_json(row);
  BOOST_TEST_REQUIRE(told.at("legs").as_array().size() == 2U);
  BOOST_TEST(told.at("legs").at(1).at("why").as_string() == "correction");
  BOOST_TEST(told.at("legs").at(1).at("cost_nanodollars").as_int64() == -2);
}

BOOST_AUTO_TEST_CASE(a_row_with_a_tag_that_is_no_utf_8_leaves_its_page_readable) {
  ledger_row row;
  row.tags = {{"session",
               "a\xFF"
               "b"},
              {"\xC3", "c"}};
  const auto answer = json_answer(200, boost::json::array{to_json(row)});
  boost::system::error_code broken;
  const auto page = boost::json::parse(answer.body, broken);
  BOOST_TEST_REQUIRE(!broken);
  const auto& tags = page.as_array().at(0).at("tags").as_object();
  BOOST_TEST(tags.at("session").as_string() ==
             "a\xEF\xBF\xBD"
             "b");
  BOOST_TEST(tags.at("\xEF\xBF\xBD").as_string() == "c");
}

BOOST_AUTO_TEST_SUITE_END()
