// Tested by tests/gateway/admin/server_test.cpp.
#include <optional>

#include "budgets/records/standing.hpp"
#include "gateway/admin/api/routes.hpp"

namespace stint {

admin_answer get_metrics(const admin_request&, admin_services& services) {
  const ledger_health health = services.ledger.health();
  // Of a scope that has two windows the latter is shown: twice as many are enough.
  const std::size_t asked = 2 * services.settings.series_per_family_max;
  std::optional<listed_standings> standings;
  if (!health.hangs) {
    standings = wait_for_answer<listed_standings>(
        [&](auto completion) { services.ledger.fullest_standings(asked, std::move(completion)); });
  }
  // Without them the rest is told all the same: that the ledger does not answer is in it.
  if (!standings) standings.emplace();
  auto answer =
      text_answer(200, services.metrics.expose(standings->list, health, standings->left_out));
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return answer;
}

admin_answer get_health(const admin_request&, admin_services&) {
  return text_answer(200, "ok\n");
}

admin_answer get_readiness(const admin_request&, admin_services& services) {
  if (!services.ready()) return text_answer(503, "draining: takes no new calls\n");
  const auto health = services.ledger.health();
  if (!health.writable)
    return text_answer(503, "the ledger cannot be written: " + health.last_error + "\n");
  return text_answer(200, "ready\n");
}

}  // namespace stint
