// Tested by tests/gateway/admin/server_test.cpp.
#include <boost/json.hpp>

#include "gateway/admin/api/routes.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace json = boost::json;

// Nano-dollars per million tokens → dollars per million tokens, as an exact decimal.
json::object to_json(const token_rates& rates) {
  const auto dollars = [](std::int64_t rate) { return to_dollars(nanodollars(rate)); };
  return {{"input", dollars(rates.input)},
          {"cached_input", dollars(rates.cached_input)},
          {"cache_write_5m", dollars(rates.cache_write_5m)},
          {"cache_write_1h", dollars(rates.cache_write_1h)},
          {"cache_write_12h", dollars(rates.cache_write_12h)},
          {"audio_input", dollars(rates.audio_input)},
          {"output", dollars(rates.output)},
          {"audio_output", dollars(rates.audio_output)}};
}

json::object to_json(const price& one) {
  json::array steps;
  for (const auto& step : one.steps) {
    steps.push_back(json::object{{"first_tokens", step.first_tokens},
                                 {"usd_per_million", to_json(step.rates)}});
  }
  return {{"model", one.model},
          {"provider", one.provider},
          {"valid_from", to_iso_time(one.valid_from)},
          {"valid_until",
           one.valid_until ? json::value(to_iso_time(*one.valid_until)) : json::value(nullptr)},
          {"usd_per_million", to_json(one.base)},
          {"usd_per_request", to_dollars(nanodollars(one.request_nanodollars))},
          {"usd_per_web_search", to_dollars(nanodollars(one.web_search_nanodollars))},
          {"context_steps", std::move(steps)},
          {"context_window_tokens", one.context_window_tokens},
          {"output_tokens_max", one.output_tokens_max}};
}

}  // namespace

admin_answer get_prices(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {})) return *refused;
  const auto book = services.prices.get();
  json::array prices;
  for (const auto& one : book->prices())
    prices.push_back(to_json(one));
  return json_answer(200,
                     json::object{{"version", book->version()}, {"prices", std::move(prices)}});
}

}  // namespace stint
