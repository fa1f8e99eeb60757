// Goal: the commands say what is so, teach, and end with the right status. Method: run in this
// process against a real admin server, with their output captured.
#include <fstream>
#include <iostream>
#include <sstream>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/admin/running_admin.hpp"
#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/captured_command.hpp"
#include "gateway/cli/command_line.hpp"
#include "tokenizer/models/named_encodings.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(cli_commands)

namespace {

ended ask(const running_admin& admin, std::vector<std::string> words) {
  for (auto* more : {"--admin", "--token-file"}) {
    words.emplace_back(more);
    words.push_back(more == std::string_view("--admin")
                        ? "127.0.0.1:" + std::to_string(admin.port())
                        : admin.token_file());
  }
  return run_captured(words);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string write_file(const scratch_directory& directory, const std::string& name,
                       const std::string& text) {
  const auto path = directory.path() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

}  // namespace

BOOST_AUTO_TEST_CASE(help_teaches_and_every_command_has_its_own) {
  const auto help = run_captured({"--help"});
  BOOST_TEST(help.status == 0);
  for (const auto* name : {"serve", "check-config", "keys", "caps", "spend", "ledger", "count",
                           "prices", "simulate"}) {
    BOOST_TEST(has(help.out, "\n  " + std::string(name) + " "), name);
    const auto one = run_captured({name, "--help"});
    BOOST_TEST(one.status == 0, name);
    BOOST_TEST(has(one.out, name), name);
  }
  BOOST_TEST(run_captured({"keys", "create", "--help"}).status == 0);
  BOOST_TEST(run_captured({"help", "spend"}).out == run_captured({"spend", "--help"}).out);
  BOOST_TEST(run_captured({"--version"}).out.starts_with("stint "));
}

BOOST_AUTO_TEST_CASE(misuse_ends_with_2_and_the_nearest_command) {
  BOOST_TEST(run_captured({}).status == 2);
  const auto slip = run_captured({"spent"});
  BOOST_TEST(slip.status == 2);
  BOOST_TEST(has(slip.err, "did you mean spend?"));
  BOOST_TEST(run_captured({"spend", "--nonsense"}).status == 2);
  BOOST_TEST(run_captured({"spend", "--for", "x"}).status == 2);
  BOOST_TEST(run_captured({"spend", "--from", "tomorrow"}).status == 2);
  BOOST_TEST(run_captured({"spend", "--from", "2026-11-02", "--to", "2026-11-01"}).status == 2);
  BOOST_TEST(run_captured({"keys"}).status == 2);
  BOOST_TEST(run_captured({"keys", "create"}).status == 2);
  BOOST_TEST(run_captured({"keys", "revoke", "sk-stint-x"}).status == 2);
  BOOST_TEST(run_captured({"ledger", "show", "x"}).status == 2);
  BOOST_TEST(run_captured({"caps", "--format", "xml"}).status == 2);
  BOOST_TEST(run_captured({"caps", "--admin", "nowhere"}).status == 2);
  BOOST_TEST(run_captured({"caps", "--admin", "http://me@h:1"}).status == 2);
  BOOST_TEST(run_captured({"caps", "--admin", "h:0"}).status == 2);
}

// Both once read their words by themselves, and passed over one that made no sense.
BOOST_AUTO_TEST_CASE(serve_and_simulate_end_as_the_other_commands_do) {
  for (const std::string name : {"serve", "simulate"}) {
    BOOST_TEST(run_captured({name, "--nonsense"}).status == 2, name);
    const auto stray = run_captured({name, "stray"});
    BOOST_TEST(stray.status == 2, name);
    BOOST_TEST(has(stray.err, "See stint " + name + " --help"), stray.err);
  }
  BOOST_TEST(run_captured({"simulate", "--length", "long"}).status == 2);
  BOOST_TEST(run_captured({"simulate", "--delay-token-ms", "-1"}).status == 2);
  const auto unreadable = run_captured({"serve", "--config", "/nonexistent/stint.yaml"});
  BOOST_TEST(unreadable.status == 1);
  BOOST_TEST(has(unreadable.err, "/nonexistent/stint.yaml: cannot read this file"));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_does_not_run_is_said_so) {
  std::string token_file;
  std::string port;
  const scratch_directory directory;
  {
    const running_admin admin;
    port = std::to_string(admin.port());
  }
  token_file = directory.path() + "/token";
  (void)load_or_make_admin_token(token_file);
  const auto got =
      run_captured({"caps", "--admin", "127.0.0.1:" + port, "--token-file", token_file});
  BOOST_TEST(got.status == 1);
  BOOST_TEST(has(got.err, "no gateway answers at 127.0.0.1:" + port));
  BOOST_TEST(has(got.err, "start it with ./start, or name it with --admin"));
}

BOOST_AUTO_TEST_CASE(a_wrong_token_is_said_so) {
  const running_admin admin;
  const scratch_directory directory;
  const auto token_file = directory.path() + "/token";
  (void)load_or_make_admin_token(token_file);
  const auto got =
      run_captured({"caps", "--admin", "http://127.0.0.1:" + std::to_string(admin.port()),
                    "--token-file", token_file});
  BOOST_TEST(got.status == 1);
  BOOST_TEST(has(got.err, "needs the admin token"));
}

BOOST_AUTO_TEST_CASE(keys_are_created_listed_and_revoked) {
  running_admin admin;
  const auto made = ask(admin, {"keys", "create", "--tenant", "acme", "--feature", "chat",
                                "--expires", "90d", "--quiet"});
  BOOST_TEST(made.status == 0, made.err);
  BOOST_TEST(made.out.size() == 53u);
  BOOST_TEST(has(ask(admin, {"keys", "create", "--tenant", "beta"}).out, "shown this once"));
  const auto list = ask(admin, {"keys", "list"});
  BOOST_TEST(has(list.out, "acme"));
  BOOST_TEST(!has(list.out, made.out.substr(0, 52)));
  const auto id = admin.keys().list().front().id;
  BOOST_TEST(has(ask(admin, {"keys", "revoke", id}).out, id + " is revoked since "));
  // It was told as if it had done something.
  BOOST_TEST(has(ask(admin, {"keys", "revoke", id}).out, id + " was already revoked, at "));
  BOOST_TEST(has(run_captured({"ledger", "repair-clock", "--help"}).out, "1. set the clock right"));
  BOOST_TEST(has(ask(admin, {"keys", "list", "--format", "csv"}).out, id + ",revoked,acme,chat"));
  BOOST_TEST(ask(admin, {"keys", "revoke", "key_none"}).status == 1);
  BOOST_TEST(ask(admin, {"keys", "create", "--tenant", "a b"}).status == 1);
}

BOOST_AUTO_TEST_CASE(changes_of_keys_are_audited_with_their_reason_and_state) {
  running_admin admin;
  BOOST_TEST(ask(admin, {"keys", "create", "--tenant", "acme", "--reason", "a trial"}).status == 0);
  virtual_key over = admin.keys().list().front();
  const std::string made = over.id;
  over.id = "key_over";
  over.hash.front() ^= 1;
  over.expires = over.created;
  admin.keys().put(over);
  BOOST_TEST(ask(admin, {"keys", "revoke", over.id, "--reason", "it is over"}).status == 0);
  BOOST_TEST(ask(admin, {"keys", "revoke", made}).status == 0);
  const std::string shown = ask(admin, {"ledger", "audit", "--format", "csv"}).out;
  for (const std::string& line :
       {"key_created," + made + ",not there,\"active, tenant acme\",a trial",
        "key_revoked," + over.id + ",expired,\"revoked, tenant acme\",it is over",
        "key_revoked," + made + ",active,\"revoked, tenant acme\","})
    BOOST_TEST(has(shown, line), line << " is not in " << shown);
  BOOST_TEST(ask(admin, {"keys", "create", "--tenant", "acme", "--reason", " "}).status != 0);
}

BOOST_AUTO_TEST_CASE(caps_are_shown_with_what_is_used_and_left) {
  running_admin admin;
  admin.spend("acme", 100, nanodollars(12'500'000'000));
  const auto table = ask(admin, {"caps"});
  BOOST_TEST(table.status == 0, table.err);
  BOOST_TEST(has(table.out, "$50.00  $12.50  $0.00   $37.50    25%"), table.out);
  BOOST_TEST(has(table.out, "each call"));
  BOOST_TEST(has(ask(admin, {"caps", "--cap", "tenant-day", "--format", "csv"}).out,
                 "tenant-day,acme,usd,day,enforce,50.00,12.50,0.00,37.50"));
  BOOST_TEST(ask(admin, {"caps", "--cap", "none"}).status == 1);
}

BOOST_AUTO_TEST_CASE(simulated_books_are_shown_where_they_are_asked_for) {
  running_admin admin(false, "simulated: {books: apart}\n");
  admin.spend("acme", 7, nanodollars(1));
  BOOST_TEST(has(ask(admin, {"spend"}).out, "stint spend --simulated"));
  BOOST_TEST(has(ask(admin, {"spend", "--simulated"}).out, "acme"));
  BOOST_TEST(!has(ask(admin, {"caps"}).out, "simulated:"));
  BOOST_TEST(has(ask(admin, {"caps", "--simulated"}).out, "simulated:all-tokens"));
}

BOOST_AUTO_TEST_CASE(spend_is_shown_in_three_forms) {
  running_admin admin;
  admin.spend("acme", 1'234, nanodollars(1));
  admin.spend("beta", 1, nanodollars(2));
  const auto table = ask(admin, {"spend", "--by", "tenant", "--from", "today"});
  BOOST_TEST(table.status == 0, table.err);
  BOOST_TEST(has(table.out, "$0.000000003"));
  BOOST_TEST(has(table.out, "total"));
  const auto csv = ask(admin, {"spend", "--by", "tenant,model", "--format", "csv"});
  BOOST_TEST(has(csv.out, "tenant,model,calls,flagged_calls,input_tokens"));
  BOOST_TEST(has(csv.out, "\nacme,gpt-4o,1,0,1234,"), csv.out);
  const auto one = boost::json::parse(
      ask(admin, {"spend", "--by", "", "--match", "tenant:acme", "--format", "json"}).out);
  BOOST_TEST(one.at("total").at("calls").as_int64() == 1);
  BOOST_TEST(ask(admin, {"spend", "--by", "user"}).status == 1);
}

BOOST_AUTO_TEST_CASE(the_ledger_is_listed_shown_and_proved) {
  running_admin admin;
  const auto id = admin.spend("acme", 10, nanodollars(1));
  admin.spend("acme", 20, nanodollars(1));
  const auto list =
      ask(admin, {"ledger", "list", "--limit", "2", "--match", "tenant:acme", "--from", "today"});
  BOOST_TEST(has(list.out, id));
  BOOST_TEST(has(list.out, "older ones: --before " + id));
  const auto show = ask(admin, {"ledger", "show", id});
  BOOST_TEST(has(show.out, "tenant: acme\n"));
  BOOST_TEST(has(show.out, "  input_tokens: 10\n"));
  const auto proof = ask(admin, {"ledger", "verify"});
  BOOST_TEST(proof.status == 0, proof.err);
  BOOST_TEST(has(proof.out, "agrees with itself: 2 rows"));
}

BOOST_AUTO_TEST_CASE(the_ledger_is_backed_up_while_it_runs_and_restored) {
  const scratch_directory directory;
  const auto backup = directory.path() + "/backup";
  const auto restored = directory.path() + "/restored";
  running_admin admin;
  admin.spend("acme", 10, nanodollars(1));
  const auto made = ask(admin, {"ledger", "backup", backup});
  BOOST_TEST(made.status == 0, made.err);
  BOOST_TEST(has(made.out, "backed up: " + backup));
  const auto again = ask(admin, {"ledger", "backup", backup});
  BOOST_TEST(again.status == 1);
  BOOST_TEST(has(again.err, "is not empty"));
  BOOST_TEST(ask(admin, {"ledger", "backup"}).status == 2);
  const auto back = run_captured({"ledger", "restore", backup, restored});
  BOOST_TEST(back.status == 0, back.err);
  BOOST_TEST(has(back.out, "restored: " + restored));
  BOOST_TEST(has(run_captured({"ledger", "restore", restored, restored + "2"}).err,
                 "not a finished backup"));
  BOOST_TEST(has(run_captured({"ledger", "backup", "--help"}).out, "stint ledger restore"));
}

BOOST_AUTO_TEST_CASE(the_shipped_configuration_and_prices_pass_their_checks) {
  const std::string shipped = std::string(STINT_SOURCE_DIR) + "/config/stint.yaml";
  const auto good = run_captured({"check-config", shipped});
  BOOST_TEST(good.status == 0, good.err);
  BOOST_TEST(has(good.out, "no mistakes"));
  const auto prices = run_captured({"prices", "--check", "--config", shipped});
  BOOST_TEST(prices.status == 0, prices.err);
  BOOST_TEST(
      has(run_captured({"prices", "--config", shipped, "--model", "gpt-4o"}).out, "\ngpt-4o "));
  BOOST_TEST(run_captured({"prices", "--config", shipped, "--model", "no-such-model"}).status == 1);
}

BOOST_AUTO_TEST_CASE(a_broken_configuration_is_shown_line_by_line) {
  const scratch_directory directory;
  const auto file = write_file(directory, "stint.yaml", "treads: 2\ncaps:\n  - {name: a}\n");
  const auto got = run_captured({"check-config", file});
  BOOST_TEST(got.status == 1);
  BOOST_TEST(has(got.err, file + ":1: treads: unknown key (did you mean threads?)"));
  BOOST_TEST(has(got.err, file + ":3: caps[0].limit: missing"));
  BOOST_TEST(has(got.err, "4 mistakes"));
}

BOOST_AUTO_TEST_CASE(an_encoding_or_a_tokenizer_file_counts_text) {
  const scratch_directory directory;
  const auto text = write_file(directory, "text", "hello world 123");
  BOOST_TEST(run_captured({"count", "--encoding", "qwen3", text}).out ==
             "6 tokens (text, qwen3, exact)\n");
  const std::string ranks = STINT_SOURCE_DIR "/tokenizer/vocab/r50k_base.tiktoken";
  BOOST_TEST(run_captured({"count", "--encoding", ranks, "--split", "gpt2", text}).out ==
             "3 tokens (text, r50k_base.tiktoken, exact)\n");
  const auto json =
      boost::json::parse(run_captured({"count", "--encoding", "r50k_base", "--json", text}).out);
  BOOST_TEST(json.at("tokens").as_int64() == 3);
  BOOST_TEST(json.at("as").as_string() == "text");
  const auto without = run_captured({"count", "--encoding", ranks, text});
  BOOST_TEST(without.status == 1);
  BOOST_TEST(has(without.err, "name the split"));
  BOOST_TEST(has(run_captured({"count", "--encoding", "o201k_base", text}).err,
                 "o200k_base, o200k_harmony"));
  BOOST_TEST(run_captured({"count", text}).status == 2);
  BOOST_TEST(run_captured({"count", "--encoding", "qwen3", "--model", "gpt-4o", text}).status == 2);
}
BOOST_AUTO_TEST_CASE(texts_and_chat_requests_are_counted) {
  const scratch_directory directory;
  const auto text = write_file(directory, "text", "hello world");
  BOOST_TEST(run_captured({"count", "--model", "gpt-4o", text}).out ==
             "2 tokens (text, o200k_base, exact)\n");
  const auto request =
      write_file(directory, "request", R"({"messages":[{"role":"user","content":"hello world"}]})");
  const auto chat =
      boost::json::parse(run_captured({"count", "--model", "gpt-4o", "--json", request}).out);
  BOOST_TEST(chat.at("as").as_string() == "request");
  BOOST_TEST(chat.at("tokens").as_int64() > 2);
  BOOST_TEST(has(run_captured({"count", "--model", "gpt-4o", "--text", request}).out, "(text,"));
  BOOST_TEST(has(run_captured({"count", "--model", "claude-sonnet-5", text}).out, "estimate"));
  BOOST_TEST(run_captured({"count", "--model", "gpt-4o", "/nowhere"}).status == 1);
  BOOST_TEST(run_captured({"count", "--model", "gpt-4o"}).status == 2);
}

// The same text with the same encoding was exact by --encoding and an estimate by --model.
BOOST_AUTO_TEST_CASE(a_text_is_exact_by_model_where_it_is_by_encoding) {
  const scratch_directory directory;
  const auto text = write_file(directory, "text", "hello world 123");
  for (const auto& [model, encoding] :
       {std::pair{"qwen3-32b", "qwen3"}, std::pair{"deepseek-chat", "deepseek_v3"}}) {
    BOOST_TEST(run_captured({"count", "--model", model, "--text", text}).out ==
               run_captured({"count", "--encoding", encoding, text}).out);
  }
}

// A directory had 0 tokens.
BOOST_AUTO_TEST_CASE(a_directory_is_not_an_empty_text) {
  const scratch_directory directory;
  for (const std::string with : {"--model=gpt-4o", "--encoding=qwen3"}) {
    const auto got = run_captured({"count", with, directory.path()});
    BOOST_TEST(got.status == 1);
    BOOST_TEST(got.out.empty());
    BOOST_TEST(has(got.err, "is a directory"), got.err);
  }
  // Opens, but cannot be read: the first page of a process is mapped nowhere.
  const auto unreadable = run_captured({"count", "--model", "gpt-4o", "/proc/self/mem"});
  BOOST_TEST(unreadable.status == 1);
  BOOST_TEST(has(unreadable.err, "cannot read"), unreadable.err);
}

BOOST_AUTO_TEST_CASE(an_admin_address_is_host_and_port) {
  BOOST_TEST(parse_admin_address("http://127.0.0.1:8081/").port == "8081");
  BOOST_TEST(parse_admin_address("localhost:1").host == "localhost");
  BOOST_TEST(parse_admin_address("[::1]:8081").host == "::1");
  for (const auto* wrong :
       {"", "127.0.0.1", "https://h:1", "http://h:x", "::1:80", "h:123456", "a/b:1"}) {
    BOOST_CHECK_THROW((void)parse_admin_address(wrong), misuse);
  }
  BOOST_TEST(query_part("match", "tenant:a b&c") == "&match=tenant%3Aa%20b%26c");
}

BOOST_AUTO_TEST_SUITE_END()
