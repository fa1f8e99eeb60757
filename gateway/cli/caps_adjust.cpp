// `stint caps raise`, `reset` and `history`. Tested by tests/gateway/cli/caps_adjust_test.cpp.
#include "gateway/cli/caps_adjust.hpp"

#include <iostream>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/cli/record_list.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;

command_form order_form(const std::string& verb, const std::string& teaching) {
  command_form form;
  form.usage = "stint caps " + verb;
  form.teaching = teaching;
  form.hidden.add_options()("cap", options::value<std::string>());
  form.positional.add("cap", 1);
  form.options.add_options()("scope", options::value<std::string>(),
                             "only this tenant, key … as `stint caps` shows it (default: all)")(
      "reason", options::value<std::string>(), "why; it is kept with the record");
  return form;
}

command_form raise_form() {
  auto form = order_form(
      "raise NAME --by AMOUNT --reason TEXT [options]",
      "Lifts the limit of a cap for a time. Without --until that is the window that is open now; "
      "afterwards the old limit\n"
      "counts again. Alerts above the new ratio fire again. The record is kept for ever: see "
      "`stint caps history`.\n\n"
      "  stint caps raise acme-month --by 200usd --until tomorrow --reason \"launch\"\n"
      "  stint caps raise tenant-day --scope acme --by 50usd --reason \"backfill\"\n"
      "  stint caps raise org-day --by 500 --until 2026-12-01 --reason \"sale\"\n");
  form.options.add_options()("by", options::value<std::string>(),
                             "how much more: 200usd for a money cap, 50_000 or 5M for the others")(
      "until", options::value<std::string>(),
      "tomorrow, 2026-12-01 (both in the cap's time zone), a UTC time, or 24h, 7d");
  add_admin_options(form.options);
  return form;
}

command_form reset_form() {
  auto form = order_form(
      "reset NAME --reason TEXT [options]",
      "Lets a cap count from nothing again in the window that is open, and its alerts with it. "
      "What was used stays in the\n"
      "ledger; the record says how much it was. Running calls keep what they hold.\n\n"
      "  stint caps reset tenant-day --scope acme --reason \"test traffic\"\n");
  add_admin_options(form.options);
  return form;
}

// The word behind the option, which must be there.
std::string required(const options::variables_map& given, const char* option, const char* why) {
  if (!given.contains(option)) throw misuse(std::string("--") + option + ": " + why);
  return given[option].as<std::string>();
}

std::string cap_of(const options::variables_map& given) {
  if (!given.contains("cap")) throw misuse("which cap? Give its name; `stint caps` shows all");
  const auto& name = given["cap"].as<std::string>();
  if (name.empty() || name.find_first_of("/?#% ") != std::string::npos)
    throw misuse("\"" + name + "\" is no cap's name; `stint caps` shows all");
  return name;
}

std::string scope_text(const json::object& made) {
  const auto scope = field_text(made, "scope");
  return scope.empty() ? "all" : scope;
}

int send(const options::variables_map& given, const std::string& verb, json::object order) {
  const auto name = cap_of(given);
  order["reason"] =
      required(given, "reason", "say why, like --reason \"launch\"; it is kept with the record");
  if (given.contains("scope")) order["scope"] = given["scope"].as<std::string>();
  const auto answer = admin_client(find_admin(given))
                          .post("/api/v1/caps/" + name + "/" + verb, json::serialize(order));
  for (const auto& item : field_list(answer.get_object(), "adjustments")) {
    const auto& made = item.as_object();
    const auto amount = amount_in_unit(field_text(made, "unit"), field_count(made, "amount"));
    std::cout << name << " (" << scope_text(made) << ") ";
    if (verb == "raise") {
      std::cout << "is raised by " << amount << " until " << field_text(made, "until");
    } else {
      std::cout << "counts from nothing again; it stood at " << amount;
    }
    std::cout << "; record " << field_text(made, "number") << '\n';
  }
  return exit_done;
}

}  // namespace

int raise_cap_limit(std::span<const std::string> arguments) {
  const auto given = read_words(arguments, raise_form());
  if (!given) return exit_done;
  json::object order{{"by", required(*given, "by", "how much more, like --by 200usd")}};
  if (given->contains("until")) order["until"] = (*given)["until"].as<std::string>();
  return send(*given, "raise", std::move(order));
}

int reset_cap_usage(std::span<const std::string> arguments) {
  const auto given = read_words(arguments, reset_form());
  return given ? send(*given, "reset", {}) : exit_done;
}

int show_adjustments(std::span<const std::string> arguments) {
  record_list raises_and_resets;
  raises_and_resets.usage = "stint caps history [options]";
  raises_and_resets.teaching =
      "Every raise and reset of a cap: who, when, why and how much; newest first.\n";
  raises_and_resets.path = "/api/v1/caps/history";
  raises_and_resets.field = "adjustments";
  raises_and_resets.nothing = "no cap was ever raised or reset";
  raises_and_resets.columns = {
      {"record"}, {"made"},  {"who"}, {"kind"}, {"cap"}, {"scope"}, {"amount", align::right},
      {"until"},  {"reason"}};
  raises_and_resets.cells = [](const json::object& made) -> std::vector<std::string> {
    return {field_text(made, "number"),
            field_text(made, "made"),
            field_text(made, "who"),
            field_text(made, "kind"),
            field_text(made, "cap"),
            scope_text(made),
            amount_in_unit(field_text(made, "unit"), field_count(made, "amount")),
            field_text(made, "until"),
            field_text(made, "reason")};
  };
  return show_records(arguments, raises_and_resets);
}

}  // namespace stint
