// Tested by tests/gateway/upstream/usage_refusals_test.cpp.
#include "gateway/upstream/usage_refusals.hpp"

namespace stint {

void usage_refusals::note(std::string_view provider, std::string_view model) {
  const std::lock_guard lock(guard_);
  if (refused_.size() >= kept_max) return;
  refused_.emplace(provider, model);
  any_.store(true, std::memory_order_release);
}

bool usage_refusals::has(std::string_view provider, std::string_view model) const {
  if (!any_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(guard_);
  return refused_.contains(std::pair<std::string, std::string>(provider, model));
}

}  // namespace stint
