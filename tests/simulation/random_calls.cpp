#include "simulation/random_calls.hpp"

#include <iterator>
#include <string>

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
  rule.limit = upto(rule.unit == cap_unit::requests ? 20 : 20'000) *
               (rule.window.kind == window_kind::forever || one_in(4) ? 100 : 1);
  if (one_in(4)) rule.mode = cap_mode::warn;
  if (one_in(3)) rule.alert_percent = {10, 90, 95, 150};
  return rule;
}

std::vector<cap> random_calls::caps() {
  std::vector<cap> drawn;
  for (int i = 0; i < 8; ++i) {
    if (!one_in(4)) drawn.push_back(draw_cap(i));
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
  request.known.input_tokens = request.worst.input_tokens;
  request.known_cost = nanodollars{request.worst.cost.count() / 3};
  if (one_in(4)) request.room_share = 1 + upto(16);
  return request;
}

settlement random_calls::resolution(const call_id& of, wall_time at) {
  settlement what;
  what.id = of;
  what.used = used(one_in(10) ? 2'000 : 300);
  what.cost = nanodollars{upto(one_in(10) ? 8'000 : 1'000)};
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
