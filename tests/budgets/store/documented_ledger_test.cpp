// The worked example of docs/ledger.md against a real store: one streamed call is held, extended and
// settled, and after each step every record is, byte for byte, what the page shows: in the block of
// that step or, where the step did not change it, in the block of an earlier one. The page's lines
// are read as they stand: `state` or `rows` and a key, `=` and a value (or `deleted`), both in
// hexadecimal and continued below, a remark after `;`.
#include <fstream>
#include <map>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/store/format.hpp"
#include "pricing/text/hex.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(documented_ledger_suite)

namespace {

namespace format = ledger_format;

// Of "state <key>" or "rows <key>" to the value, all in hexadecimal.
using shown_records = std::map<std::string, std::string>;

[[nodiscard]] std::string page() {
  std::ifstream file(std::string(STINT_SOURCE_DIR) + "/docs/ledger.md");
  BOOST_REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Adds the block of the page that begins with ```hex <step>.
void read_block(const std::string& step, shown_records& shown) {
  const std::string text = page();
  const std::string begin = "```hex " + step + "\n";
  const auto from = text.find(begin);
  BOOST_REQUIRE_MESSAGE(from != std::string::npos, "docs/ledger.md has no block of the " << step);
  std::istringstream lines(text.substr(from + begin.size()));
  std::string key;
  bool in_value = false;
  for (std::string line; std::getline(lines, line) && line != "```";) {
    std::istringstream words(line.substr(0, line.find(';')));
    for (std::string word; words >> word;) {
      if (word == "state" || word == "rows") {
        key = word + ' ';
        in_value = false;
      } else if (word == "=") {
        in_value = true;
        shown[key].clear();
      } else if (word == "deleted") {
        shown.erase(key);
      } else {
        (in_value ? shown[key] : key) += word;
      }
    }
  }
}

[[nodiscard]] std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char each : bytes)
    append_hex(text, static_cast<std::uint8_t>(each));
  return text;
}

[[nodiscard]] shown_records stored_in(const driven_writer& books) {
  const ledger_store::moment at(books.writer.store());
  shown_records all;
  const auto take = [&](const char* name, ledger_store::family family, std::string_view until) {
    at.scan(family, "", until, [&](std::string_view key, std::string_view value) {
      all[name + (' ' + hex_of(key))] = hex_of(value);
      return true;
    });
  };
  take("state", ledger_store::family::state, "\xff");
  take("rows", ledger_store::family::rows, "\xff\xff");
  return all;
}

void expect_as_shown(const driven_writer& books, const std::string& step, shown_records& shown) {
  read_block(step, shown);
  const shown_records stored = stored_in(books);
  for (const auto& [key, value] : stored) {
    const auto found = shown.find(key);
    BOOST_TEST_CONTEXT("after the " << step << ", " << key) {
      BOOST_TEST((found == shown.end() ? "not in docs/ledger.md" : found->second) == value);
    }
  }
  for (const auto& [key, value] : shown) {
    BOOST_TEST(stored.contains(key), "after the " << step << " there is no " << key);
  }
}

// A dollar for a million output tokens, a quarter for a million of the prompt.
[[nodiscard]] hold_request documented_call() {
  price sample;
  sample.base.input = nanodollars::per_dollar / 4;
  sample.base.output = nanodollars::per_dollar;
  call_bound bound;
  bound.prompt_tokens = 12;
  hold_request request;
  request.id = make_call_id(monday_ten, 0x123456789abcdef0, 0x0fedcba987654321);
  request.admitted = monday_ten;
  request.charged = charged_to("acme");
  request.worst = {.input_tokens = 12, .output_tokens = 1'000, .cost = {}, .requests = 1};
  elastic_output elastic;
  elastic.first_tokens = 100;
  elastic.cost = cost_of_output(sample, bound, service_tier::standard);
  request.worst.cost = elastic.cost.at(request.worst.output_tokens);
  request.elastic = elastic;
  request.known.input_tokens = 12;
  request.known_cost = nanodollars{3'000};
  request.price_version = "2026-03-01";
  request.streaming = true;
  request.tags = {{"session", "abc"}};
  return request;
}

[[nodiscard]] settlement documented_end(const hold_request& of) {
  settlement what;
  what.id = of.id;
  what.used.input_tokens = 12;
  what.used.output_tokens = 240;
  what.cost = nanodollars{243'000};
  what.price_version = of.price_version;
  what.model_served = "gpt-5-2026";
  what.status = 200;
  what.first_byte = monday_ten + std::chrono::milliseconds{250};
  what.ended = monday_ten + std::chrono::seconds{2};
  return what;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_example_of_the_page_is_what_the_store_holds) {
  const scratch_directory scratch;
  cap day = usd_cap("tenant-day", 50 * nanodollars::per_dollar);
  day.per = {dimension::tenant};
  ledger_options options;
  options.directory = scratch.sub("ledger");
  options.caps = {day};
  driven_writer books(std::move(options));
  shown_records shown;
  expect_as_shown(books, "start", shown);

  const hold_request call = documented_call();
  BOOST_REQUIRE(!books.hold(call).refused);
  expect_as_shown(books, "hold", shown);

  hold_extension more;
  more.id = call.id;
  more.to = with_output(call, 300);
  more.known = call.known;
  more.known.output_tokens = 60;
  more.known_cost = nanodollars{63'000};
  books.run(extend_operation{.what = more, .answer = {}});
  expect_as_shown(books, "extension", shown);

  BOOST_REQUIRE(books.settle(documented_end(call)).recorded);
  expect_as_shown(books, "settlement", shown);
}

// A record that gets a new version, or a new kind of key, changes the page.
BOOST_AUTO_TEST_CASE(the_page_names_the_version_and_every_kind_of_key) {
  const std::string text = page();
  BOOST_TEST(text.find("Format version " + std::to_string(format::version)) != std::string::npos);
  for (const auto each :
       {format::space::adjustments, format::space::caps, format::space::days, format::space::holds,
        format::space::keys, format::space::meta, format::space::counters, format::space::hours}) {
    const std::string row = std::string("| `'") + static_cast<char>(each) + "'`";
    BOOST_TEST(text.find(row) != std::string::npos, "docs/ledger.md has no row " << row);
  }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
