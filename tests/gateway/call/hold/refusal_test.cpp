// Goal: whoever is refused learns which cap it was, with its figures, and whether waiting helps. Method:
// the ledger's answers written out by hand; the messages of our own are compared whole.
#include "gateway/call/hold/refusal.hpp"

#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(refusal)

namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

hold_refusal money_refusal(refusal_reason reason) {
  hold_refusal refused;
  refused.reason = reason;
  refused.standing.cap = "tenant-day";
  refused.standing.scope = "acme";
  refused.standing.unit = cap_unit::usd;
  refused.standing.limit = 50 * samples::dollar;
  refused.standing.used = 49 * samples::dollar;
  refused.standing.held = 75 * samples::cent;
  refused.requested = 50 * samples::cent;
  return refused;
}

// What is said of a spent cap whose window ends so much later.
std::optional<int> retry_of_window_that_ends_in(wall_time::duration left) {
  hold_refusal refused = money_refusal(refusal_reason::budget_exceeded);
  refused.standing.window.end = samples::any_time() + left;
  return refused_by_cap(refused, 429, samples::any_time()).retry_after_s;
}

std::optional<int> retry_of_busy(milliseconds usual) {
  hold_refusal refused = money_refusal(refusal_reason::budget_busy);
  refused.retry_after = usual;
  return refused_by_cap(refused, 429, samples::any_time()).retry_after_s;
}

cap money_cap(const std::string& name) {
  cap one;
  one.name = name;
  one.unit = cap_unit::usd;
  return one;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_spent_cap_is_refused_with_all_its_figures) {
  const hold_refusal refused = money_refusal(refusal_reason::budget_exceeded);
  const problem why = refused_by_cap(refused, 402, samples::any_time());
  BOOST_TEST((why.kind == problem_kind::budget_exceeded));
  BOOST_TEST(why.status == 402);
  BOOST_TEST(why.message.empty());  // the dialect words the figures
  BOOST_TEST(!why.retry_after_s.has_value());
  BOOST_TEST_REQUIRE(why.refusal.has_value());
  BOOST_TEST(why.refusal->standing.cap == "tenant-day");
  BOOST_TEST(why.refusal->requested == 50 * samples::cent);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_too_large_for_its_cap_is_refused_as_spent) {
  hold_refusal refused;
  refused.reason = refusal_reason::request_too_large;
  refused.standing.cap = "runaway";
  refused.standing.unit = cap_unit::output_tokens;
  refused.standing.limit = 1'000;
  refused.standing.used = 1;
  refused.standing.held = 2;
  refused.requested = 1'001;
  const problem why = refused_by_cap(refused, 403, samples::any_time());
  BOOST_TEST((why.kind == problem_kind::budget_exceeded));
  BOOST_TEST(why.status == 403);
  BOOST_TEST(why.message.empty());  // the dialect words the figures
}

BOOST_AUTO_TEST_CASE(a_busy_cap_is_worth_another_try_whatever_the_status_of_a_spent_one) {
  const problem why =
      refused_by_cap(money_refusal(refusal_reason::budget_busy), 402, samples::any_time());
  BOOST_TEST((why.kind == problem_kind::budget_busy));
  BOOST_TEST(why.status == 429);
  BOOST_TEST(why.message.empty());  // the dialect words the figures
  BOOST_TEST(why.refusal.has_value());
}

BOOST_AUTO_TEST_CASE(a_busy_cap_is_tried_again_after_whole_seconds_and_one_at_least) {
  BOOST_TEST(retry_of_busy(milliseconds(0)).value() == 1);
  BOOST_TEST(retry_of_busy(milliseconds(1'000)).value() == 1);
  BOOST_TEST(retry_of_busy(milliseconds(1'001)).value() == 2);
  BOOST_TEST(retry_of_busy(milliseconds(4'500)).value() == 5);
}

BOOST_AUTO_TEST_CASE(a_spent_cap_is_worth_waiting_for_when_its_window_ends_within_two_minutes) {
  BOOST_TEST(retry_of_window_that_ends_in(milliseconds(200)).value() == 1);
  BOOST_TEST(retry_of_window_that_ends_in(milliseconds(30'200)).value() == 31);
  BOOST_TEST(retry_of_window_that_ends_in(seconds(120)).value() == 120);
  BOOST_TEST(!retry_of_window_that_ends_in(milliseconds(120'001)).has_value());
  BOOST_TEST(!retry_of_window_that_ends_in(seconds(0)).has_value());
  BOOST_TEST(!retry_of_window_that_ends_in(seconds(-5)).has_value());
}

BOOST_AUTO_TEST_CASE(a_ledger_that_cannot_record_says_nothing_of_caps) {
  hold_refusal refused;
  refused.reason = refusal_reason::storage_unavailable;
  const problem why = refused_by_cap(refused, 402, samples::any_time());
  BOOST_TEST((why.kind == problem_kind::storage_unavailable));
  BOOST_TEST(why.status == 503);
  BOOST_TEST(why.message.empty());  // the dialect words the figures
  BOOST_TEST(why.retry_after_s.value() == 1);
  BOOST_TEST(why.refusal.has_value());
}

BOOST_AUTO_TEST_CASE(a_model_without_a_price_is_refused_where_a_money_cap_is_kept) {
  const std::vector<cap> caps = {money_cap("org-day")};
  examined_call call;
  call.model = "mystery";
  const auto why = refuse_unpriced(caps, attribution(), call);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->kind == problem_kind::unpriced_model));
  BOOST_TEST(why->status == 403);
  BOOST_TEST(
      why->message ==
      "the model 'mystery' has no price, so the money cap 'org-day' cannot be kept; add it to "
      "the price file, or set unknown_model: ceiling");
  BOOST_TEST(why->param == "model");
  call.model = std::string(300, 'x');
  BOOST_TEST(refuse_unpriced(caps, attribution(), call)
                 ->message.starts_with("the model '" + std::string(200, 'x') + "' has"));
  const price ceiling = samples::plain_price("ceiling", samples::plain_rates(1, 1));
  call.rates = &ceiling;
  BOOST_TEST(!refuse_unpriced(caps, attribution(), call).has_value());
  call.other_without_rates = "advisor";  // which works beside it
  BOOST_TEST(refuse_unpriced(caps, attribution(), call)
                 ->message.starts_with("the model 'advisor' has no price"));
}

BOOST_AUTO_TEST_CASE(a_model_without_a_price_passes_caps_that_are_not_about_its_money) {
  cap tokens = money_cap("tokens");
  tokens.unit = cap_unit::tokens;
  cap warned = money_cap("warned");
  warned.mode = cap_mode::warn;
  cap others = money_cap("others");
  others.match = {{dimension::tenant, "globex"}};
  attribution charged;
  charged.tenant = "acme";
  examined_call call;
  call.model = "mystery";
  const std::vector<cap> passed = {tokens, warned, others};
  BOOST_TEST(!refuse_unpriced(passed, charged, call).has_value());
  charged.tenant = "globex";
  BOOST_TEST(refuse_unpriced(passed, charged, call)->message.find("'others'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
