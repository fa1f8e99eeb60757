// Tested by tests/gateway/admin/ledger_json_test.cpp.
#include "gateway/admin/api/ledger_json.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "gateway/admin/api/query.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 12> flag_names = {
    {{row_flag::counted, "counted"},
     {row_flag::orphaned, "orphaned"},
     {row_flag::unpriced, "unpriced"},
     {row_flag::unmetered, "unmetered"},
     {row_flag::free, "free"},
     {row_flag::estimated, "estimated"},
     {row_flag::hidden_input, "hidden_input"},
     {row_flag::over_hold, "over_hold"},
     {row_flag::implausible, "implausible"},
     {row_flag::no_answer, "no_answer"},
     {row_flag::unknown, "unknown"},
     {row_flag::corrected, "corrected"}}};

json::value time_or_null(wall_time at) {
  return at == wall_time{} ? json::value(nullptr) : json::value(to_iso_time(at));
}

json::object held_of(const ledger_row& row) {
  return {{"input_tokens", row.held.input_tokens},
          {"output_tokens", row.held.output_tokens},
          {"cost_nanodollars", row.held.cost.count()},
          {"cost_usd", to_dollars(row.held.cost)}};
}

json::array legs_json(const ledger_row& row) {
  json::array legs;
  for (const leg& each : legs_of(row)) {
    json::object used;
    put_usage(used, each.used);
    json::object one{{"why", to_string(each.why)},          {"model", each.model},
                     {"provider", each.provider},           {"service_tier", to_string(each.tier)},
                     {"price_version", each.price_version}, {"usage", std::move(used)}};
    put_cost(one, each.cost);
    legs.push_back(std::move(one));
  }
  return legs;
}

json::object context_json(const call_context& context) {
  return {{"session", context.session}, {"parent", context.parent},
          {"arm", context.arm},         {"prompt_version", context.prompt_version},
          {"region", context.region},   {"attempts", context.attempts}};
}

}  // namespace

std::vector<std::string> names_of_flags(std::uint32_t flags) {
  std::vector<std::string> names;
  for (const auto& [flag, name] : flag_names) {
    if ((flags & flag) != 0) names.emplace_back(name);
  }
  return names;
}

std::optional<std::uint32_t> flag_of(std::string_view name) noexcept {
  const auto found =
      std::ranges::find(flag_names, name, [](const auto& each) { return each.second; });
  return found == flag_names.end() ? std::nullopt : std::optional(found->first);
}

json::object to_json(const ledger_row& row) {
  const auto flags = names_of_flags(row.flags);
  json::object tags;
  for (const auto& [name, value] : row.tags)
    tags[name] = value;
  json::object used;
  put_usage(used, row.used);
  json::object object{{"id", to_string(row.id)},
                      {"admitted", to_iso_time(row.admitted)},
                      {"first_byte", time_or_null(row.first_byte)},
                      {"ended", time_or_null(row.ended)},
                      {"tenant", row.charged.tenant},
                      {"feature", row.charged.feature},
                      {"key", row.charged.key},
                      {"user", row.charged.user},
                      {"model", row.charged.model},
                      {"provider", row.charged.provider},
                      {"model_served", row.model_served},
                      {"streaming", row.streaming},
                      {"status", row.status},
                      {"outcome", to_string(row.outcome)},
                      {"usage_source", to_string(row.source)},
                      {"service_tier", to_string(row.tier)},
                      {"flags", json::array(flags.begin(), flags.end())},
                      {"price_version", row.price_version},
                      {"usage", std::move(used)},
                      {"held", held_of(row)},
                      {"tags", std::move(tags)},
                      {"context", context_json(row.context.value_or(call_context{}))},
                      {"legs", legs_json(row)}};
  put_cost(object, row.cost);
  return object;
}

}  // namespace stint
