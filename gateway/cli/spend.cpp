// `stint spend`. Tested by tests/gateway/cli/commands_test.cpp.
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/cli/range_options.hpp"
#include "gateway/cli/text_table.hpp"
#include "pricing/time_text.hpp"
#include "pricing/usage.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;
using words = std::vector<std::string>;

command_form spend_form() {
  command_form form;
  form.usage = "stint spend [options]";
  form.teaching =
      "What was spent, from the ledger of the running gateway: calls, tokens and exact cost, split "
      "as you ask.\n\n"
      "  stint spend                                          this month, by tenant and feature\n"
      "  stint spend --by model --from today\n"
      "  stint spend --by tenant --day --from 2026-11-01 --to 2026-11-30 --format csv > "
      "november.csv\n"
      "  stint spend --by feature,model --match tenant:acme\n\n"
      "Days are UTC. --to DATE means to the end of that day.\n";
  form.options.add_options()("by", options::value<std::string>()->default_value("tenant,feature"),
                             "some of tenant,feature,key,model,provider; \"\" for one line")(
      "from", options::value<std::string>()->default_value("month"),
      "today, yesterday, month, a date or a time")(
      "to", options::value<std::string>()->default_value("now"),
      "now, today, yesterday, a date (to its end) or a time")("day", "a line for each day")(
      "match", options::value<words>(),
      "only these, like tenant:acme or model:gpt-*; may be repeated. Sums know no users")(
      "simulated",
      "the calls of the simulated provider; without it they are left out where `simulated: {books: "
      "apart}` is set")("format", options::value<std::string>()->default_value("table"),
                        "table, csv or json");
  add_admin_options(form.options);
  return form;
}

std::string target_of(const options::variables_map& given, wall_time now) {
  const auto from = from_option(given["from"].as<std::string>(), now);
  const auto to = to_option(given["to"].as<std::string>(), now);
  if (to <= from) throw misuse("--to must be after --from");
  std::string target = "/api/v1/spend?day=" + std::string(given.contains("day") ? "1" : "0");
  target += query_part("by", given["by"].as<std::string>()) +
            query_part("from", to_iso_time(from)) + query_part("to", to_iso_time(to));
  if (given.contains("simulated")) target += "&simulated=1";
  if (given.contains("match")) {
    for (const auto& match : given["match"].as<words>())
      target += query_part("match", match);
  }
  return target;
}

std::vector<std::string> split_by(const json::object& answer) {
  std::vector<std::string> names;
  if (answer.at("day").is_bool() && answer.at("day").get_bool()) names.emplace_back("day");
  for (const auto& name : field_list(answer, "by"))
    names.emplace_back(name.as_string());
  return names;
}

// The measures shown to people: every input kind that is not plain, summed up in "input".
std::vector<std::string> measures(const json::object& line) {
  const auto count = [&](std::string_view name) { return field_count(line, name); };
  const auto written = count("cache_write_5m_tokens") + count("cache_write_1h_tokens");
  const auto output = count("output_tokens") + count("audio_output_tokens");
  const auto input = count("total_tokens") - output;
  return {grouped(count("calls")),
          grouped(count("flagged_calls")),
          grouped(input),
          grouped(count("cached_input_tokens")),
          grouped(written),
          grouped(output),
          amount_in_unit("usd", count("cost_nanodollars"))};
}

// Every figure, for programs.
std::vector<std::string> exact_fields() {
  std::vector<std::string> names = {"calls", "flagged_calls"};
  for (const usage_kind& kind : usage_kinds)
    names.emplace_back(kind.name);
  for (const char* name : {"total_tokens", "cost_usd", "cost_nanodollars"})
    names.emplace_back(name);
  return names;
}

std::vector<table_column> columns_of(const std::vector<std::string>& names) {
  std::vector<table_column> columns;
  columns.reserve(names.size());
  for (const auto& name : names)
    columns.push_back({name});
  return columns;
}

std::vector<std::string> cells_of(const json::object& line, const std::vector<std::string>& names) {
  std::vector<std::string> cells;
  cells.reserve(names.size());
  for (const auto& name : names)
    cells.push_back(field_text(line, name));
  return cells;
}

void print_csv(const json::object& answer) {
  auto names = split_by(answer);
  const auto fields = exact_fields();
  names.insert(names.end(), fields.begin(), fields.end());
  text_table table(columns_of(names));
  for (const auto& line : field_list(answer, "lines")) {
    table.add(cells_of(line.as_object(), names));
  }
  table.print_csv(std::cout);
}

void print_table(const json::object& answer) {
  const auto split = split_by(answer);
  auto columns = columns_of(split);
  for (const auto* name :
       {"calls", "flagged", "input", "of it cached", "cache writes", "output", "cost"}) {
    columns.push_back({name, align::right});
  }
  text_table table(columns);
  const auto add = [&](std::vector<std::string> row, const json::object& line) {
    for (auto& cell : measures(line))
      row.push_back(std::move(cell));
    table.add(std::move(row));
  };
  const auto& lines = field_list(answer, "lines");
  for (const auto& line : lines)
    add(cells_of(line.as_object(), split), line.as_object());
  std::vector<std::string> last(split.size());
  if (!last.empty()) last.front() = "total";
  if (!split.empty() || lines.empty()) add(std::move(last), field_object(answer, "total"));
  table.print(std::cout);
  std::cout << "\nfrom " << field_text(answer, "from") << " to " << field_text(answer, "to")
            << '\n';
  if (lines.empty() && field_text(answer, "simulated") == "out")
    std::cout << "Simulated calls have books of their own: stint spend --simulated\n";
}

int show_spend(const options::variables_map& given) {
  const auto format = read_format(given["format"].as<std::string>());
  const auto now = wall_now();
  const auto target = target_of(given, now);
  const auto answer = admin_client(find_admin(given)).get(target);
  if (format == output_format::json) std::cout << json::serialize(answer) << '\n';
  if (format == output_format::csv) print_csv(answer.get_object());
  if (format == output_format::table) print_table(answer.get_object());
  return exit_done;
}

}  // namespace

int run_spend(std::span<const std::string> arguments) {
  return run_command("spend", [&] {
    const auto given = read_words(arguments, spend_form());
    return given ? show_spend(*given) : exit_done;
  });
}

}  // namespace stint
