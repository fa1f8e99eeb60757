// `stint ledger`. Tested by tests/gateway/cli/commands_test.cpp.
#include <chrono>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/cli/ledger_amend.hpp"
#include "gateway/cli/ledger_work.hpp"
#include "gateway/cli/range_options.hpp"
#include "gateway/cli/text_table.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;
using words = std::vector<std::string>;

constexpr auto ledger_teaching =
    "The ledger: one row for each call, for ever its own, from which every figure is derived.\n\n"
    "  stint ledger list --limit 20                     the newest calls\n"
    "  stint ledger list --match tenant:acme --from today --format csv\n"
    "  stint ledger show 019a9f3c-2b1e-7c44-9d0e-5a6b7c8d9e0f   one call in full (clients see its "
    "id as x-stint-request-id)\n"
    "  stint ledger list --unknown                      calls whose end nobody saw, charged at "
    "what "
    "may have been generated\n"
    "  stint ledger release ID --reason TEXT            … and given back\n"
    "  stint ledger correct ID --set output_tokens=120 --reason TEXT   … or told by the provider "
    "later\n"
    "  stint ledger audit                               everything that was done by hand\n"
    "  stint ledger verify                              proves that rows, sums and cap counters "
    "agree\n"
    "  stint ledger verify --data var/stint             the same while no gateway runs\n"
    "  stint ledger backup /backups/today               copies it while the gateway runs: every "
    "call "
    "answered before is in it\n"
    "  stint ledger repair-clock --data var/stint --reason TEXT   dates back what was written "
    "while "
    "the clock was ahead\n"
    "  stint ledger restore /backups/today var/stint    checks a backup and copies it to where a "
    "gateway can be started on it\n";

// Without the limit and the id to go on from.
std::string list_target(const options::variables_map& given) {
  const auto now = wall_now();
  std::string target;
  if (given.contains("from")) {
    const auto from = from_option(given["from"].as<std::string>(), now);
    target += query_part("from", to_iso_time(from));
  }
  if (given.contains("to")) {
    const auto to = to_option(given["to"].as<std::string>(), now);
    target += query_part("to", to_iso_time(to));
  }
  if (given.contains("unknown")) target += query_part("flag", "unknown");
  if (given.contains("flag")) {
    for (const auto& flag : given["flag"].as<words>())
      target += query_part("flag", flag);
  }
  if (given.contains("match")) {
    for (const auto& match : given["match"].as<words>())
      target += query_part("match", match);
  }
  return target;
}

text_table table_of(const json::array& rows, output_format format) {
  text_table table({{"id"},
                    {"admitted"},
                    {"tenant"},
                    {"feature"},
                    {"model"},
                    {"outcome"},
                    {"status", align::right},
                    {"tokens", align::right},
                    {format == output_format::csv ? "cost_usd" : "cost", align::right},
                    {"flags"}});
  for (const auto& item : rows) {
    const auto& row = item.as_object();
    const auto tokens = field_count(field_object(row, "usage"), "total_tokens");
    const bool plain = format == output_format::csv;
    table.add({field_text(row, "id"), field_text(row, "admitted"), field_text(row, "tenant"),
               field_text(row, "feature"), field_text(row, "model"), field_text(row, "outcome"),
               field_text(row, "status"), plain ? std::to_string(tokens) : grouped(tokens),
               plain ? field_text(row, "cost_usd")
                     : amount_in_unit("usd", field_count(row, "cost_nanodollars")),
               field_text(row, "flags")});
  }
  return table;
}

// The gateway looks at so many rows for one answer; what is rare may lie far behind. How far it has come is
// told on the error output, once that takes long.
json::value find_rows(const options::variables_map& given) {
  const admin_client gateway(find_admin(given));
  const std::string target = list_target(given);
  const int limit = given["limit"].as<int>();
  std::string before = given.contains("before") ? given["before"].as<std::string>() : "";
  json::array rows;
  auto told = std::chrono::steady_clock::now();
  for (;;) {
    const auto left = limit - static_cast<int>(rows.size());
    std::string page = "/api/v1/ledger?limit=" + std::to_string(left) + target;
    if (!before.empty()) page += query_part("before", before);
    json::value answer = gateway.get(page);
    for (const auto& row : field_list(answer.get_object(), "rows"))
      rows.push_back(row);
    before = field_text(answer.get_object(), "next_before");
    if (before.empty() || static_cast<int>(rows.size()) >= limit) {
      answer.get_object()["rows"] = std::move(rows);
      return answer;
    }
    constexpr std::chrono::seconds often{2};
    if (std::chrono::steady_clock::now() - told < often) continue;
    told = std::chrono::steady_clock::now();
    std::cerr << "looked back to " << field_text(answer.get_object(), "looked_back_to")
              << ", found " << rows.size() << '\n';
  }
}

