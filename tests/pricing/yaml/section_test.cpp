// Goal: one run over a mapping tells every mistake in it, on its line and with the fix, whatever
// file it is of. Method: small mappings, read key by key.
#include "pricing/yaml/section.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "pricing/yaml/document.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(yaml_section)

namespace {

struct reading {
  explicit reading(const std::string& text)
      : section({.value = read_yaml_document(text).root, .path = "caps[3]", .line = 1}, mistakes) {}

  mistake_list mistakes;
  config_section section;

  [[nodiscard]] std::string told() const {
    std::string text;
    for (const config_mistake& mistake : mistakes.sorted())
      text += describe("f", mistake) + '\n';
    return text;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_right_is_read_and_nothing_told) {
  reading one("name: a\nlimit: 5M\nsize: 2KiB\nwait: 3s\non: true\nper: [x, y]\none: z\n");
  std::string name;
  std::int64_t size = 0;
  std::int64_t wait = 0;
  bool on = false;
  one.section.read("name", name);
  one.section.read_bytes("size", size, {0, 1 << 20});
  one.section.read_duration_ms("wait", wait, {0, 10'000});
  one.section.read("on", on);
  BOOST_TEST(name == "a");
  BOOST_TEST(one.section.count("limit", {1, 5'000'000}).value() == 5'000'000);
  BOOST_TEST(size == 2'048);
  BOOST_TEST(wait == 3'000);
  BOOST_TEST(on);
  const auto words = one.section.words("per");
  BOOST_TEST_REQUIRE(words.size() == 2U);
  BOOST_TEST(words[1].path == "caps[3].per[1]");
  BOOST_TEST(one.section.words("one").size() == 1U);
  one.section.finish();
  BOOST_TEST(one.told() == "");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_in_the_order_of_lines) {
  reading one("nmae: a\nlimit: -1\n[x]: 1\nlimit: 2\nsize: []\nwait:\n");
  (void)one.section.text("name");
  (void)one.section.count("limit", {1, 10});
  (void)one.section.text("size");
  (void)one.section.text("wait");
  one.section.require("name", "give it one");
  one.section.finish();
  BOOST_TEST(one.told() ==
             "f:1: caps[3].name: missing; give it one\n"
             "f:1: caps[3].nmae: unknown key (did you mean name?); known here: limit, name, size "
             "or wait\n"
             "f:2: caps[3].limit: expected a whole number from 1 to 10 (200_000, 10k and 5M are "
             "understood), not \"-1\"\n"
             "f:3: caps[3].?: a key must be a plain word\n"
             "f:4: caps[3].limit: given twice (first on line 2); delete one\n"
             "f:5: caps[3].size: expected one value, not a list or a mapping\n"
             "f:6: caps[3].wait: has no value; give one or delete the line\n");
}

// Otherwise each of its keys would be missed as well.
BOOST_AUTO_TEST_CASE(what_is_no_mapping_is_one_mistake) {
  reading one("\n[1]\n");
  one.section.require("name", "give it one");
  one.section.finish();
  BOOST_TEST(one.told() ==
             "f:2: caps[3]: expected keys and values, found a list; write them like {key: "
             "value}\n");
  reading nothing("# all of it is commented out\nnull\n");
  nothing.section.require("name", "give it one");
  BOOST_TEST(nothing.told() == "f:1: caps[3].name: missing; give it one\n");
  const reading blank("\"\"\n");
  BOOST_TEST(blank.told().starts_with("f:1: caps[3]: expected keys and values, found nothing;"));
}

BOOST_AUTO_TEST_CASE(a_mistake_of_the_whole_file_has_no_line) {
  BOOST_TEST(describe("f", {.line = 0, .message = "larger than 4 MiB"}) == "f: larger than 4 MiB");
  BOOST_TEST(describe("f", {.line = 1, .message = "empty"}) == "f:1: empty");
}

BOOST_AUTO_TEST_CASE(a_number_may_stand_at_either_end_of_its_range) {
  reading one("least: 3\nmost: 5\nbelow: 2\nabove: 6\n");
  BOOST_TEST(one.section.count("least", {3, 5}).value_or(-1) == 3);
  BOOST_TEST(one.section.count("most", {3, 5}).value_or(-1) == 5);
  BOOST_TEST(!one.section.count("below", {3, 5}).has_value());
  BOOST_TEST(!one.section.count("above", {3, 5}).has_value());
}

// A terminal and a log get what is written there.
BOOST_AUTO_TEST_CASE(a_key_is_shown_short_and_without_control_characters) {
  reading one("\"a\\e[31m\": 1\n" + std::string(70, 'k') + ": 1\n");
  one.section.finish();
  BOOST_TEST(one.told().starts_with("f:1: caps[3].a?[31m: unknown key"));
  BOOST_TEST(one.told().find("caps[3]." + std::string(64, 'k') + "…: unknown key") !=
             std::string::npos);
  reading whole(std::string(64, 'k') + ": 1\n");
  whole.section.finish();
  BOOST_TEST(whole.told().starts_with("f:1: caps[3]." + std::string(64, 'k') + ": unknown key"));
}

BOOST_AUTO_TEST_CASE(a_section_within_is_read_as_one_and_a_missing_one_as_empty) {
  reading one("outer:\n  name: a\n  nmae: b\n");
  std::string name;
  std::string none = "unchanged";
  config_section outer = one.section.section("outer");
  outer.read("name", name);
  outer.finish();
  one.section.section("absent").read("name", none);
  BOOST_TEST(name == "a");
  BOOST_TEST(none == "unchanged");
  BOOST_TEST(one.told().starts_with("f:3: caps[3].outer.nmae: unknown key"), one.told());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
