// Tested by tests/gateway/admin/server_test.cpp.
#include "budgets/records/standing.hpp"
#include "gateway/admin/api/routes.hpp"

namespace stint {

admin_answer get_metrics(const admin_request&, admin_services& services) {
  auto standings = wait_for_answer<std::vector<cap_standing>>(
      [&](auto completion) { services.ledger.standings(std::move(completion)); });
  if (!standings) return text_answer(503, "the ledger does not answer\n");
  auto answer = text_answer(200, services.metrics.expose(*standings, services.ledger.health()));
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
