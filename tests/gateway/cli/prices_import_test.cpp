// Goal: a list becomes a price file that Stint reads, and the reader is told what is missing and what differs.
// Method: run in this process, with its output captured.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/cli/captured_command.hpp"
#include "pricing/price_file.hpp"
#include "scratch_directory.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(prices_import_command)

namespace {

struct files {
  scratch_directory scratch;
  std::string list = write("api.json", R"({"openai": {"models": {
    "gpt-x": {"cost": {"input": 2, "output": 8}}, "gpt-y": {"cost": {"input": 1, "output": 2}}, "gpt-z": {}}}})");
  std::string used =
      write("prices.yaml",
            "version: \"v1\"\nupdated: 2026-11-01\nproviders: {openai: {}}\nprices:\n"
            "  - {model: gpt-x, provider: openai, input: 1, output: 8, source: s, "
            "source_date: 2026-11}\n"
            "  - {model: other, provider: openai, input: 1, output: 8, source: s, "
            "source_date: 2026-11}\n");

  std::string write(const std::string& name, const std::string& text) const {
    std::string path = scratch.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  [[nodiscard]] ended import(std::vector<std::string> more) const {
    std::vector<std::string> words = {"prices", "import", list, "--file", used};
    words.insert(words.end(), more.begin(), more.end());
    return run_captured(words);
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_list_becomes_a_price_file_that_is_read, files) {
  const ended done = import({});
  BOOST_TEST(done.status == 0, done.err);
  const auto read = parse_price_file(done.out);
  BOOST_TEST_REQUIRE(std::holds_alternative<price_book>(read), done.out);
  BOOST_TEST(std::get<price_book>(read).prices().size() == 2U);
  BOOST_TEST(has(done.out, "version: \"models.dev 20"));
}

BOOST_FIXTURE_TEST_CASE(what_differs_from_the_prices_in_use_and_what_is_missing_is_told, files) {
  const ended done = import({});
  BOOST_TEST(has(done.err, "models.dev: 2 prices, 0 aliases"), done.err);
  BOOST_TEST(has(done.err, "left: no price: 1 model (gpt-z)"), done.err);
  BOOST_TEST(has(done.err, "differs from version v1: gpt-x: input $1.00 → $2.00"), done.err);
  BOOST_TEST(has(done.err, "1 of them have no price in version v1"), done.err);
  BOOST_TEST(!has(done.err, "other"), done.err);
}

BOOST_FIXTURE_TEST_CASE(only_the_models_and_sellers_that_are_asked_for_are_imported, files) {
  const ended one = import({"--model", "*-y"});
  BOOST_TEST(has(one.out, "gpt-y"));
  BOOST_TEST(!has(one.out, "gpt-x"));
  const ended none = import({"--provider", "azure"});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.out.empty());
  BOOST_TEST(has(none.err, "no price could be carried over"), none.err);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_there_is_not_overwritten, files) {
  const std::string made = scratch.path() + "/made.yaml";
  const ended first = import({"--output", made});
  BOOST_TEST(first.status == 0, first.err);
  BOOST_TEST(first.out.empty());
  BOOST_TEST(std::holds_alternative<price_book>(load_price_file(made)));
  const ended again = import({"--output", made});
  BOOST_TEST(again.status == 1);
  BOOST_TEST(has(again.err, "is there already"), again.err);
}

BOOST_FIXTURE_TEST_CASE(a_link_to_nowhere_is_not_followed, files) {
  const std::string made = scratch.path() + "/made.yaml";
  const std::string elsewhere = scratch.path() + "/elsewhere.yaml";
  std::filesystem::create_symlink(elsewhere, made);
  const ended done = import({"--output", made});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "is there already"), done.err);
  BOOST_TEST(!std::filesystem::exists(elsewhere));
  const ended nowhere = import({"--output", scratch.path() + "/none/made.yaml"});
  BOOST_TEST(nowhere.status == 1);
  BOOST_TEST(has(nowhere.err, "No such file or directory"), nowhere.err);
}

// As a full disk behind standard output does.
BOOST_FIXTURE_TEST_CASE(a_price_file_that_cannot_be_printed_is_told, files) {
  std::ofstream full("/dev/full");
  auto* const old_out = std::cout.rdbuf(full.rdbuf());
  std::ostringstream err;
  auto* const old_err = std::cerr.rdbuf(err.rdbuf());
  const int status = run_stint(std::vector<std::string>{"prices", "import", list, "--file", used});
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  BOOST_TEST(status == 1);
  BOOST_TEST(has(err.str(), "cannot write the price file to standard output"), err.str());
}

BOOST_FIXTURE_TEST_CASE(a_list_of_odd_prices_is_told_and_ends_nothing, files) {
  write("api.json", R"({"openai": {"models": {
    "gpt-x": {"cost": {"input": 2}, "limit": {"context": 2000000000}},
    "gpt-y": {"cost": {"input": 2, "output": 8, "tiers": [{"input": 3, "tier": {"type": "context", "size": 9}},
                                                          {"input": 4, "tier": {"type": "context", "size": 9}}]}},
    "gpt-z": {"cost": {"input": 1, "output": 2}}}}})");
  const ended done = import({});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(done.err, "left: a window or a longest answer beyond"), done.err);
  BOOST_TEST(has(done.err, "left: steps that do not ascend: 1 model (gpt-y)"), done.err);
  const auto read = parse_price_file(done.out);
  BOOST_TEST_REQUIRE(std::holds_alternative<price_book>(read), done.out);
  BOOST_TEST(std::get<price_book>(read).prices().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(mistakes_name_the_file_and_the_fix, files) {
  BOOST_TEST(run_captured({"prices", "import"}).status == 2);
  BOOST_TEST(run_captured({"prices", "import", scratch.path() + "/nowhere.json"}).status == 1);
  const ended other = run_captured({"prices", "import", used, "--file", used});
  BOOST_TEST(other.status == 1);
  BOOST_TEST(has(other.err, "is no list of prices that is known"), other.err);
  BOOST_TEST(run_captured({"prices", "import", "--help"}).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
