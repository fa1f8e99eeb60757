// Releasing and correcting settled calls, and what was done by hand. Tested by
// tests/gateway/cli/amend_test.cpp.
#include <boost/json.hpp>

#include "gateway/admin/api/ledger_json.hpp"
#include "gateway/admin/api/order.hpp"
#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"
#include "pricing/cost.hpp"
#include "pricing/text/words.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::int64_t audits_most = 1'000;

problem refused_amendment(amendment_refusal why) {
  switch (why) {
    case amendment_refusal::no_such_call:
      return wrong_order("id",
                         "no call with this id is recorded; it may have been refused before "
                         "anything was held, or be older than rows_kept_days");
    case amendment_refusal::still_running:
      return wrong_order("id", "the call is still running; it is settled when it ends");
    case amendment_refusal::not_unknown:
      return wrong_order("id",
                         "what the call used is known, so there is nothing to release; `stint "
                         "ledger correct` takes other figures");
    case amendment_refusal::changes_nothing:
      return wrong_order("usage", "these are the figures that the call has");
    case amendment_refusal::implausible:
      return wrong_order("usage",
                         "no call can use that: counts are 0 to 1,000,000,000, and reasoning is a "
                         "part of output");
    case amendment_refusal::told_meanwhile:
      return make_problem(
          problem_kind::storage_unavailable,
          "others correct the same call at the same time; look at it, and try again");
    case amendment_refusal::rebuilding:
      return make_problem(problem_kind::storage_unavailable,
                          "the history of a cap is being read; try again in a moment");
    case amendment_refusal::storage_unavailable:
      break;
  }
  return make_problem(problem_kind::storage_unavailable,
                      "the ledger could not record it now. Look at `stint ledger audit` before "
                      "you try again: it may be written as soon as the storage takes data");
}

// The row's own counts where the order says nothing else.
result<usage> read_usage(const json::object& order, const usage& present) {
  usage read = present;
  const auto* given = order.if_contains("usage");
  if (given == nullptr) return read;
  for (const auto& field : given->get_object()) {
    std::vector<std::string> known;
    std::int64_t usage::*count = nullptr;
    for (const usage_kind& kind : usage_kinds) {
      known.emplace_back(kind.name);
      if (field.key() == kind.name) count = kind.count;
    }
    const std::string name = "usage." + std::string(field.key());
    if (count == nullptr)
      return wrong_order(name, "unknown kind" + did_you_mean(field.key(), known) +
                                   "; known: " + list_choices(known));
    if (!field.value().is_int64()) return wrong_order(name, "expected a whole number");
    read.*count = field.value().get_int64();
  }
  return read;
}

// Nothing: several did, or one did something that has a price of its own.
std::optional<std::string_view> only_model_of(const ledger_row& row) {
  std::optional<std::string_view> only;
  for (const leg& each : row.legs) {
    if (each.why == leg_reason::correction || (each.used == usage{} && each.cost == nanodollars{}))
      continue;
    const bool answers = each.why == leg_reason::answer || each.why == leg_reason::fallback;
    if (!answers || (only && *only != each.model)) return std::nullopt;
    only = each.model;
  }
  return only ? *only : std::string_view(row.model_served);
}

// As told, or what the usage costs by the price that was in force.
result<nanodollars> read_cost(const json::object& order, const ledger_row& row, const usage& used,
                              const admin_services& services) {
  const std::shared_ptr<const price_book> in_force = services.prices.get();
  const price_book& prices = *in_force;
  if (const auto told = text_of(order, "cost_usd")) {
    const auto cost = parse_dollars(*told);
    if (cost) return *cost;
    return wrong_order("cost_usd", "expected dollars with at most nine places, like 0.0125");
  }
  if (!plausible(used)) return refused_amendment(amendment_refusal::implausible);
  const auto worked = only_model_of(row);
  if (!worked) {
    return wrong_order("cost_usd",
                       "several models worked on the call, at a price each; say what it cost");
  }
  if (row.price_version != prices.version()) {
    return wrong_order("cost_usd", "the call was priced by version " + row.price_version +
                                       " of the price file, which is not in force any more; say "
                                       "what it cost");
  }
  const provider_config* provider = services.settings.find_provider(row.charged.provider);
  auto found =
      prices.find(provider != nullptr ? provider->base_model(*worked) : *worked, row.admitted);
  if (!found) found = prices.find(row.charged.model, row.admitted);
  if (!found) return wrong_order("cost_usd", "the model had no price then; say what the call cost");
  const bool is_us = row.context && row.context->region == to_string(inference_region::us);
  return cost_of(**found, used, row.tier, row.admitted,
                 is_us ? inference_region::us : inference_region::any);
}

