// Raises and resets of caps, and what was done before. Tested by
// tests/gateway/cli/caps_adjust_test.cpp.
#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <date/tz.h>

#include "gateway/admin/api/order.hpp"
#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"
#include "pricing/text/words.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::int64_t listed_most = 1'000;
// "200", "200usd" and "$200" of a money cap, "50_000" and "5M" of the others.
result<std::int64_t> read_amount(const json::object& body, const cap& of) {
  auto text = text_of(body, "by").value_or("");
  const std::string unit(to_string(of.unit));
  if (of.unit != cap_unit::usd) {
    const auto count = parse_count(text);
    if (count && *count > 0) return *count;
    return wrong_order(
        "by", "cap " + of.name + " counts " + unit + "; expected how many more, like 50_000 or 5M");
  }
  if (text.ends_with("usd")) text.resize(text.size() - 3);
  if (text.starts_with('$')) text.erase(0, 1);
  const auto dollars = parse_dollars(text);
  if (dollars && *dollars > nanodollars{}) return dollars->count();
  return wrong_order("by",
                     "cap " + of.name + " counts dollars; expected how many more, like 200usd");
}

// The first moment of a day in the cap's own zone.
wall_time start_of(date::local_days day, const window_rule& rule) {
  if (rule.zone == nullptr) return wall_time{day.time_since_epoch()};
  return rule.zone->to_sys(day, date::choose::earliest);
}

std::optional<date::local_days> read_day(const std::string& text) {
  const auto day = parse_iso_date(text);
  if (!day) return std::nullopt;
  return date::local_days{day->time_since_epoch()};
}

// "tomorrow" and "2026-12-01" begin where the cap's days do; "24h" is from now.
result<std::optional<wall_time>> read_until(const json::object& body, const cap& of,
                                            wall_time now) {
  const auto text = text_of(body, "until");
  if (!text) return std::optional<wall_time>{};
  if (const auto day = read_day(*text)) return std::optional(start_of(*day, of.window));
  if (const auto at = parse_iso_time(*text)) return std::optional(*at);
  if (*text == "tomorrow") {
    const auto second = date::floor<std::chrono::seconds>(now);
    const auto local = of.window.zone == nullptr ? date::local_seconds{second.time_since_epoch()}
                                                 : of.window.zone->to_local(second);
    return std::optional(start_of(date::floor<date::days>(local) + date::days{1}, of.window));
  }
  constexpr std::int64_t day_ms = 86'400'000;
  constexpr std::int64_t days_most = 3'660;
  auto ms = parse_duration_ms(*text);
  if (!ms && text->ends_with('d')) {
    const auto days = parse_count(std::string_view(*text).substr(0, text->size() - 1));
    if (days && *days <= days_most) ms = *days * day_ms;
  }
  if (ms && *ms > 0 && *ms <= days_most * day_ms)
    return std::optional(now + std::chrono::milliseconds{*ms});
  return wrong_order(
      "until",
      "expected tomorrow, a date like 2026-12-01, a time like 2026-12-01T12:00:00Z, or "
      "how long, like 24h or 7d");
}

problem refused_order(adjustment_refusal why, const cap* of, const std::string& name) {
  const auto split = [&] {
    std::string words;
    for (const dimension each : of->per)
      words += (words.empty() ? "" : "/") + std::string(to_string(each));
    return words;
  };
  switch (why) {
    case adjustment_refusal::unknown_cap:
      return wrong_order("cap", "no cap is called \"" + name + "\"; `stint caps` shows all");
    case adjustment_refusal::of_each_call:
      return wrong_order("cap",
                         name +
                             " limits each call alone, so there is nothing to raise or reset; "
                             "edit its limit in the configuration and send SIGHUP");
    case adjustment_refusal::not_split:
      return wrong_order("scope", "cap " + name + " has no scopes; leave it out");
    case adjustment_refusal::wrong_scope:
      return wrong_order("scope", "cap " + name + " is split by " + split() +
                                      "; `stint caps --cap " + name + "` shows the scopes in use");
    case adjustment_refusal::not_positive:
      return wrong_order("by", "expected more than nothing");
    case adjustment_refusal::over_already:
      return wrong_order("until", "is over already; name a later moment");
    case adjustment_refusal::without_end:
      return wrong_order("until",
                         "cap " + name + " has no window that ends; say how long, like 24h");
    case adjustment_refusal::nothing_used:
      return wrong_order("scope", "nothing has been used there in the window that is open");
    case adjustment_refusal::too_many_scopes:
      return wrong_order("scope", "more than 1,000 scopes would be reset at once; name one");
    case adjustment_refusal::rebuilding:
      return make_problem(problem_kind::storage_unavailable,
                          "the history of cap " + name + " is being read; try again in a moment");
    case adjustment_refusal::rolling:
      return wrong_order("cap", "the window of " + name +
                                    " rolls: what was used leaves it bit by bit "
                                    "and cannot be reset; raise it instead");
    case adjustment_refusal::storage_unavailable:
      break;
  }
  return make_problem(problem_kind::storage_unavailable,
                      "the ledger could not record it now. Look at `stint caps history` before "
                      "you try again: it may be written as soon as the storage takes data");
}

