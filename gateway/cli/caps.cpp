// `stint caps`. Tested by tests/gateway/cli/commands_test.cpp.
#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/caps_adjust.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/cli/text_table.hpp"
#include "gateway/config/apart.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;

command_form caps_form() {
  command_form form;
  form.usage = "stint caps [options]";
  form.teaching =
      "Where every cap of the running gateway stands, for each scope that has been used: the "
      "limit, what is used, what running\n"
      "calls hold, what is left, and when it starts again at zero.\n\n"
      "  stint caps\n"
      "  stint caps --cap tenant-day --format csv\n\n"
      "To change one while it counts: stint caps raise --help, stint caps reset --help. What was "
      "changed: stint caps history.\n";
  form.options.add_options()("cap", options::value<std::string>(), "only this one")(
      "simulated", "also those of simulated calls, where these have books of their own")(
      "format", options::value<std::string>()->default_value("table"), "table, csv or json");
  add_admin_options(form.options);
  return form;
}

// What an operator did to it, and what is not known of it.
std::string note_on(const json::object& standing, const std::string& unit) {
  std::string note;
  const auto add = [&](const std::string& text) { note += (note.empty() ? "" : "; ") + text; };
  if (const auto raised = field_count(standing, "raised_by"); raised != 0)
    add("raised by " + amount_in_unit(unit, raised));
  if (const auto reset = field_count(standing, "reset_from"); reset != 0)
    add("reset from " + amount_in_unit(unit, reset));
  if (field_text(standing, "history_incomplete") == "true") add("began with too little");
  return note;
}

// For people: grouped digits and dollars; a cap that nobody has touched still shows its limit.
text_table readable(const json::array& caps, const std::string& only, wall_time now) {
  text_table table({{"cap"},
                    {"scope"},
                    {"unit"},
                    {"limit", align::right},
                    {"used", align::right},
                    {"held", align::right},
                    {"left", align::right},
                    {"used%", align::right},
                    {"resets in", align::right},
                    {"mode"},
                    {"note"}});
  for (const auto& item : caps) {
    const auto& one = item.as_object();
    const auto name = field_text(one, "name");
    if (!only.empty() && name != only) continue;
    const auto unit = field_text(one, "unit");
    const auto& standings = field_list(one, "standings");
    const auto rolls = one.contains("step") ? field_text(one, "step") : std::string{};
    if (standings.empty()) {
      const bool each_call = field_text(one, "window") == "request";
      table.add({name, each_call ? "each call" : "(none used yet)", unit,
                 amount_in_unit(unit, field_count(one, "limit")), "", "", "", "", "",
                 field_text(one, "mode"), ""});
    }
    for (const auto& entry : standings) {
      const auto& standing = entry.as_object();
      const auto amount = [&](std::string_view field) {
        return amount_in_unit(unit, field_count(standing, field));
      };
      const auto scope = field_text(standing, "scope");
      table.add({name, scope.empty() ? "all" : scope, unit, amount("limit"), amount("used"),
                 amount("held"), amount("left"),
                 percent_of(field_count(standing, "used"), field_count(standing, "limit")),
                 rolls.empty() ? time_left(now, parse_iso_time(field_text(standing, "end")))
                               : "rolls by " + rolls,
                 field_text(one, "mode"), note_on(standing, unit)});
    }
  }
  return table;
}

// For programs: plain numbers, dollars as decimals.
text_table exact(const json::array& caps, const std::string& only) {
  text_table table({{"cap"},
                    {"scope"},
                    {"unit"},
                    {"window"},
                    {"mode"},
                    {"limit"},
                    {"used"},
                    {"held"},
                    {"left"},
                    {"start"},
                    {"end"}});
  for (const auto& item : caps) {
    const auto& one = item.as_object();
    const auto name = field_text(one, "name");
    if (!only.empty() && name != only) continue;
    const auto unit = field_text(one, "unit");
    const std::string suffix = unit == "usd" ? "_usd" : "";
    for (const auto& entry : field_list(one, "standings")) {
      const auto& standing = entry.as_object();
      table.add({name, field_text(standing, "scope"), unit, field_text(one, "window"),
                 field_text(one, "mode"), field_text(standing, "limit" + suffix),
                 field_text(standing, "used" + suffix), field_text(standing, "held" + suffix),
                 field_text(standing, "left" + suffix), field_text(standing, "start"),
                 field_text(standing, "end")});
    }
  }
  return table;
}

json::array without_simulated(const json::array& caps) {
  json::array kept;
  for (const auto& item : caps) {
    if (!field_text(item.as_object(), "name").starts_with(simulated_cap_prefix))
      kept.push_back(item);
  }
  return kept;
}

int show_caps(const options::variables_map& given) {
  const auto format = read_format(given["format"].as<std::string>());
  const auto only = given.contains("cap") ? given["cap"].as<std::string>() : std::string{};
  const auto answer = admin_client(find_admin(given)).get("/api/v1/caps");
  const auto& all = field_list(answer.get_object(), "caps");
  const bool is_whole = given.contains("simulated") || !only.empty();
  const json::array caps = is_whole ? all : without_simulated(all);
  const bool known = only.empty() || std::any_of(caps.begin(), caps.end(), [&](const auto& item) {
                       return field_text(item.as_object(), "name") == only;
                     });
  if (!known) throw command_failure("no cap is called \"" + only + "\"; `stint caps` shows all");
  if (format == output_format::json) {
    std::cout << json::serialize(answer) << '\n';
  } else if (format == output_format::csv) {
    exact(caps, only).print_csv(std::cout);
  } else if (caps.empty()) {
    std::cout << "no caps are configured; add some under caps: in config/stint.yaml\n";
  } else {
    const auto now = parse_iso_time(field_text(answer.get_object(), "now"));
    readable(caps, only, now.value_or(wall_time{})).print(std::cout);
  }
  return exit_done;
}

}  // namespace

int run_caps(std::span<const std::string> arguments) {
  return run_command("caps", [&] {
    const std::string verb = arguments.empty() ? "" : arguments.front();
    if (verb == "raise") return raise_cap_limit(arguments.subspan(1));
    if (verb == "reset") return reset_cap_usage(arguments.subspan(1));
    if (verb == "history") return show_adjustments(arguments.subspan(1));
    const auto given = read_words(arguments, caps_form());
    return given ? show_caps(*given) : exit_done;
  });
}

}  // namespace stint
