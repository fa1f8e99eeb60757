// Tested by tests/gateway/cli/caps_adjust_test.cpp and amend_test.cpp.
#include "gateway/cli/record_list.hpp"

#include <iostream>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/json_fields.hpp"

namespace stint {

namespace json = boost::json;
namespace options = boost::program_options;

int show_records(std::span<const std::string> arguments, const record_list& what) {
  command_form form;
  form.usage = what.usage;
  form.teaching = what.teaching;
  form.options.add_options()("limit", options::value<std::string>()->default_value("100"),
                             "at most so many, up to 1000")(
      "format", options::value<std::string>()->default_value("table"), "table, csv or json");
  if (what.pages)
    form.options.add_options()("after", options::value<std::string>(),
                               "the oldest after this record first: the next page");
  add_admin_options(form.options);
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  const auto format = read_format((*given)["format"].as<std::string>());
  const auto limit = query_part("limit", (*given)["limit"].as<std::string>()).substr(1);
  std::string target = what.path + "?" + limit;
  if (given->contains("after")) target += query_part("after", (*given)["after"].as<std::string>());
  const auto answer = admin_client(find_admin(*given)).get(target);
  if (format == output_format::json) {
    std::cout << json::serialize(answer) << '\n';
    return exit_done;
  }
  text_table table(what.columns);
  for (const auto& item : field_list(answer.get_object(), what.field))
    table.add(what.cells(item.as_object()));
  if (format == output_format::csv) {
    table.print_csv(std::cout);
  } else if (table.empty()) {
    std::cout << what.nothing << '\n';
  } else {
    table.print(std::cout);
  }
  return exit_done;
}

}  // namespace stint