json::object to_json(const adjustment& made) {
  const auto time_or_null = [](const std::optional<wall_time>& at) {
    return at ? json::value(to_iso_time(*at)) : json::value(nullptr);
  };
  json::object object{{"number", made.number},
                      {"kind", to_string(made.kind)},
                      {"made", to_iso_time(made.made)},
                      {"who", made.who},
                      {"reason", made.reason},
                      {"cap", made.cap},
                      {"unit", to_string(made.unit)},
                      {"scope", made.every_scope ? json::value(nullptr) : json::value(made.scope)},
                      {"until", time_or_null(made.until)}};
  put_amount(object, "amount", made.unit, made.amount);
  return object;
}

json::array to_json(const std::vector<adjustment>& made) {
  json::array list;
  for (const auto& each : made)
    list.push_back(to_json(each));
  return list;
}

admin_answer answer_order(adjustment_order order, const cap* of, admin_services& services) {
  const std::string name = order.cap;
  const auto done = wait_for_answer<adjusted>(
      [&](auto completion) { services.ledger.adjust(std::move(order), std::move(completion)); });
  if (!done) return error_answer(503, "the ledger does not answer");
  if (done->refused) return answer_problem(refused_order(*done->refused, of, name));
  return json_answer(201, json::object{{"adjustments", to_json(done->made)}});
}

admin_answer adjust(const admin_request& request, admin_services& services, adjustment_kind kind) {
  const bool raises = kind == adjustment_kind::raise;
  const auto body =
      read_order(request.body, raises ? std::vector<std::string>{"by", "scope", "until", "reason"}
                                      : std::vector<std::string>{"scope", "reason"});
  if (!body) return answer_problem(body.error());
  const auto caps = services.ledger.caps();
  const auto found = std::ranges::find(*caps, request.id, &cap::name);
  if (found == caps->end()) {
    const auto why = refused_order(adjustment_refusal::unknown_cap, nullptr, request.id);
    return error_answer(404, why.message, why.param);
  }
  adjustment_order order;
  order.kind = kind;
  order.cap = request.id;
  order.who = order_giver;
  order.from = request.from;
  order.at = wall_now();
  order.scope = text_of(*body, "scope");
  const auto reason = read_reason(*body);
  if (!reason) return answer_problem(reason.error());
  order.reason = *reason;
  if (raises) {
    const auto by = read_amount(*body, *found);
    if (!by) return answer_problem(by.error());
    order.by = *by;
    const auto until = read_until(*body, *found, order.at);
    if (!until) return answer_problem(until.error());
    order.until = *until;
  }
  return answer_order(std::move(order), &*found, services);
}

}  // namespace

admin_answer raise_cap(const admin_request& request, admin_services& services) {
  return adjust(request, services, adjustment_kind::raise);
}

admin_answer reset_cap(const admin_request& request, admin_services& services) {
  return adjust(request, services, adjustment_kind::reset);
}

admin_answer list_adjustments(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {"limit"})) return *refused;
  const auto limit = parse_count(request.parameter("limit").value_or("100"));
  if (!limit || *limit < 1 || *limit > listed_most)
    return answer_problem(wrong_order("limit", "expected a number from 1 to 1000"));
  const auto made = services.ledger.adjustments(static_cast<std::size_t>(*limit));
  return json_answer(200, json::object{{"adjustments", to_json(made)}});
}

}  // namespace stint
