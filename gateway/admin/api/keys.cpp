// Tested by tests/gateway/admin/server_test.cpp.
#include <algorithm>

#include <boost/json.hpp>

#include "gateway/admin/api/order.hpp"
#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"
#include "pricing/text/words.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;

const std::vector<std::string> order_fields = {"tenant", "features", "default_feature", "models",
                                               "label",  "expires",  "reason"};

json::value time_or_null(const std::optional<wall_time>& at) {
  return at ? json::value(to_iso_time(*at)) : json::value(nullptr);
}

std::string_view state_of(const virtual_key& key, wall_time now) {
  if (key.revoked) return "revoked";
  return key.expires && *key.expires <= now ? "expired" : "active";
}

// Everything but the hash: nobody needs it outside.
json::object to_json(const virtual_key& key, wall_time now) {
  return {{"id", key.id},
          {"tenant", key.tenant},
          {"features", json::array(key.features.begin(), key.features.end())},
          {"default_feature", key.default_feature},
          {"models", json::array(key.models.begin(), key.models.end())},
          {"label", key.label},
          {"created", to_iso_time(key.created)},
          {"expires", time_or_null(key.expires)},
          {"revoked", time_or_null(key.revoked)},
          {"state", state_of(key, now)}};
}

problem wrong_field(std::string_view name, std::string_view wanted) {
  return make_problem(problem_kind::bad_request,
                      std::string(name) + ": expected " + std::string(wanted), std::string(name));
}

std::optional<problem> read_text(const json::object& body, std::string_view name,
                                 std::string& into) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return wrong_field(name, "a string");
  into = std::string(value->get_string());
  return std::nullopt;
}

std::optional<problem> read_words(const json::object& body, std::string_view name,
                                  std::vector<std::string>& into) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) return wrong_field(name, "a list of strings");
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return wrong_field(name, "a list of strings");
    into.emplace_back(item.get_string());
  }
  return std::nullopt;
}

result<key_order> read_key_order(const std::string& text) {
  boost::system::error_code broken;
  const auto value = json::parse(text, broken);
  if (broken || !value.is_object()) {
    return make_problem(problem_kind::bad_request,
                        "expected a JSON object like {\"tenant\": \"acme\"}");
  }
  const auto& body = value.get_object();
  for (const auto& field : body) {
    const std::string name(field.key());
    if (std::find(order_fields.begin(), order_fields.end(), name) != order_fields.end()) continue;
    return make_problem(problem_kind::bad_request,
                        "unknown field" + did_you_mean(name, order_fields) +
                            "; known: " + list_choices(order_fields),
                        name);
  }
  key_order order;
  if (auto bad = read_text(body, "tenant", order.tenant)) return *bad;
  if (auto bad = read_words(body, "features", order.features)) return *bad;
  if (auto bad = read_text(body, "default_feature", order.default_feature)) return *bad;
  if (auto bad = read_words(body, "models", order.models)) return *bad;
  if (auto bad = read_text(body, "label", order.label)) return *bad;
  std::string expires;
  if (auto bad = read_text(body, "expires", expires)) return *bad;
  if (!expires.empty()) {
    order.expires = parse_iso_time(expires);
    if (!order.expires)
      return wrong_field("expires", "a UTC time like 2027-01-31 or 2027-01-31T12:00:00Z");
  }
  return order;
}

// Durable before it is in force: a key that works must not vanish with the process, nor a revoked
// one come back.
bool store_key(const virtual_key& key, audited_act act, std::string_view was, signature by,
               admin_services& services) {
  audit_record audit;
  audit.act = act;
  audit.by = std::move(by);
  audit.subject = key.id;
  audit.was = was;
  audit.is = std::string(state_of(key, wall_now())) + ", tenant " + key.tenant;
  const auto recorded = wait_for_answer<bool>([&](auto completion) {
    services.ledger.put_key({.id = key.id, .encoded = encode_key(key)}, std::move(audit),
                            std::move(completion));
  });
  if (!recorded.value_or(false)) return false;
  services.keys.put(key);
  return true;
}

// A reason is welcome and not asked for: keys are made by scripts.
result<signature> signed_by(const admin_request& request) {
  signature by{.who = std::string(order_giver), .from = request.from, .reason = {}};
  boost::system::error_code broken;
  const auto body = json::parse(request.body, broken);
  if (broken || !body.is_object() || !body.get_object().contains("reason")) return by;
  if (!body.get_object().at("reason").is_string()) return wrong_field("reason", "a string");
  const auto reason = read_reason(body.get_object());
  if (!reason) return reason.error();
  constexpr std::size_t reason_bytes_max = 500;
  if (reason->size() > reason_bytes_max) return wrong_field("reason", "at most 500 bytes");
  by.reason = *reason;
  return by;
}

admin_answer not_stored() {
  return error_answer(503,
                      "the ledger could not record the key, so nothing has changed; see "
                      "stint_ledger_writable and the gateway's log");
}

}  // namespace

admin_answer list_keys(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {})) return *refused;
  const auto now = wall_now();
  json::array keys;
  for (const auto& key : services.keys.list())
    keys.push_back(to_json(key, now));
  return json_answer(200, json::object{{"keys", std::move(keys)}});
}

admin_answer create_key(const admin_request& request, admin_services& services) {
  const auto order = read_key_order(request.body);
  if (!order) return error_answer(400, order.error().message, order.error().param);
  const auto now = wall_now();
  const auto made = make_key(*order, now);
  if (!made) return error_answer(made.error().status, made.error().message, made.error().param);
  const auto by = signed_by(request);
  if (!by) return answer_problem(by.error());
  const std::lock_guard one_at_a_time(services.keys_change);
  if (!store_key(made->key, audited_act::key_created, "not there", *by, services))
    return not_stored();
  return json_answer(201,
                     json::object{{"key", to_json(made->key, now)}, {"secret", made->secret_text}});
}

admin_answer revoke_key(const admin_request& request, admin_services& services) {
  if (!request.body.empty()) {
    const auto body = read_order(request.body, {"reason"});
    if (!body) return answer_problem(body.error());
  }
  const auto by = signed_by(request);
  if (!by) return answer_problem(by.error());
  const std::lock_guard one_at_a_time(services.keys_change);
  const auto keys = services.keys.list();
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.id == request.id; });
  if (found == keys.end())
    return error_answer(404, "there is no key " + request.id + "; `stint keys list` shows all",
                        "id");
  auto key = *found;
  const auto now = wall_now();
  const bool was_revoked = key.revoked.has_value();
  if (!was_revoked) {
    const std::string_view was = state_of(key, now);
    key.revoked = now;
    if (!store_key(key, audited_act::key_revoked, was, *by, services)) return not_stored();
  }
  return json_answer(200, json::object{{"key", to_json(key, now)}, {"was_revoked", was_revoked}});
}

}  // namespace stint