std::optional<amended> send_amendment(amendment_order order, admin_services& services) {
  return wait_for_answer<amended>(
      [&](auto completion) { services.ledger.amend(std::move(order), std::move(completion)); });
}

admin_answer answer_amended(const amended& done) {
  if (done.refused) return answer_problem(refused_amendment(*done.refused));
  return json_answer(200,
                     json::object{{"was", to_json(done.row.was)}, {"row", to_json(done.row.is)}});
}

result<amendment_order> begin_order(const admin_request& request, const json::object& body) {
  amendment_order order;
  const auto id = parse_call_id(request.id);
  if (!id) {
    return wrong_order("id", "expected a request id like 019356a0-0000-7000-8000-000000000000");
  }
  const auto reason = read_reason(body);
  if (!reason) return reason.error();
  order.id = *id;
  order.by = {.who = std::string(order_giver), .from = request.from, .reason = *reason};
  order.at = wall_now();
  return order;
}

json::object to_json(const audit_record& record) {
  return {{"number", record.number},
          {"made", to_iso_time(record.made)},
          {"act", to_string(record.act)},
          {"who", record.by.who},
          {"from", record.by.from},
          {"reason", record.by.reason},
          {"subject", record.subject},
          {"was", record.was},
          {"is", record.is}};
}

}  // namespace

admin_answer release_call(const admin_request& request, admin_services& services) {
  const auto body = read_order(request.body, {"reason"});
  if (!body) return answer_problem(body.error());
  auto order = begin_order(request, *body);
  if (!order) return answer_problem(order.error());
  const auto done = send_amendment(std::move(*order), services);
  return done ? answer_amended(*done) : error_answer(503, "the ledger does not answer");
}

admin_answer correct_call(const admin_request& request, admin_services& services) {
  const auto body = read_order(request.body, {"reason", "usage", "cost_usd"}, {"usage"});
  if (!body) return answer_problem(body.error());
  auto order = begin_order(request, *body);
  if (!order) return answer_problem(order.error());
  if (!body->contains("usage") && !body->contains("cost_usd"))
    return answer_problem(wrong_order("usage", "say what the provider counted, or cost_usd"));
  // What is not told stays as it is, which another correction may have changed when this one comes to be
  // recorded: then it is worked out again.
  constexpr int tries = 8;
  for (int n = 1;; ++n) {
    const auto row = services.ledger.row(order->id);
    if (!row) return answer_problem(refused_amendment(amendment_refusal::no_such_call));
    // What a released call was charged for is no usage of it, as long as nobody tells any.
    const auto used = read_usage(*body, body->contains("usage") ? known_usage(*row) : row->used);
    if (!used) return answer_problem(used.error());
    const auto cost = read_cost(*body, *row, *used, services);
    if (!cost) return answer_problem(cost.error());
    order->correct = {
        .used = *used, .cost = *cost, .price_version = services.prices.get()->version()};
    order->seen = {.used = row->used, .cost = row->cost, .flags = row->flags};
    const auto done = send_amendment(*order, services);
    if (!done) return error_answer(503, "the ledger does not answer");
    if (done->refused == amendment_refusal::told_meanwhile && n < tries) continue;
    return answer_amended(*done);
  }
}

admin_answer list_audits(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {"limit", "after"})) return *refused;
  const auto limit = parse_count(request.parameter("limit").value_or("100"));
  if (!limit || *limit < 1 || *limit > audits_most)
    return answer_problem(wrong_order("limit", "expected a number from 1 to 1000"));
  const auto most = static_cast<std::size_t>(*limit);
  std::vector<audit_record> records;
  if (const auto word = request.parameter("after")) {
    const auto after = parse_count(*word);
    if (!after || *after < 0)
      return answer_problem(wrong_order("after", "expected the number of a record"));
    records = services.ledger.audits_after(static_cast<std::uint64_t>(*after), most);
  } else {
    records = services.ledger.audits(most);
  }
  json::array shown;
  for (const audit_record& record : records)
    shown.push_back(to_json(record));
  return json_answer(200, json::object{{"audits", std::move(shown)}});
}

}  // namespace stint
