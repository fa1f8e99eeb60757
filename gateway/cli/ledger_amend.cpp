// `stint ledger release`, `correct` and `audit`. Tested by tests/gateway/cli/amend_test.cpp.
#include "gateway/cli/ledger_amend.hpp"

#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "budgets/records/call_id.hpp"
#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/cli/record_list.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;
using words = std::vector<std::string>;

command_form amend_form(const std::string& verb, const std::string& teaching) {
  command_form form;
  form.usage = "stint ledger " + verb;
  form.teaching = teaching;
  form.hidden.add_options()("id", options::value<words>());
  form.positional.add("id", -1);
  form.options.add_options()("reason", options::value<std::string>(),
                             "why; it is kept with the record");
  return form;
}

// Each is checked before the first is sent.
words ids_of(const options::variables_map& given) {
  const auto ids = given.contains("id") ? given["id"].as<words>() : words{};
  for (const auto& id : ids) {
    if (!parse_call_id(id))
      throw misuse("\"" + id + "\" is no request id; `stint ledger list --unknown` shows them");
  }
  if (ids.empty()) throw misuse("which call? Give its request id, as `stint ledger list` shows it");
  return ids;
}

std::string reason_of(const options::variables_map& given) {
  if (given.contains("reason")) return given["reason"].as<std::string>();
  throw misuse(
      "--reason: say why, like --reason \"the provider was down\"; it is kept with the record");
}

// "output_tokens=120" and the like.
json::object usage_of(const options::variables_map& given) {
  json::object usage;
  if (!given.contains("set")) return usage;
  for (const auto& word : given["set"].as<words>()) {
    const auto at = word.find('=');
    const auto count = at == std::string::npos ? std::nullopt : parse_count(word.substr(at + 1));
    if (!count) throw misuse("--set " + word + ": expected a count, like output_tokens=120");
    if (usage.contains(word.substr(0, at)))
      throw misuse("--set " + word + ": this kind is given twice");
    usage[word.substr(0, at)] = *count;
  }
  return usage;
}

void tell_change(const json::object& answer, const char* done) {
  const auto charge = [](const json::object& row) {
    return grouped(field_count(field_object(row, "usage"), "total_tokens")) + " tokens, " +
           amount_in_unit("usd", field_count(row, "cost_nanodollars"));
  };
  const auto& row = field_object(answer, "row");
  std::cout << field_text(row, "id") << " is " << done << ": "
            << charge(field_object(answer, "was")) << " before, " << charge(row) << " now\n";
}

int send_amendment(const options::variables_map& given, const std::string& verb,
                   const json::object& order) {
  const admin_client gateway(find_admin(given));
  for (const auto& id : ids_of(given)) {
    const auto answer = gateway.post("/api/v1/ledger/" + id + "/" + verb, json::serialize(order));
    tell_change(answer.get_object(), verb == "release" ? "released" : "corrected");
  }
  return exit_done;
}

}  // namespace

int release_call_by_hand(std::span<const std::string> arguments) {
  auto form = amend_form(
      "release ID… --reason TEXT",
      "Gives back what a call was charged whose end nobody saw: its provider billed nothing. The "
      "caps of its window have\nthat room again; the row keeps both figures, and who released "
      "it.\n\n"
      "  stint ledger list --unknown\n"
      "  stint ledger release 019a9f3c-2b1e-7c44-9d0e-5a6b7c8d9e0f --reason \"the provider was "
      "down\"\n");
  add_admin_options(form.options);
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  return send_amendment(*given, "release", {{"reason", reason_of(*given)}});
}

int correct_call_by_hand(std::span<const std::string> arguments) {
  auto form = amend_form(
      "correct ID --set KIND=COUNT --reason TEXT [options]",
      "Puts what the provider counted in place of what was charged; kinds that are not named stay. "
      "The cost follows from\nthe price that was in force, or is given. The row keeps both "
      "figures, "
      "and who corrected it.\n\n"
      "  stint ledger correct 019a9f3c-2b1e-7c44-9d0e-5a6b7c8d9e0f --set output_tokens=120 "
      "--reason "
      "\"their dashboard\"\n"
      "  stint ledger correct 019a9f3c-2b1e-7c44-9d0e-5a6b7c8d9e0f --cost 0.0125 --reason \"their "
      "invoice\"\n");
  form.options.add_options()("set", options::value<words>(),
                             "a kind of usage as `stint ledger show` names it, and its count; may "
                             "be repeated")("cost", options::value<std::string>(),
                                            "dollars, where the price does not tell");
  add_admin_options(form.options);
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  json::object order{{"reason", reason_of(*given)}};
  auto usage = usage_of(*given);
  if (usage.empty() && !given->contains("cost"))
    throw misuse("say what the provider counted, like --set output_tokens=120, or --cost 0.0125");
  if (!usage.empty()) order["usage"] = std::move(usage);
  if (given->contains("cost")) order["cost_usd"] = (*given)["cost"].as<std::string>();
  if (ids_of(*given).size() != 1) throw misuse("one call at a time is corrected");
  return send_amendment(*given, "correct", order);
}

int show_audits(std::span<const std::string> arguments) {
  record_list by_hand;
  by_hand.usage = "stint ledger audit [options]";
  by_hand.teaching =
      "Everything that was done by hand: raises, resets, releases, corrections, changes of keys "
      "and "
      "caps; newest first.\n\n"
      "  stint ledger audit --after 0 --limit 1000        all of it, the oldest first; then "
      "--after the "
      "last one\n";
  by_hand.path = "/api/v1/audit";
  by_hand.field = "audits";
  by_hand.pages = true;
  by_hand.nothing = "nothing was ever done by hand";
  by_hand.columns = {{"record"},  {"made"}, {"who"}, {"from"},  {"act"},
                     {"subject"}, {"was"},  {"is"},  {"reason"}};
  by_hand.cells = [](const json::object& record) {
    std::vector<std::string> cells;
    for (const char* name :
         {"number", "made", "who", "from", "act", "subject", "was", "is", "reason"})
      cells.push_back(field_text(record, name));
    return cells;
  };
  return show_records(arguments, by_hand);
}

}  // namespace stint
