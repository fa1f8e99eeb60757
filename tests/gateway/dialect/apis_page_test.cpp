// Goal: docs/apis.md cannot lie: it has a row for each endpoint of the table, in the table's order, that says what becomes of
// it, whether it streams, and whether a stream is ended early. What it should say is printed where it does not.
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(apis_page)

namespace {
std::string page_text() {
  std::ifstream file(std::string(STINT_SOURCE_DIR) + "/docs/apis.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string row_of(const dialect& speaks, const endpoint& one) {
  const std::string_view method = one.any_method ? "any" : to_string(one.method);
  const std::string_view stream = one.streams ? "yes" : "-";
  std::string kind(to_string(one.kind));
  if (one.may_be_let_through) kind += ", unless let through";
  std::string row = "| `";
  row.append(method).append(" ").append(one.pattern).append("` | ").append(speaks.facts().name);
  row.append(" | ").append(kind).append(" | ").append(stream).append(" | ").append(stream);
  row.append(" | ").append(one.why).append(one.why.empty() ? "|" : " |");
  return row;
}

std::vector<std::string> rows_of_page() {
  std::istringstream lines(page_text());
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| `")) rows.push_back(line);
  }
  return rows;
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_page_has_each_endpoint_as_the_table_does) {
  std::vector<std::string> wanted;
  std::string page;
  for (const dialect* each : all_dialects()) {
    for (const endpoint& one : each->facts().endpoints) {
      wanted.push_back(row_of(*each, one));
      page += wanted.back() + "\n";
    }
  }
  BOOST_TEST((rows_of_page() == wanted), "docs/apis.md should have these rows:\n" + page);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
