// Test vectors as data: lines of tab-separated fields, '#' for remarks, and \n \r \t \\ \xNN for
// bytes that a line cannot hold.
#pragma once

#include <algorithm>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/escaped_text.hpp"

namespace stint::testing {

struct vector_row {
  int line = 0;
  std::vector<std::string> fields;  // as written
};
inline std::ostream& operator<<(std::ostream& out, const vector_row& row) {
  return out << "line " << row.line << ": " << (row.fields.empty() ? "" : row.fields.front());
}

inline std::vector<vector_row> read_vectors(const std::string& name) {
  std::ifstream file(std::string(STINT_SOURCE_DIR) + "/tests/vectors/provider/" + name);
  if (!file) throw std::runtime_error("no vectors: " + name);
  std::vector<vector_row> rows;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.starts_with('#')) continue;
    vector_row row;
    row.line = line;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\t', begin), text.size());
      row.fields.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    rows.push_back(row);
  }
  if (rows.empty()) throw std::runtime_error("empty vectors: " + name);
  return rows;
}

}  // namespace stint::testing
