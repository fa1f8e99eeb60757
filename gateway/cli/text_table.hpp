// Rows as people read them (aligned columns) and as spreadsheets do (CSV). Plain values.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace stint {

enum class align : std::uint8_t { left, right };

struct table_column {
  std::string name;
  align side = align::left;
};

class text_table {
 public:
  explicit text_table(std::vector<table_column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<std::string> row);
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  // Columns two spaces apart. Control characters, which a tenant's name could use to drive the
  // terminal, come out as '?'.
  void print(std::ostream& out) const;
  // RFC 4180, with "\n"; a cell that a spreadsheet would run as a formula gets a leading
  // apostrophe.
  void print_csv(std::ostream& out) const;

 private:
  std::vector<table_column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace stint
