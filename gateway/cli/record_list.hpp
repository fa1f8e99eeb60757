// Lists of records that the admin API keeps, newest first, as a command shows them. Throws misuse
// and command_failure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "gateway/cli/text_table.hpp"

namespace stint {

struct record_list {
  std::string usage;
  std::string teaching;
  std::string path;     // of the API
  std::string field;    // of its answer
  std::string nothing;  // said where there is no record
  bool pages = false;   // it can be asked what comes after a record
  std::vector<table_column> columns;
  std::function<std::vector<std::string>(const boost::json::object&)> cells;
};

// As a table, as CSV or as the API's JSON; returns the exit status.
[[nodiscard]] int show_records(std::span<const std::string> arguments, const record_list& what);

}  // namespace stint
