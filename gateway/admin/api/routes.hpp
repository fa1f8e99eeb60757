// The routes of the admin listener. Handlers are plain functions from request to answer; they run
// on a worker thread and may block. Money is in integer nano-dollars and, beside it, as an exact
// decimal string: JSON numbers above 2^53 lose digits in many readers.
#pragma once

#include <span>
#include <string_view>

#include "gateway/admin/api/services.hpp"

namespace stint {

enum class admin_access : std::uint8_t {
  open,     // and answered on the admin thread: it waits for nothing
  metrics,  // open unless the configuration says otherwise
  token
};

struct admin_route {
  std::string_view method;
  std::string_view path;  // one segment may be {id}
  admin_access access;
  admin_handler handler;
};

struct matched_route {
  const admin_route* route = nullptr;  // null: none
  std::string allow;                   // the methods that the path does have
};
// Fills request.id.
[[nodiscard]] matched_route match_route(admin_request& request);

// GET /metrics, /healthz, /readyz
[[nodiscard]] admin_answer get_metrics(const admin_request& request, admin_services& services);
[[nodiscard]] admin_answer get_health(const admin_request& request, admin_services& services);
[[nodiscard]] admin_answer get_readiness(const admin_request& request, admin_services& services);

// GET /api/v1/keys → {"keys": [{id, tenant, features, default_feature, models, label, created,
// expires, revoked, state}]}
[[nodiscard]] admin_answer list_keys(const admin_request& request, admin_services& services);
// POST /api/v1/keys {"tenant": …, "features"?, "default_feature"?, "models"?, "label"?, "expires"?:
// ISO time} → 201 {"key": {…}, "secret": "sk-stint-…"}; the secret is shown this once.
[[nodiscard]] admin_answer create_key(const admin_request& request, admin_services& services);
// POST /api/v1/keys/{id}/revoke → {"key": {…}}; again is the same.
[[nodiscard]] admin_answer revoke_key(const admin_request& request, admin_services& services);

// GET /api/v1/caps → {"caps": [{name, unit, window, …, "standings": [{scope, start, end, limit,
// used, held, left, …}]}]}
[[nodiscard]] admin_answer get_caps(const admin_request& request, admin_services& services);

// POST /api/v1/caps/{name}/raise
//   {"by": "200usd" | "50_000", "scope"?, "until"?: "tomorrow" | "2026-12-01" | "24h" | ISO time,
//    "reason"}
// POST /api/v1/caps/{name}/reset {"scope"?, "reason"}
//   → 201 {"adjustments": [{number, kind, made, who, reason, cap, scope, amount, until}]}
// Dates are of the cap's time zone.
[[nodiscard]] admin_answer raise_cap(const admin_request& request, admin_services& services);
[[nodiscard]] admin_answer reset_cap(const admin_request& request, admin_services& services);
// GET /api/v1/caps/history?limit=… → {"adjustments": […]}, newest first
[[nodiscard]] admin_answer list_adjustments(const admin_request& request, admin_services& services);

// GET /api/v1/spend?by=tenant,feature&from=…&to=…&day=1&match=tenant:acme → {"from", "to", "by",
// "lines": […], "total": {…}}; [from, to) in whole UTC hours, by default this month so far. match
// may be repeated. simulated=1: the simulated calls, which are left out otherwise where their books are
// apart; "simulated" of the answer says so: out, in, only.
[[nodiscard]] admin_answer get_spend(const admin_request& request, admin_services& services);

// GET /api/v1/ledger?limit=…&before=<id>&from=…&to=…&match=…&flag=… → {"rows": […], "next_before": id or
// null}, newest first
[[nodiscard]] admin_answer list_rows(const admin_request& request, admin_services& services);
// GET /api/v1/ledger/{id}
[[nodiscard]] admin_answer get_row(const admin_request& request, admin_services& services);
// POST /api/v1/ledger/{id}/release {"reason"}: gives back what an end that nobody saw was charged.
// POST /api/v1/ledger/{id}/correct {"reason", "usage"?: {"output_tokens": 120, …}, "cost_usd"?}: what
// is not named stays; without a cost, as the price of that time says.
//   → {"was": row, "row": row}
[[nodiscard]] admin_answer release_call(const admin_request& request, admin_services& services);
[[nodiscard]] admin_answer correct_call(const admin_request& request, admin_services& services);
// GET /api/v1/audit?limit=… → {"audits": [{number, made, act, who, from, reason, subject, was, is}]},
// newest first
[[nodiscard]] admin_answer list_audits(const admin_request& request, admin_services& services);
// POST /api/v1/ledger/verify → {"holds": bool, "differences": […], "differences_left_out",
// "proved": {rows, hours, days, counters_by_rows, counters_by_rollups}, "unproved": [{cap,
// counters, reason}]}
[[nodiscard]] admin_answer verify_ledger(const admin_request& request, admin_services& services);
// POST /api/v1/ledger/backup {"directory": absolute path, new or empty} → {"directory", "group",
// "files", "bytes"}, when it is made
[[nodiscard]] admin_answer back_up_ledger(const admin_request& request, admin_services& services);
// GET of either: how far the one that runs has come → {"done", "total"}: rows; bytes
[[nodiscard]] admin_answer watch_verification(const admin_request& request,
                                              admin_services& services);
[[nodiscard]] admin_answer watch_backup(const admin_request& request, admin_services& services);

// GET /api/v1/prices → {"version", "prices": […]}
[[nodiscard]] admin_answer get_prices(const admin_request& request, admin_services& services);

}  // namespace stint
