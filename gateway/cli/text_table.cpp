// Tested by tests/gateway/cli/text_table_test.cpp.
#include "gateway/cli/text_table.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <boost/assert.hpp>

#include "pricing/text/ascii.hpp"
#include "pricing/text/utf8.hpp"

namespace stint {
namespace {

std::string printable(std::string text) {
  for (char& c : text) {
    if (is_control(c)) c = '?';
  }
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
}

std::string csv_cell(const std::string& text) {
  std::string cell = text;
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos &&
      !is_number(cell)) {
    cell.insert(cell.begin(), '\'');
  }
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

void text_table::add(std::vector<std::string> row) {
  BOOST_ASSERT(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

void text_table::print(std::ostream& out) const {
  std::vector<std::vector<std::string>> lines(1);
  for (const auto& column : columns_)
    lines.front().push_back(column.name);
  for (const auto& row : rows_) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row)
      line.push_back(printable(cell));
  }
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], characters(line[i]));
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string room(widths[i] - characters(line[i]), ' ');
      if (i > 0) text += "  ";
      text += columns_[i].side == align::right ? room + line[i] : line[i] + room;
    }
    text.resize(text.find_last_not_of(' ') + 1);
    out << text << '\n';
  }
}

void text_table::print_csv(std::ostream& out) const {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    out << (i > 0 ? "," : "") << csv_cell(columns_[i].name);
  out << '\n';
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      out << (i > 0 ? "," : "") << csv_cell(row[i]);
    out << '\n';
  }
}

}  // namespace stint
