// Goal: a text is one YAML document or an answer why not, within bounded time. Method: examples,
// among them the shortest text on which YAML::LoadAll never returns.
#include "pricing/yaml/document.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(yaml_document_suite)

BOOST_AUTO_TEST_CASE(one_document_is_read) {
  for (const std::string text : {"a: 1\n", "---\na: 1\n", "a: 1\n...\n", "# only\na: 1"}) {
    const auto read = read_yaml_document(text);
    BOOST_TEST(!read.is_empty);
    BOOST_TEST(!read.second_line.has_value());
    BOOST_TEST(read.root["a"].as<int>() == 1);
  }
}

BOOST_AUTO_TEST_CASE(nothing_and_comments_are_empty) {
  for (const std::string text : {"", "\n\n", "# a comment\n"}) {
    BOOST_TEST(read_yaml_document(text).is_empty);
  }
}

BOOST_AUTO_TEST_CASE(a_second_document_is_named_by_its_line) {
  BOOST_TEST(read_yaml_document("a: 1\n---\nb: 2\n").second_line.value() == 3);
  BOOST_TEST(read_yaml_document("a: 1\n---\n- b\n---\nc\n").second_line.value() == 3);
  BOOST_TEST(read_yaml_document("a: 1\n---\nb: 2\nc: 3\n").second_line.value() == 3);
}

BOOST_AUTO_TEST_CASE(a_stray_comma_ends_as_a_second_document) {
  BOOST_TEST(read_yaml_document(",").second_line.value() == 1);
  BOOST_TEST(read_yaml_document(" a: 1\n, b\n").second_line.value() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_not_yaml_throws) {
  BOOST_CHECK_THROW((void)read_yaml_document("a: [1, 2\n"), YAML::Exception);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
