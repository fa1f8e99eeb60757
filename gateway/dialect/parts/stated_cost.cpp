// Tested by tests/gateway/dialect/stated_cost_test.cpp.
#include "gateway/dialect/parts/stated_cost.hpp"

#include <cmath>

namespace stint {

std::optional<nanodollars> dollars_in(simdjson::dom::element value) {
  constexpr double most = 1e6;  // a million dollars for one call
  double dollars = -1;
  if (value.get(dollars) != simdjson::SUCCESS || !(dollars >= 0 && dollars <= most))
    return std::nullopt;
  const double amount = dollars * static_cast<double>(nanodollars::per_dollar);
  // A decimal that has no more places than a nano-dollar is one, although a double only comes near.
  constexpr double near = 1e-3;
  const double whole = std::round(amount);
  const double rounded = std::abs(amount - whole) <= near ? whole : std::ceil(amount);
  return nanodollars(static_cast<std::int64_t>(rounded));
}

std::optional<nanodollars> ticks_in(simdjson::dom::element value) {
  constexpr std::int64_t per_nanodollar = 10;
  constexpr std::int64_t most = 10'000'000'000'000'000;
  std::int64_t ticks = 0;
  if (value.get(ticks) != simdjson::SUCCESS || ticks <= 0 || ticks > most) return std::nullopt;
  return nanodollars((ticks + per_nanodollar - 1) / per_nanodollar);
}

std::optional<nanodollars> stated_cost_in(simdjson::dom::object reported) {
  simdjson::dom::element cost;
  if (reported["cost"].get(cost) != simdjson::SUCCESS) {
    // DeepInfra's name, also behind routers that pass it on.
    if (reported["estimated_cost"].get(cost) != simdjson::SUCCESS) return std::nullopt;
    return dollars_in(cost);
  }
  simdjson::dom::object parts;
  if (cost.get(parts) == simdjson::SUCCESS) {
    simdjson::dom::element total;
    if (parts["total_cost"].get(total) != simdjson::SUCCESS) return std::nullopt;
    return dollars_in(total);
  }
  auto stated = dollars_in(cost);
  bool is_own_key = false;
  if (!stated || reported["is_byok"].get(is_own_key) != simdjson::SUCCESS || !is_own_key)
    return stated;
  simdjson::dom::element upstream;
  if (reported["cost_details"]["upstream_inference_cost"].get(upstream) != simdjson::SUCCESS)
    return std::nullopt;
  const auto charged = dollars_in(upstream);
  if (!charged) return std::nullopt;
  return *stated + *charged;
}

}  // namespace stint
