// A call to bill, with prices written out by hand, for the tests of its bill.
#pragma once

#include <string>
#include <vector>

#include "gateway/call/hold/bill.hpp"
#include "gateway/dialect/table.hpp"
#include "pricing/price_samples.hpp"

namespace stint {

// A token of "asked" costs 2,000 nano-dollars, of output 8,000; of "other" half of that, until 2027.
inline std::vector<price> prices_to_bill_by() {
  price asked =
      samples::plain_price("asked", samples::plain_rates(2 * samples::dollar, 8 * samples::dollar));
  samples::set_tier(asked, service_tier::priority, 2'000);
  samples::set_tier(asked, service_tier::flex, 500);
  asked.web_search_nanodollars = samples::cent;
  price other =
      samples::plain_price("other", samples::plain_rates(samples::dollar, 4 * samples::dollar));
  other.valid_until = samples::utc(2027, 1, 1);
  price later =
      samples::plain_price("other", samples::plain_rates(samples::dollar, 100 * samples::dollar));
  later.valid_from = samples::utc(2027, 1, 1);
  return {asked, other, later};
}

struct call_to_bill {
  call_to_bill() {
    held.id = make_call_id(samples::any_time(), 1, 2);
    held.admitted = samples::any_time();
    held.known.input_tokens = 10;
    call.provider = &provider;
    call.rates = *prices.find("asked", held.admitted);
  }

  // The provider's own figures: 1,000 tokens in, 100 out.
  [[nodiscard]] static call_end reported_by(const std::string& model) {
    call_end ended;
    ended.outcome = call_outcome::completed;
    ended.status = 200;
    ended.generated = true;
    ended.counted_output_tokens = 7;
    ended.report.emplace();
    ended.report->model = model;
    ended.report->used.input_tokens = 1'000;
    ended.report->used.output_tokens = 100;
    return ended;
  }
  [[nodiscard]] settlement settled_at(const call_end& ended, const std::string& api = "openai") {
    billed_call of{prices, held, &call, *find_dialect(api)};
    of.held_output_tokens = 500;
    of.unknown_at_hold = unknown_at_hold;
    return bill_of(of, ended, now);
  }

  // Forwarded, with 20 tokens of the answer seen and not its end.
  [[nodiscard]] call_end not_seen_to_its_end() {
    held.worst.input_tokens = 25;
    held.worst.output_tokens = 500;
    call_bound bound;
    bound.prompt_tokens = 25;
    held.elastic.emplace().cost = cost_of_output(*call.rates, bound, service_tier::standard);
    held.worst.cost = held.elastic->cost.at(500);
    call_end ended;
    ended.outcome = call_outcome::upstream_gone;
    ended.status = 502;
    ended.generated = true;
    ended.unknown = true;
    ended.counted_output_tokens = 20;
    return ended;
  }

  bool unknown_at_hold = true;
  const wall_time now = samples::utc(2027, 3, 1);
  price_book prices{"book-7", prices_to_bill_by(), {}};
  provider_config provider;
  hold_request held;
  examined_call call;
};

}  // namespace stint
