// Goal: a client that does not obey x-should-retry gives up all the same where a cap is spent. Method: the
// user-agents that they send, and what they are then told, in words and status.
#include "gateway/call/relay/suited_refusal.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/hold/refusal.hpp"
#include "gateway/dialect/parts/refusal_text.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/http/head_of.hpp"
#include "pricing/price_samples.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(suited_refusal_suite)

namespace {
using namespace std::chrono_literals;

constexpr const char* claude_code = "claude-cli/2.1.331 (external, cli)";

hold_refusal spent(wall_time::duration ends_in, wall_time::duration length) {
  hold_refusal refused;
  refused.standing.cap = "tenant-day";
  refused.standing.unit = cap_unit::tokens;
  refused.standing.limit = 100;
  refused.standing.used = 100;
  refused.requested = 10;
  refused.standing.window.end = samples::any_time() + ends_in;
  refused.standing.window.start = *refused.standing.window.end - length;
  return refused;
}

problem told(const std::string& user_agent, const hold_refusal& refusal, int status = 429) {
  const parsed_head head("user-agent: " + user_agent + "\r\n");
  problem why = refused_by_cap(refusal, status, samples::any_time());
  suit_client(head.get(), samples::any_time(), why);
  return why;
}

std::string body_for(const problem& why) {
  return find_dialect("anthropic")->error_body(why, call_id{});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

BOOST_AUTO_TEST_CASE(clients_that_retry_every_429_are_told_402) {
  for (const char* agent : {"ai/5.0.93 ai-sdk/provider-utils/3.0.17 runtime/node.js/24",
                            "opencode/1.2.3", "my-app ai-sdk/openai/3.0.0"}) {
    const problem why = told(agent, spent(5h, 24h));
    BOOST_TEST(why.status == 402, agent);
    BOOST_TEST(why.should_retry().value() == false);
  }
  for (const char* agent : {"OpenAI/Python 3.57.0", "Anthropic/JS 1.14.0", "curl/8.5.0", "aio/1.0",
                            "google-genai-sdk/3.6.1 gl-python/3.11.7"})
    BOOST_TEST(told(agent, spent(5h, 24h)).status == 429, agent);
}

BOOST_AUTO_TEST_CASE(a_status_that_the_operator_chose_and_a_busy_budget_stay_as_they_are) {
  BOOST_TEST(told("opencode/1.2.3", spent(5h, 24h), 403).status == 403);
  hold_refusal busy = spent(5h, 24h);
  busy.reason = refusal_reason::budget_busy;
  busy.retry_after = 2s;
  const problem why = told("opencode/1.2.3", busy);
  BOOST_TEST(why.status == 429);
  BOOST_TEST(why.retry_after_s.value() == 2);
  BOOST_TEST((told(claude_code, busy).asked_by == client_habit::usual));
}

// dialects.md §7.4: billing_error, "spend limit reached (daily; resets …)", retry-after to the reset.
BOOST_AUTO_TEST_CASE(claude_code_is_told_a_spend_limit_with_its_reset) {
  const problem why = told(claude_code, spent(5h, 24h));
  BOOST_TEST(why.status == 429);
  BOOST_TEST(why.retry_after_s.value() == 5 * 3600);
  const std::string body = body_for(why);
  BOOST_TEST(has(body, R"("type":"billing_error","message":"spend limit reached (daily; resets )"),
             body);
  BOOST_TEST(has(body, " UTC): The cap"), body);
  BOOST_TEST(has(body_for(told("curl/8", spent(5h, 24h))),
                 R"("type":"rate_limit_error","message":"The cap)"));
}

BOOST_AUTO_TEST_CASE(a_spend_limit_names_its_period_by_its_length) {
  const auto words = [](wall_time::duration length) {
    return told_message(told(claude_code, spent(1h, length)));
  };
  BOOST_TEST(has(words(23h), "(daily; resets "));
  BOOST_TEST(has(words(25h), "(daily; resets "));
  BOOST_TEST(has(words(7 * 24h), "(weekly; resets "));
  BOOST_TEST(has(words(28 * 24h), "(monthly; resets "));
  BOOST_TEST(has(words(31 * 24h + 1h), "(monthly; resets "));
  BOOST_TEST(has(words(1h), "reached (resets "));
  BOOST_TEST(has(words(26h), "reached (resets "));
  hold_refusal forever = spent(1h, 24h);
  forever.standing.window.end.reset();
  const problem why = told(claude_code, forever);
  BOOST_TEST(has(told_message(why), "spend limit reached: The cap"));
  BOOST_TEST(!why.retry_after_s.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_a_whole_cap_is_not_told_to_wait) {
  hold_refusal large = spent(30s, 60s);
  large.requested = 101;
  const problem why = told("curl/8", large);
  BOOST_TEST(!why.retry_after_s.has_value());
  BOOST_TEST(told_message(why).starts_with("This request alone is larger than the whole cap "));
  BOOST_TEST(has(told_message(why), "shorten it, or raise the cap."));
  large.requested = 100;
  const problem fits = told("curl/8", large);
  BOOST_TEST(fits.retry_after_s.value() == 30);
  BOOST_TEST(told_message(fits).starts_with("The cap "));
}

BOOST_AUTO_TEST_CASE(the_operators_text_stands_behind_the_figures) {
  problem why = told("curl/8", spent(5h, 24h));
  const std::string figures = told_message(why);
  why.message = "Ask #llm-budget.";
  BOOST_TEST(told_message(why) == figures + " Ask #llm-budget.");
  BOOST_TEST(has(find_dialect("openai")->error_body(why, call_id{}), "Ask #llm-budget."));
  BOOST_TEST(told_message(make_problem(problem_kind::not_found, "no")) == "no");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
