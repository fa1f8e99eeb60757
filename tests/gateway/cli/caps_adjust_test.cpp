// `stint caps raise`, `reset` and `history` against a real admin server above a real ledger, and
// what they answer to mistakes.
#include "gateway/cli/caps_adjust.hpp"

#include <iostream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "gateway/admin/running_admin.hpp"
#include "gateway/cli/captured_command.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(caps_adjust_suite)

namespace {

struct fixture {
  running_admin admin;

  [[nodiscard]] ended ask(std::vector<std::string> words) const {
    words.insert(words.begin(), "caps");
    for (const auto& more : {std::string("--admin"), "127.0.0.1:" + std::to_string(admin.port()),
                             std::string("--token-file"), admin.token_file()})
      words.push_back(more);
    return run_captured(words);
  }
  [[nodiscard]] std::string complaint(std::vector<std::string> words) const {
    const auto got = ask(std::move(words));
    BOOST_TEST(got.status != 0);
    return got.err;
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_raise_is_shown_and_listed, fixture) {
  admin.spend("acme", 100, nanodollars{40'000'000'000});
  const auto raised =
      ask({"raise", "tenant-day", "--by", "200usd", "--until", "tomorrow", "--reason", "launch"});
  BOOST_TEST(raised.status == 0, raised.err);
  BOOST_TEST(has(raised.out, "tenant-day (all) is raised by $200"), raised.out);
  const auto shown = ask({"--cap", "tenant-day"});
  BOOST_TEST(has(shown.out, "$250"), shown.out);
  BOOST_TEST(has(shown.out, "raised by $200"), shown.out);
  const auto listed = ask({"history"});
  BOOST_TEST(has(listed.out, "launch"), listed.out);
  BOOST_TEST(has(listed.out, "admin"), listed.out);
  BOOST_TEST(has(ask({"history", "--format", "csv"}).out, "raise,tenant-day"));
}

BOOST_FIXTURE_TEST_CASE(a_reset_says_what_the_counter_stood_at, fixture) {
  BOOST_TEST(has(ask({"history"}).out, "no cap was ever raised or reset"));
  admin.spend("acme", 100, nanodollars{40'000'000'000});
  const auto reset = ask({"reset", "tenant-day", "--scope", "acme", "--reason", "test traffic"});
  BOOST_TEST(reset.status == 0, reset.err);
  BOOST_TEST(has(reset.out, "tenant-day (acme) counts from nothing again; it stood at $40"),
             reset.out);
  BOOST_TEST(has(ask({}).out, "reset from $40"));
  BOOST_TEST(has(complaint({"reset", "tenant-day", "--scope", "acme", "--reason", "again"}),
                 "scope: nothing has been used"));
  BOOST_TEST(admin.ledger().verify().empty());
}

BOOST_FIXTURE_TEST_CASE(mistakes_name_the_field_and_the_fix, fixture) {
  const std::vector<std::string> why = {"--reason", "launch"};
  const auto raise = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "raise");
    words.insert(words.end(), why.begin(), why.end());
    return complaint(std::move(words));
  };
  BOOST_TEST(has(raise({"--by", "5"}), "which cap?"));
  BOOST_TEST(has(raise({"tenant-day"}), "--by: how much more"));
  BOOST_TEST(has(raise({"nobody", "--by", "5"}), "no cap is called \"nobody\""));
  BOOST_TEST(has(raise({"tenant-day", "--by", "-5"}), "by: cap tenant-day counts dollars"));
  BOOST_TEST(has(raise({"all-tokens", "--by", "5usd", "--until", "24h"}),
                 "by: cap all-tokens counts tokens"));
  BOOST_TEST(has(raise({"all-tokens", "--by", "5"}), "until: cap all-tokens has no window"));
  BOOST_TEST(has(raise({"all-tokens", "--scope", "acme", "--by", "5", "--until", "24h"}),
                 "scope: cap all-tokens has no scopes"));
  BOOST_TEST(
      has(raise({"tenant-day", "--by", "5", "--until", "2001-01-01"}), "until: is over already"));
  BOOST_TEST(
      has(raise({"tenant-day", "--by", "5", "--until", "soon"}), "until: expected tomorrow"));
  BOOST_TEST(has(raise({"runaway", "--by", "5"}), "limits each call alone"));
  BOOST_TEST(has(complaint({"raise", "tenant-day", "--by", "5"}), "--reason: say why"));
  BOOST_TEST(has(complaint({"raise", "tenant-day", "--by", "5", "--reason", " "}), "reason: say"));
  BOOST_TEST(has(complaint({"history", "--limit", "0"}), "limit: expected a number"));
  BOOST_TEST(has(ask({"history"}).out, "no cap was ever raised or reset"));
}

BOOST_FIXTURE_TEST_CASE(help_teaches_with_examples, fixture) {
  for (const auto* verb : {"raise", "reset"}) {
    const auto got = ask({verb, "--help"});
    BOOST_TEST(got.status == 0);
    BOOST_TEST(has(got.out, std::string("stint caps ") + verb));
    BOOST_TEST(has(got.out, "--reason \""));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
