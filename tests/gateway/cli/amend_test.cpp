// `stint ledger release`, `correct` and `audit` against a real admin server above a real ledger, and
// what they answer to mistakes.
#include <thread>

#include <boost/test/unit_test.hpp>

#include "gateway/admin/running_admin.hpp"
#include "gateway/admin/token.hpp"
#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/captured_command.hpp"
#include "gateway/cli/ledger_amend.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(ledger_amend_suite)

namespace {

struct fixture {
  running_admin admin;
  // Of tenant acme and gpt-4o: 10 tokens in, 500 out, of which nobody saw the end.
  const std::string id = admin.leave_unknown("acme");
  [[nodiscard]] ledger_row row() { return admin.ledger().row(*parse_call_id(id)).value(); }

  [[nodiscard]] ended ask(std::vector<std::string> words) const {
    words.insert(words.begin(), "ledger");
    for (const auto& more : {std::string("--admin"), "127.0.0.1:" + std::to_string(admin.port()),
                             std::string("--token-file"), admin.token_file()})
      words.push_back(more);
    return run_captured(words);
  }
  void complains(const std::vector<std::string>& words, const std::string& part) const {
    const auto got = ask(words);
    BOOST_TEST(got.status != 0);
    BOOST_TEST(got.err.find(part) != std::string::npos, got.err << " lacks " << part);
  }
};

bool has(const ended& got, const std::string& part) {
  return got.out.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_unknown_call_is_listed_released_and_gone_from_the_list, fixture) {
  BOOST_TEST(has(ask({"list", "--unknown"}), id));
  const auto done = ask({"release", id, "--reason", "the provider was down"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(done, id + " is released: 510 tokens, "), done.out);
  BOOST_TEST(has(done, " before, 0 tokens, $0"), done.out);
  BOOST_TEST(!has(ask({"list", "--unknown"}), id));
  BOOST_TEST(has(ask({"list"}), id));
  const auto audits = ask({"audit"});
  for (const char* part : {"call_released", "admin", "127.0.0.1", "the provider was down"})
    BOOST_TEST(has(audits, part), audits.out);
  BOOST_TEST(has(audits, id));
  BOOST_TEST(has(ask({"audit", "--format", "csv"}), "call_released," + id));
  const auto shown = ask({"show", id});
  BOOST_TEST(has(shown, "why: answer"), shown.out);
  BOOST_TEST(has(shown, "why: correction"), shown.out);
  BOOST_TEST(has(shown, "output_tokens: -500"), shown.out);
}

BOOST_FIXTURE_TEST_CASE(a_correction_keeps_what_is_not_named_and_costs_what_the_price_says,
                        fixture) {
  const auto done = ask({"correct", id, "--set", "output_tokens=100", "--reason", "their page"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(done, " before, 110 tokens, "), done.out);
  BOOST_TEST(row().used.input_tokens == 10);
  BOOST_TEST(row().cost.count() == 10 * 2'500 + 100 * 10'000);
  const auto again = ask({"correct", id, "--cost", "0.5", "--reason", "their invoice"});
  BOOST_TEST(again.status == 0, again.err);
  BOOST_TEST(row().cost.count() == 500'000'000);
  BOOST_TEST(row().used.output_tokens == 100);
}

BOOST_FIXTURE_TEST_CASE(a_released_call_is_corrected_from_what_it_was_charged_for, fixture) {
  BOOST_TEST(ask({"release", id, "--reason", "their page was down"}).status == 0);
  BOOST_TEST(row().used.input_tokens == 0);
  const auto done = ask({"correct", id, "--set", "output_tokens=100", "--reason", "their page"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(row().used.input_tokens == 10);
  BOOST_TEST(row().cost.count() == 10 * 2'500 + 100 * 10'000);
}

// Before: what it had been charged for, a bound, was put back as used.
BOOST_FIXTURE_TEST_CASE(a_released_call_that_is_told_a_cost_alone_used_nothing, fixture) {
  BOOST_TEST(ask({"release", id, "--reason", "their page was down"}).status == 0);
  const auto done = ask({"correct", id, "--cost", "0.5", "--reason", "their invoice"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(row().cost.count() == 500'000'000);
  BOOST_TEST((row().used == usage{}));
}

// Before: all that answered was priced as the model that is named, whichever model did it.
BOOST_FIXTURE_TEST_CASE(what_several_models_answered_together_has_no_price_of_one, fixture) {
  const std::string two = admin.leave_shared("gpt-4o", "another");
  complains({"correct", two, "--set", "output_tokens=100", "--reason", "x"},
            "several models worked on the call");
  const std::string one = admin.leave_shared("gpt-4o", "gpt-4o");
  const auto done = ask({"correct", one, "--set", "output_tokens=100", "--reason", "x"});
  BOOST_TEST(done.status == 0, done.err);
}

// Each tells another kind; before, the later one told the earlier one's kind as it had been.
BOOST_FIXTURE_TEST_CASE(corrections_at_the_same_time_all_count, fixture) {
  const auto correct = [this](const char* figures) {
    const admin_client gateway({.host = "127.0.0.1",
                                .port = std::to_string(admin.port()),
                                .token = load_admin_token(admin.token_file())});
    (void)gateway.post("/api/v1/ledger/" + id + "/correct",
                       std::string(R"({"reason":"x","usage":{)") + figures + "}}");
  };
  for (int round = 0; round < 10; ++round) {
    const std::string output = "\"output_tokens\":" + std::to_string(100 + round);
    const std::string input = "\"input_tokens\":" + std::to_string(20 + round);
    std::thread one([&] { correct(output.c_str()); });
    std::thread other([&] { correct(input.c_str()); });
    one.join();
    other.join();
    BOOST_TEST(row().used.output_tokens == 100 + round);
    BOOST_TEST(row().used.input_tokens == 20 + round);
    BOOST_TEST(row().cost.count() == (20 + round) * 2'500 + (100 + round) * 10'000);
  }
}

BOOST_FIXTURE_TEST_CASE(mistakes_name_the_field_and_the_fix, fixture) {
  const std::string other = "01956a00-0000-7000-8000-000000000000";
  complains({"release", id}, "--reason: say why");
  complains({"release", "7", "--reason", "x"}, "\"7\" is no request id");
  complains({"release", "--reason", "x"}, "which call?");
  complains({"correct", id, id, "--cost", "1", "--reason", "x"}, "one call at a time");
  complains({"correct", id, "--set", "pages=1", "--set", "pages=2", "--reason", "x"},
            "given twice");
  complains({"release", other, "--reason", "x"}, "no call with this id is recorded");
  complains({"correct", id, "--reason", "x"}, "--set output_tokens=120");
  complains({"correct", id, "--set", "output=1", "--reason", "x"}, "usage.output");
  complains({"correct", id, "--set", "output_tokens", "--reason", "x"}, "expected a count");
  complains({"correct", id, "--cost", "cheap", "--reason", "x"}, "cost_usd: expected dollars");
  complains({"correct", id, "--set", "output_tokens=2000000000", "--reason", "x"},
            "no call can use");
  complains({"correct", id, "--set", "output_tokens=500", "--reason", " "}, "say in one line why");
  complains({"list", "--flag", "unknwon"}, "flag: there is none called \"unknwon\"");
  BOOST_TEST(ask({"release", id, "--reason", "x"}).status == 0);
  complains({"release", id, "--reason", "x"}, "what the call used is known");
}

BOOST_FIXTURE_TEST_CASE(several_are_released_at_once_and_found_as_told_differently, fixture) {
  const std::string other = admin.leave_unknown("acme");
  const auto done = ask({"release", id, other, "--reason", "the provider was down"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(done, id + " is released"));
  BOOST_TEST(has(done, other + " is released"));
  BOOST_TEST(has(ask({"list", "--flag", "corrected", "--flag", "counted"}), other));
  BOOST_TEST(!has(ask({"list", "--flag", "corrected", "--unknown"}), other));
}

// The price that it was charged by is not known any more.
BOOST_FIXTURE_TEST_CASE(a_call_of_another_price_file_is_not_corrected_at_this_one_s_prices,
                        fixture) {
  const std::string old = admin.leave_unknown("acme", "test-0");
  complains({"correct", old, "--set", "output_tokens=100", "--reason", "x"},
            "cost_usd: the call was priced by version test-0");
  BOOST_TEST(ask({"correct", old, "--set", "output_tokens=100", "--cost", "0.001", "--reason", "x"})
                 .status == 0);
}

BOOST_FIXTURE_TEST_CASE(nothing_done_by_hand_says_so, fixture) {
  BOOST_TEST(has(ask({"audit"}), "nothing was ever done by hand"));
  complains({"audit", "--limit", "0"}, "from 1 to 1000");
  complains({"audit", "--after", "x"}, "after: expected the number of a record");
}

BOOST_FIXTURE_TEST_CASE(what_was_done_by_hand_is_paged_from_the_oldest, fixture) {
  const std::string other = admin.leave_unknown("acme");
  BOOST_TEST(ask({"release", id, other, "--reason", "x"}).status == 0);
  const auto first = ask({"audit", "--after", "0", "--limit", "1", "--format", "csv"});
  BOOST_TEST(has(first, id));
  BOOST_TEST(!has(first, other));
  BOOST_TEST(has(ask({"audit", "--after", "1", "--format", "csv"}), other));
  BOOST_TEST(has(ask({"audit", "--after", "2"}), "nothing was ever done by hand"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
