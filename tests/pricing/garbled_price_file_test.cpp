// Goal: no text crashes the reader of the price file or makes a book that breaks the book's own
// rules (its constructor aborts on those). Method: the shipped file cut off, with bytes changed,
// and with lines dropped, doubled and exchanged.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "pricing/price_file.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(garbled_price_file)

namespace {

std::string shipped_text() {
  std::ifstream file{STINT_SOURCE_DIR "/config/prices.yaml"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  BOOST_REQUIRE_GT(text.size(), 10'000u);
  return text;
}

// Its head, one entry of every form and the aliases: small enough to garble many times.
std::string short_text() {
  return R"(version: "1"
updated: 2026-11-21
providers:
  openai: {tiers: {flex: 0.5, batch: 0.5, priority: 2, fast: 2}, web_search: 0.01}
  deepseek: {}
prices:
  - {model: gpt-5.6-sol, provider: openai, from: 2026-08-21,
     input: 4, cached_input: 0.4, cache_write_5m: 5, output: 20, context_window: 1_050_000, max_output: 128_000,
     steps: [{first_tokens: 272_000, input: 8, cached_input: 0.8, cache_write_5m: 10, output: 30}],
     source: genai-prices, source_date: 2026-09-23, note: "uncertain"}
  - {model: deepseek-v4-flash, provider: deepseek, until: 2027-01-01T08:00:00Z, input: 0.22, output: 0.66,
     periods: [{from: "01:00", until: "04:00", days: weekdays, days_seen_at: "+08:00", multiplier: 2},
               {from: "06:00", until: "10:00", days: weekdays, days_seen_at: "+08:00", multiplier: 2}],
     source: genai-prices, source_date: 2026-09-23}
aliases:
  - {prefix: sim/}
  - {from: gpt-5.6, to: gpt-5.6-sol}
)";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find('\n', from), text.size() - 1);
    lines.push_back(text.substr(from, to + 1 - from));
    from = to + 1;
  }
  return lines;
}

// Either a book, or mistakes that each say something and stand on a line of the text.
bool handled(const std::string& text) {
  const auto parsed = parse_price_file(text);
  const auto* list = std::get_if<std::vector<config_mistake>>(&parsed);
  if (list == nullptr) return true;
  const auto line_max =
      2 + std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
  return !list->empty() && std::ranges::all_of(*list, [&](const config_mistake& mistake) {
    return mistake.line >= 0 && mistake.line <= line_max && !mistake.message.empty();
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_short_file_is_correct_before_it_is_garbled) {
  BOOST_TEST(std::holds_alternative<price_book>(parse_price_file(short_text())));
}

BOOST_AUTO_TEST_CASE(a_file_cut_off_anywhere_is_handled) {
  const std::string text = short_text();
  for (std::size_t size = 0; size <= text.size(); ++size) {
    BOOST_REQUIRE_MESSAGE(handled(text.substr(0, size)), "cut off at " << size);
  }
  const std::string shipped = shipped_text();
  for (std::size_t size = 0; size < shipped.size(); size += 997) {
    BOOST_REQUIRE_MESSAGE(handled(shipped.substr(0, size)), "shipped file cut off at " << size);
  }
}

BOOST_AUTO_TEST_CASE(changed_bytes_are_handled) {
  const std::string text = short_text();
  // What means something to YAML, and what is not text at all.
  constexpr char signs[] =
      "{}[],:-?#&*!|>'\"%@` \n\t\r~.<=_0\x7f\x80\xc3\xff";  // and its final NUL
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    std::mt19937_64 random{seed};
    std::string garbled = text;
    for (std::uint64_t left = 1 + random() % 4; left > 0; --left) {
      const std::size_t place = random() % garbled.size();
      const char sign = signs[random() % sizeof signs];
      switch (random() % 3) {
        case 0:
          garbled[place] = sign;
          break;
        case 1:
          garbled.insert(place, 1, sign);
          break;
        default:
          garbled.erase(place, 1 + random() % 8);
      }
    }
    BOOST_REQUIRE_MESSAGE(handled(garbled), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(dropped_doubled_and_exchanged_lines_are_handled) {
  const std::vector<std::string> lines = lines_of(shipped_text());
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random{seed};
    std::vector<std::string> garbled = lines;
    for (int i = 0; i < 5; ++i) {
      const std::size_t a = random() % garbled.size();
      const std::size_t b = random() % garbled.size();
      switch (random() % 3) {
        case 0:
          garbled.erase(garbled.begin() + static_cast<std::ptrdiff_t>(a));
          break;
        case 1: {
          const std::string doubled = garbled[a];
          garbled.insert(garbled.begin() + static_cast<std::ptrdiff_t>(b), doubled);
          break;
        }
        default:
          std::swap(garbled[a], garbled[b]);
      }
    }
    std::string text;
    for (const std::string& line : garbled)
      text += line;
    BOOST_REQUIRE_MESSAGE(handled(text), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(hostile_structures_are_refused) {
  const std::string head = "version: 1\nupdated: 2026-11-21\nproviders: {a: {}}\nprices: ";
  const auto refused = [](const std::string& text) {
    return handled(text) && !std::holds_alternative<price_book>(parse_price_file(text));
  };
  BOOST_TEST(refused(std::string(100'000, '[')));
  BOOST_TEST(refused(std::string(100'000, '{')));
  BOOST_TEST(refused(head + std::string(2'000, '[') + std::string(2'000, ']')));
  BOOST_TEST(refused("&a [*a]\n"));
  BOOST_TEST(refused(head + "&a [*a, *a]\n"));
  BOOST_TEST(refused("&a {version: *a, prices: *a, providers: *a, updated: *a, aliases: *a}\n"));
  BOOST_TEST(refused(head + "[*nobody]\n"));
  BOOST_TEST(refused("<<: {version: 1}\n"));
  BOOST_TEST(refused(head + "[{<<: {model: x}}]\n"));
  BOOST_TEST(refused(std::string("\0\0\0\0", 4)));
  BOOST_TEST(refused("\xEF\xBB\xBF"));
  BOOST_TEST(refused("%YAML 9.9\n---\n"));
  BOOST_TEST(refused("? ? ? ?\n"));
  BOOST_TEST(refused("!!binary x: y\n"));
}

BOOST_AUTO_TEST_SUITE_END()