int list_rows(std::span<const std::string> arguments) {
  auto form = ledger_form("stint ledger list [options]");
  form.options.add_options()("limit", options::value<int>()->default_value(20),
                             "how many, at most 1000")("before", options::value<std::string>(),
                                                       "older than this id: the next page")(
      "from", options::value<std::string>(), "today, yesterday, month, a date or a time (UTC)")(
      "to", options::value<std::string>(),
      "now, today, yesterday, a date (to its end) or a time (UTC)")(
      "match", options::value<words>(),
      "only these, like tenant:acme or model:gpt-*; may be repeated")(
      "flag", options::value<words>(),
      "only with this flag, like over_hold; may be repeated: with all of them")(
      "unknown", "only calls whose end nobody saw: --flag unknown")(
      "format", options::value<std::string>()->default_value("table"), "table, csv or json");
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  const auto format = read_format((*given)["format"].as<std::string>());
  const json::value answer = find_rows(*given);
  if (format == output_format::json) {
    std::cout << json::serialize(answer) << '\n';
    return exit_done;
  }
  const auto table = table_of(field_list(answer.get_object(), "rows"), format);
  if (format == output_format::csv) {
    table.print_csv(std::cout);
    return exit_done;
  }
  table.print(std::cout);
  const auto next = field_text(answer.get_object(), "next_before");
  if (!next.empty()) std::cout << "\nolder ones: --before " << next << '\n';
  return exit_done;
}

void print_indented(const json::object& object, const std::string& indent) {
  for (const auto& field : object) {
    std::cout << indent << std::string(field.key());
    const bool is_list = field.value().is_array() && !field.value().get_array().empty() &&
                         field.value().get_array().front().is_object();
    if (field.value().is_object()) {
      std::cout << '\n';
      print_indented(field.value().get_object(), indent + "  ");
    } else if (is_list) {
      for (const auto& each : field.value().get_array()) {
        std::cout << '\n';
        print_indented(each.get_object(), indent + "  ");
      }
    } else {
      std::cout << ": " << field_text(object, field.key()) << '\n';
    }
  }
}

int show_row(std::span<const std::string> arguments) {
  auto form = ledger_form("stint ledger show ID [options]");
  form.options.add_options()("json", "as JSON");
  form.hidden.add_options()("id", options::value<std::string>());
  form.positional.add("id", 1);
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  const auto id = given->contains("id") ? (*given)["id"].as<std::string>() : std::string{};
  if (!parse_call_id(id))
    throw misuse("expected a request id, as clients see it in x-stint-request-id");
  const auto answer = admin_client(find_admin(*given)).get("/api/v1/ledger/" + id);
  if (given->contains("json")) {
    std::cout << json::serialize(answer) << '\n';
  } else {
    print_indented(field_object(answer.get_object(), "row"), "");
  }
  return exit_done;
}

}  // namespace

command_form ledger_form(const std::string& usage) {
  command_form form;
  form.usage = usage;
  form.teaching = ledger_teaching;
  add_admin_options(form.options);
  return form;
}

int run_ledger(std::span<const std::string> arguments) {
  return run_command("ledger", [&] {
    const std::string verb = arguments.empty() ? "" : arguments.front();
    if (verb == "--help" || verb == "-h") {
      std::cout << "Usage: stint ledger "
                   "list|show|release|correct|audit|verify|backup|restore|repair-clock "
                   "[options]\n\n"
                << ledger_teaching << "\nOptions of each: stint ledger list --help\n";
      return exit_done;
    }
    if (verb == "list") return list_rows(arguments.subspan(1));
    if (verb == "release") return release_call_by_hand(arguments.subspan(1));
    if (verb == "correct") return correct_call_by_hand(arguments.subspan(1));
    if (verb == "audit") return show_audits(arguments.subspan(1));
    if (verb == "show") return show_row(arguments.subspan(1));
    if (verb == "verify") return verify_books_of_gateway(arguments.subspan(1));
    if (verb == "backup") return back_up_books(arguments.subspan(1));
    if (verb == "restore") return restore_books(arguments.subspan(1));
    if (verb == "repair-clock") return repair_clock_of_books(arguments.subspan(1));
    throw misuse(
        "expected list, show, release, correct, audit, verify, backup, restore or repair-clock");
  });
}

}  // namespace stint
