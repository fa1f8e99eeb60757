#include "simulation/random_calls.hpp"

#include <iterator>
#include <string>

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"

namespace stint::testing {

cap random_calls::draw_cap(int index) {
  constexpr window_kind kinds[] = {window_kind::request, window_kind::minute, window_kind::hour,
                                   window_kind::day,     window_kind::week,   window_kind::month,
                                   window_kind::forever};
  cap rule;
  // What a name means never changes, so that a cap that comes back is the same; its limit, mode and
  // alerts do.
  std::mt19937_64 fixed(seed_ * 100 + static_cast<std::uint64_t>(index));
  rule.name = "cap-" + std::to_string(index);
  rule.unit = static_cast<cap_unit>(fixed() % 5);
  rule.window.kind = kinds[fixed() % std::size(kinds)];
  if (fixed() % 2 == 0) {
    rule.zone_name = "Etc/GMT-5";
    rule.window.zone = find_zone(rule.zone_name);
  }
  if (fixed() % 2 == 0) rule.per.push_back(dimension::tenant);
  if (fixed() % 3 == 0) rule.per.push_back(dimension::feature);
  if (fixed() % 3 == 0) rule.match.emplace_back(dimension::tenant, fixed() % 2 == 0 ? "t1" : "t*");
  if (fixed() % 4 == 0) rule.match.emplace_back(dimension::feature, "f2");
  // From a few calls at once to a few hundred in all.
  const std::int64_t scale = rule.unit == cap_unit::requests ? 10 : one_in(3) ? 20'000 : 4'000;
  rule.limit = upto(scale) + (one_in(5) ? 0 : scale / 10);
  if (rule.window.kind >= window_kind::week && !one_in(4)) rule.limit *= 100;
  if (one_in(4)) rule.mode = cap_mode::warn;
  if (one_in(3)) rule.alert_percent = {10, 90, 95, 150};
  return rule;
}

// Where calls use little of what they hold, and many run at once, it is others' holds that stand in
// the way; otherwise it is what is spent.
void random_calls::change_mood() {
  thrifty_ = !one_in(4);
  pending_usual_ = below(thrifty_ ? 60 : 10);
}

std::vector<cap> random_calls::caps() {
  std::vector<cap> drawn;
  const std::uint64_t rarity = 1 + below(4);
  for (int i = 0; i < 8; ++i) {
    if (one_in(rarity)) drawn.push_back(draw_cap(i));
  }
  return drawn;
}

attribution random_calls::charge() {
  return {.tenant = "t" + std::to_string(below(4)),
          .feature = "f" + std::to_string(below(3)),
          .key = "key_1",
          .user = "",
          .model = one_in(2) ? "gpt-5" : "claude",
          .provider = "openai"};
}

usage random_calls::used(std::int64_t bound) {
  usage result;
  result.input_tokens = upto(bound);
  result.output_tokens = upto(bound);
  return result;
}

hold_request random_calls::hold(wall_time at) {
  hold_request request;
  request.id = id(at);
  request.admitted = at;
  request.charged = charge();
  request.worst = {.input_tokens = upto(500),
                   .output_tokens = upto(500),
                   .cost = nanodollars{upto(2'000)},
                   .requests = 1};
  if (one_in(2)) {
    request.elastic = elastic(request.worst);
    request.worst.cost = request.elastic->cost.at(request.worst.output_tokens);
    if (one_in(5)) request.side_output_tokens = upto(300);
  }
  request.known.input_tokens = request.worst.input_tokens;
  request.known_cost = nanodollars{request.worst.cost.count() / 3};
  if (one_in(4)) request.room_share = 1 + upto(16);
  return request;
}

elastic_output random_calls::elastic(const amounts& worst) {
  constexpr std::int64_t nanodollar_each = 1'000'000;  // a rate is for a million tokens
  price at;
  at.base.input = upto(3) * nanodollar_each;
  at.base.output = upto(5 * nanodollar_each);
  call_bound prompt;
  prompt.prompt_tokens = worst.input_tokens;
  const std::int64_t bound = worst.output_tokens;
  elastic_output result;
  result.cost = cost_of_output(at, prompt, service_tier::standard);
  result.first_tokens = one_in(3) ? bound : upto(bound + 1);
  result.ample_tokens = one_in(4) ? 0 : upto(bound + 1);
  result.least_tokens = one_in(3) ? bound : upto(bound / 4 + 1);
  return result;
}

hold_extension random_calls::extension(const call_id& of) {
  hold_extension what;
  what.id = of;
  what.to = {.input_tokens = upto(500),
             .output_tokens = upto(600),
             .cost = nanodollars{upto(2'500)},
             .requests = 1};
  what.known = used(300);
  what.known_cost = nanodollars{upto(500)};
  return what;
}

settlement random_calls::resolution(const call_id& of, wall_time at) {
  settlement what;
  what.id = of;
  const std::int64_t usual = thrifty_ ? 8 : 300;
  what.used = used(one_in(thrifty_ ? 100 : 10) ? 2'000 : usual);
  what.cost = nanodollars{upto(one_in(thrifty_ ? 100 : 10) ? 8'000 : usual * 3)};
  what.ended = at;
  return what;
}

ledger_row random_calls::row(wall_time at) {
  ledger_row row;
  row.id = id(at);
  row.admitted = at;
  row.charged = charge();
  row.outcome = call_outcome::refused;
  if (one_in(2)) row.used = used(50);
  if (one_in(2)) row.flags = row_flag::unpriced;
  return row;
}

}  // namespace stint::testing
