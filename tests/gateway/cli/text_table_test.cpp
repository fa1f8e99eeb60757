// Goal: tables line up, and neither a terminal nor a spreadsheet can be driven by what is in them.
// Method: exact output.
#include "gateway/cli/text_table.hpp"

#include <sstream>

#include <boost/test/unit_test.hpp>

using namespace stint;

BOOST_AUTO_TEST_SUITE(cli_text_table)

BOOST_AUTO_TEST_CASE(columns_line_up_by_characters_not_bytes) {
  text_table table({{"name"}, {"count", align::right}});
  table.add({"bücher", "5"});
  table.add({"a", "1,000"});
  std::ostringstream out;
  table.print(out);
  BOOST_TEST(out.str() == "name    count\nbücher      5\na       1,000\n");
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_the_terminal) {
  text_table table({{"name"}});
  table.add({"a\x1b[2Jb\n"});
  std::ostringstream out;
  table.print(out);
  BOOST_TEST(out.str() == "name\na?[2Jb?\n");
}

BOOST_AUTO_TEST_CASE(csv_is_quoted_and_never_a_formula) {
  text_table table({{"a"}, {"b"}});
  table.add({"x,y", "say \"hi\""});
  table.add({"=1+1", "-5"});
  table.add({"@cmd", "-x"});
  std::ostringstream out;
  table.print_csv(out);
  BOOST_TEST(out.str() == "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n'=1+1,-5\n'@cmd,'-x\n");
}

BOOST_AUTO_TEST_SUITE_END()
