// Tested by tests/gateway/admin/server_test.cpp.
#include <algorithm>

#include <boost/json.hpp>

#include "budgets/records/standing.hpp"
#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;

json::object to_json(const cap_standing& standing) {
  json::object object{{"scope", standing.scope},
                      {"start", to_iso_time(standing.window.start)},
                      {"end", standing.window.end ? json::value(to_iso_time(*standing.window.end))
                                                  : json::value(nullptr)},
                      {"threshold_reached", standing.threshold_reached}};
  put_amount(object, "limit", standing.unit, standing.limit);
  put_amount(object, "raised_by", standing.unit, standing.limit - standing.configured_limit);
  put_amount(object, "reset_from", standing.unit, standing.forgiven);
  put_amount(object, "used_unknown", standing.unit, standing.unknown);
  object["history_incomplete"] = standing.incomplete;
  put_amount(object, "used", standing.unit, standing.used);
  put_amount(object, "held", standing.unit, standing.held);
  put_amount(object, "left", standing.unit, standing.left());
  return object;
}

json::array standings_of(const cap& one, const std::vector<cap_standing>& standings,
                         wall_time now) {
  json::array found;
  for (const auto& standing : standings) {
    if (standing.cap == one.name) found.push_back(to_json(standing));
  }
  // A cap that is not split has one counter from the start, even if no call has touched it yet.
  if (found.empty() && one.per.empty() && one.window.kind != window_kind::request) {
    found.push_back(to_json({.cap = one.name,
                             .scope = "",
                             .unit = one.unit,
                             .mode = one.mode,
                             .window = window_at(one.window, now),
                             .limit = one.limit,
                             .configured_limit = one.limit}));
  }
  return found;
}

json::object to_json(const cap& one, const std::vector<cap_standing>& standings, wall_time now) {
  json::object match;
  for (const auto& [selected, glob] : one.match)
    match[to_string(selected)] = glob;
  json::array per;
  for (const auto split : one.per)
    per.emplace_back(to_string(split));
  json::object object{{"name", one.name},
                      {"unit", to_string(one.unit)},
                      {"window", describe_window(one.window)},
                      {"timezone", one.tenants ? "tenant" : one.zone_name},
                      {"mode", one.mode == cap_mode::enforce ? "enforce" : "warn"},
                      {"match", std::move(match)},
                      {"per", std::move(per)},
                      {"alerts", json::array(one.alert_percent.begin(), one.alert_percent.end())},
                      {"standings", standings_of(one, standings, now)}};
  if (one.window.kind == window_kind::rolling) {
    object["step"] = duration_text(rolling_step(one.window.length));
  }
  put_amount(object, "limit", one.unit, one.limit);
  return object;
}

}  // namespace

admin_answer get_caps(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {})) return *refused;
  auto standings = wait_for_answer<std::vector<cap_standing>>(
      [&](auto completion) { services.ledger.standings(std::move(completion)); });
  if (!standings) return error_answer(503, "the ledger does not answer");
  sort_standings(*standings);
  const auto now = wall_now();
  json::array caps;
  const cap* before = nullptr;
  const auto in_force = services.ledger.caps();
  for (const auto& one : *in_force) {
    // The parts of a cap in the tenants' own time follow each other, and are one to people.
    const bool same = before != nullptr && before->name == one.name;
    before = &one;
    if (same) continue;
    caps.push_back(to_json(one, *standings, now));
  }
  return json_answer(200, json::object{{"now", to_iso_time(now)}, {"caps", std::move(caps)}});
}

}  // namespace stint
