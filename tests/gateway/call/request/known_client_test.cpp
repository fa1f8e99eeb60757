// Goal: clients that must be told of a cut or a refusal in another way are known by what they say of themselves. Method: heads as those
// clients write them.
#include "gateway/call/request/known_client.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/http/field_lines.hpp"

BOOST_AUTO_TEST_SUITE(known_client_suite)

namespace {

using namespace stint;

bool is_told_of_failure(const std::string& fields) {
  const std::string text = "POST /v1/responses HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  static request_head head;
  head.forget();
  std::size_t scanned = 0;
  const head_check checked = check_request_head(text, head_limits{}, scanned, head);
  BOOST_TEST_REQUIRE((checked.state == head_state::complete));
  return takes_cut_for_retry(head);
}

}  // namespace

BOOST_AUTO_TEST_CASE(codex_is_known_by_either_of_its_fields) {
  BOOST_TEST(is_told_of_failure("User-Agent: codex_cli_rs/0.171.0 (Debian 12; x86_64)\r\n"));
  BOOST_TEST(is_told_of_failure("originator: codex_exec\r\n"));
  BOOST_TEST(is_told_of_failure("Originator: Codex Desktop\r\n"));
  BOOST_TEST(!is_told_of_failure("User-Agent: OpenAI/Python 3.57.0\r\n"));
  BOOST_TEST(!is_told_of_failure("X-Note: codex_cli_rs\r\n"));
  BOOST_TEST(!is_told_of_failure(""));
}

BOOST_AUTO_TEST_CASE(who_takes_a_refusal_in_a_way_of_its_own_is_known_by_its_user_agent) {
  BOOST_TEST((habit_of("claude-cli/2.1.331 (external, cli)") == client_habit::claude_code));
  for (const char* agent : {"ai/5.0.93 ai-sdk/provider-utils/3.0.17", "opencode/1.2.3",
                            "ai-sdk/openai/3.0.0", "my-app ai-sdk/openai/3.0.0"})
    BOOST_TEST((habit_of(agent) == client_habit::retries_429), agent);
  for (const char* agent :
       {"", "curl/8.5.0", "aio/1.0", "google-genai-sdk/3.6.1", "a claude-cli/2"})
    BOOST_TEST((habit_of(agent) == client_habit::usual), agent);
}

BOOST_AUTO_TEST_SUITE_END()
