// Goal: a strict parser's complaint about one part of an answer does not cost us the rest, and what was
// well-formed stays as it was. Method: examples, and every text cut anywhere.
#include "gateway/dialect/parts/mended_json.hpp"

#include <boost/test/unit_test.hpp>
#include <simdjson.h>

#include "gateway/dialect/parts/document.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(mended_json_suite)

namespace {
const std::string odd[] = {
    R"({"a":"x \ud83d y","b":1})",
    R"({"a":"\ude00","b":1})",
    R"({"a":"\ud83d\ud83d\ude00","b":1})",
    R"({"a":"\ud83d\u0041","b":1})",
    R"({"a":"\ud83","b":1})",
    R"({"a":"\x","b":1})",
    "{\"a\":\"\xff\xfe\",\"b\":1}",
    "{\"a\":\"\xc0\xaf \xe0\x80\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82\",\"b\":1}",
    "{\"a\":\"tab\there\nand a line\",\"b\":1}",
    R"({"a":18446744073709551616,"b":1})",
    R"({"a":-99999999999999999999999999,"b":1})",
    R"({"a":[1e400,2],"b":1})",
    R"({"a":NaN,"b":1})",
    R"({"a":[Infinity,-Infinity],"b":1})",
    "\xEF\xBB\xBF{\"b\":1}",
};
}  // namespace

BOOST_AUTO_TEST_CASE(what_a_strict_parser_refuses_becomes_readable) {
  for (const std::string& text : odd) {
    BOOST_TEST_CONTEXT(text) {
      simdjson::dom::parser strict;
      BOOST_TEST((strict.parse(text).error() != simdjson::SUCCESS));
      const auto mended = mended_json(text);
      BOOST_TEST_REQUIRE(mended.has_value());
      BOOST_TEST(mended->size() == text.size());
      const auto root = parse_object(text);
      BOOST_TEST_REQUIRE(root.has_value());
      bool implausible = false;
      BOOST_TEST(read_count(*root, "b", implausible).value_or(-1) == 1);
      BOOST_TEST(!implausible);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_count_that_was_mended_cannot_be_true) {
  for (const std::string_view figure : {"18446744073709551616", "-99999999999999999999999999",
                                        "1e400", "NaN", "Infinity", "-Infinity"}) {
    BOOST_TEST_CONTEXT(figure) {
      const auto root = parse_object("{\"n\":" + std::string(figure) + ",\"x\":\"\\ud800\"}");
      BOOST_TEST_REQUIRE(root.has_value());
      bool implausible = false;
      BOOST_TEST(!read_count(*root, "n", implausible).has_value());
      BOOST_TEST(implausible);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_well_formed_is_left_alone) {
  for (const std::string text :
       {R"({"a":"\ud83d\ude00 \"\\ \u0041","b":[1,-2.5,1e5,2e-400,0.00050178]})",
        "{\"a\":\"caf\xC3\xA9 \xF0\x9F\x98\x80 \xE2\x82\xAC\"}", R"("1e400 NaN -Infinity")", "{}",
        ""}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!mended_json(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(other_figures_of_a_mended_text_keep_their_value) {
  const auto root = parse_object(R"({"x":"\ud800","cost":4.1400000000000003e-05,"n":123456789})");
  BOOST_TEST_REQUIRE(root.has_value());
  double cost = 0;
  BOOST_TEST(((*root)["cost"].get(cost) == simdjson::SUCCESS));
  BOOST_TEST(cost == 4.1400000000000003e-05);
  bool implausible = false;
  BOOST_TEST(read_count(*root, "n", implausible).value_or(0) == 123'456'789);
}

BOOST_AUTO_TEST_CASE(a_text_that_breaks_off_anywhere_is_safe) {
  for (const std::string& text : odd) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const auto mended = mended_json(text.substr(0, size));
      BOOST_TEST((!mended || mended->size() == size));
      if (size < text.size()) BOOST_TEST(!parse_object(text.substr(0, size)).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_that_no_64_bits_hold_become_texts) {
  const auto quoted = [](std::string_view text) {
    return with_quoted_giants(text).value_or("the same");
  };
  const std::string giant(78, '9');
  BOOST_TEST(quoted("{\"maximum\":" + giant + "}") == "{\"maximum\":\"" + giant + "\"}");
  BOOST_TEST(quoted("[-1000000000000000000000,18446744073709551616 ]") ==
             R"(["-1000000000000000000000","18446744073709551616" ])");
  BOOST_TEST(quoted(R"({"a":1e400,"b":-1E+999})") == R"({"a":"1e400","b":"-1E+999"})");
  // Those that are no numbers of JSON stay the mistake that they are.
  for (const std::string& text :
       {std::string("[18446744073709551615,-9223372036854775808,0.1,1e300,-0]"),
        "{\"a\":\"" + giant + "\",\"b\\\"" + giant + "\":1}", "0" + giant, "1." + std::string(),
        "+" + giant.substr(0, 5), giant + ".", giant + "e", "--" + giant, std::string("1e+-400"),
        std::string(R"(["\)"), std::string("\"9"), std::string()})
    BOOST_TEST(quoted(text) == "the same", text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
