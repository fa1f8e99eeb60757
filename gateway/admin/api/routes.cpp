// Tested by tests/gateway/admin/server_test.cpp.
#include "gateway/admin/api/routes.hpp"

#include <array>

namespace stint {
namespace {

constexpr auto routes = std::to_array<admin_route>({
    {"GET", "/metrics", admin_access::metrics, get_metrics},
    {"GET", "/healthz", admin_access::open, get_health},
    {"GET", "/readyz", admin_access::open, get_readiness},
    {"GET", "/api/v1/keys", admin_access::token, list_keys},
    {"POST", "/api/v1/keys", admin_access::token, create_key},
    {"POST", "/api/v1/keys/{id}/revoke", admin_access::token, revoke_key},
    {"GET", "/api/v1/caps", admin_access::token, get_caps},
    {"GET", "/api/v1/caps/history", admin_access::token, list_adjustments},
    {"POST", "/api/v1/caps/{id}/raise", admin_access::token, raise_cap},
    {"POST", "/api/v1/caps/{id}/reset", admin_access::token, reset_cap},
    {"GET", "/api/v1/spend", admin_access::token, get_spend},
    {"GET", "/api/v1/ledger", admin_access::token, list_rows},
    {"GET", "/api/v1/ledger/verify", admin_access::token, watch_verification},
    {"POST", "/api/v1/ledger/verify", admin_access::token, verify_ledger},
    {"GET", "/api/v1/ledger/backup", admin_access::token, watch_backup},
    {"POST", "/api/v1/ledger/backup", admin_access::token, back_up_ledger},
    {"GET", "/api/v1/ledger/{id}", admin_access::token, get_row},
    {"POST", "/api/v1/ledger/{id}/release", admin_access::token, release_call},
    {"POST", "/api/v1/ledger/{id}/correct", admin_access::token, correct_call},
    {"GET", "/api/v1/audit", admin_access::token, list_audits},
    {"GET", "/api/v1/prices", admin_access::token, get_prices},
});

// The segment that stands for {id}; nothing when the path is not this route's.
std::optional<std::string> match_path(std::string_view pattern, std::string_view path) {
  constexpr std::string_view place = "{id}";
  const auto at = pattern.find(place);
  if (at == std::string_view::npos)
    return path == pattern ? std::optional<std::string>("") : std::nullopt;
  const auto before = pattern.substr(0, at);
  const auto after = pattern.substr(at + place.size());
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  const auto id = path.substr(before.size(), path.size() - before.size() - after.size());
  if (id.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(id);
}

}  // namespace

matched_route match_route(admin_request& request) {
  matched_route matched;
  for (const auto& route : routes) {
    const auto id = match_path(route.path, request.path);
    if (!id) continue;
    if (route.method == request.method) {
      request.id = *id;
      matched.route = &route;
      return matched;
    }
    if (!matched.allow.empty()) matched.allow += ", ";
    matched.allow += route.method;
  }
  return matched;
}

}  // namespace stint
