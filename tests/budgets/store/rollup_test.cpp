#include "budgets/store/rollup.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/records/row.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(rollup_suite)

BOOST_AUTO_TEST_CASE(sums_add_field_by_field) {
  rollup_sums a;
  a.calls = 1;
  a.used.input_tokens = 10;
  a.used.web_searches = 3;
  a.cost = nanodollars{7};
  rollup_sums b = a;
  b.flagged = 1;
  b += a;
  BOOST_TEST(b.calls == 2);
  BOOST_TEST(b.flagged == 1);
  BOOST_TEST(b.used.input_tokens == 20);
  BOOST_TEST(b.used.web_searches == 6);
  BOOST_TEST(b.cost.count() == 14);
}

BOOST_AUTO_TEST_CASE(an_estimate_alone_does_not_flag_a_call) {
  ledger_row row;
  row.flags = row_flag::estimated;
  BOOST_TEST(sums_of(row).flagged == 0);
  row.flags |= row_flag::unpriced;
  BOOST_TEST(sums_of(row).flagged == 1);
}

BOOST_AUTO_TEST_CASE(periods_start_at_whole_utc_hours_and_days_also_before_the_epoch) {
  const wall_time at{std::chrono::seconds{1'772'449'199}};  // 2026-03-02 10:59:59
  BOOST_TEST(period_start(at, seconds_per_hour) == 1'772'445'600);
  BOOST_TEST(period_start(at, seconds_per_day) == 1'772'409'600);
  BOOST_TEST(period_start(wall_time{std::chrono::seconds{-1}}, seconds_per_hour) == -3'600);
}

BOOST_AUTO_TEST_CASE(sums_of_the_first_version_tell_of_no_requests) {
  rollup_sums sums;
  sums.requests = 3;
  BOOST_TEST(amounts_of(sums).requests == 3);
  sums.requests.reset();
  BOOST_TEST(amounts_of(sums).requests == 0);
}

namespace {
// Of gpt-5 by openai; its parts as they are named.
struct call_of_parts {
  call_of_parts() {
    row.charged.model = "gpt-5";
    row.charged.provider = "openai";
    row.model_served = "gpt-5-2026";
  }
  void add(leg_reason why, const std::string& model, std::int64_t cost,
           const std::string& provider = "openai") {
    leg part;
    part.why = why;
    part.model = model;
    part.provider = provider;
    part.used.output_tokens = cost / 10;
    part.cost = nanodollars{cost};
    row.used.output_tokens += part.used.output_tokens;
    row.cost += part.cost;
    row.legs.push_back(part);
  }
  [[nodiscard]] std::string moved() const {
    std::string text;
    for (const moved_sums& each : moved_legs(row)) {
      BOOST_TEST(each.sums.used.output_tokens * 10 == each.sums.cost.count());
      BOOST_TEST(each.sums.calls == 0);
      BOOST_TEST((each.sums.requests == 0));
      text += std::string(each.model) + " " + std::string(each.provider) + " " +
              std::to_string(each.sums.cost.count()) + "; ";
    }
    return text;
  }
  ledger_row row;
};
}  // namespace

BOOST_AUTO_TEST_CASE(what_other_models_did_is_moved_to_them) {
  call_of_parts of;
  BOOST_TEST(of.moved() == "");
  of.add(leg_reason::answer, "gpt-5-2026", 100);
  of.add(leg_reason::advisor, "opus", 700);
  of.add(leg_reason::attempt, "gpt-5", 20, "azure");
  BOOST_TEST(of.moved() == "opus openai 700; gpt-5 azure 20; gpt-5 openai -720; ");
}

BOOST_AUTO_TEST_CASE(what_the_model_that_was_asked_did_stays_by_whatever_name) {
  call_of_parts of;
  of.add(leg_reason::answer, "gpt-5-2026", 100);
  of.add(leg_reason::compaction, "gpt-5-2026", 50);
  of.add(leg_reason::answer, "gpt-5", 30);
  of.add(leg_reason::correction, "gpt-5-2026", -40);
  BOOST_TEST(of.moved() == "");
}

BOOST_AUTO_TEST_CASE(a_model_that_took_over_is_where_its_part_was_spent) {
  call_of_parts of;
  of.row.model_served = "opus";
  of.add(leg_reason::answer, "gpt-5", 10);
  of.add(leg_reason::fallback, "opus", 90);
  BOOST_TEST(of.moved() == "opus openai 90; gpt-5 openai -90; ");
}

BOOST_AUTO_TEST_CASE(nothing_is_moved_of_a_call_that_was_corrected_to_less_than_its_parts) {
  call_of_parts of;
  of.add(leg_reason::answer, "gpt-5", 100);
  of.add(leg_reason::advisor, "opus", 700);
  of.add(leg_reason::correction, "gpt-5", -100);
  BOOST_TEST(of.moved() != "");
  of.add(leg_reason::correction, "gpt-5", -10);
  BOOST_TEST(of.moved() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
