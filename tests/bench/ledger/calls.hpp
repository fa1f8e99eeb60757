// The calls that the ledger's benchmark makes: which is which follows from its number. Plain
// values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/writer/ledger_options.hpp"

namespace stint::bench {

inline constexpr std::int64_t never_reached = 1'000'000'000'000'000;
inline constexpr nanodollars cost_of_each{2'100'000};
inline constexpr std::int64_t tokens_of_each = 450;

[[nodiscard]] inline wall_time now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

[[nodiscard]] inline cap cap_of(std::string name, std::vector<dimension> per, cap_unit unit,
                                window_kind window) {
  cap result;
  result.name = std::move(name);
  result.per = std::move(per);
  result.unit = unit;
  result.window.kind = window;
  result.limit = never_reached;
  return result;
}

[[nodiscard]] inline std::vector<cap> three_caps() {
  return {cap_of("tenant-day", {dimension::tenant}, cap_unit::usd, window_kind::day),
          cap_of("feature-day", {dimension::tenant, dimension::feature}, cap_unit::tokens,
                 window_kind::day),
          cap_of("org-for-ever", {}, cap_unit::usd, window_kind::forever)};
}

[[nodiscard]] inline attribution charged_of(std::uint64_t number) {
  const std::string tenant = std::to_string(number % 50);
  return {.tenant = "tenant-" + tenant,
          .feature = "feature-" + std::to_string(number % 7),
          .key = "key_0123456789abcdef" + tenant,
          .user = "",
          .model = number % 3 == 0 ? "gpt-5.6-sol-mini" : "gpt-5.6-sol",
          .provider = "openai"};
}

[[nodiscard]] inline call_id id_of(std::uint64_t number, wall_time at) {
  return make_call_id(at, number, number * 0x9E37'79B9'7F4A'7C15);
}

[[nodiscard]] inline hold_request request_of(std::uint64_t number, wall_time at) {
  hold_request request;
  request.id = id_of(number, at);
  request.admitted = at;
  request.charged = charged_of(number);
  request.worst = {
      .input_tokens = 300, .output_tokens = 1'024, .cost = nanodollars{12'000'000}, .requests = 1};
  request.known.input_tokens = 300;
  request.known_cost = nanodollars{600'000};
  request.price_version = "2026-11-01";
  return request;
}

[[nodiscard]] inline settlement settlement_of(const call_id& id, wall_time at) {
  settlement what;
  what.id = id;
  what.used.input_tokens = 300;
  what.used.output_tokens = tokens_of_each - 300;
  what.cost = cost_of_each;
  what.price_version = "2026-11-01";
  what.model_served = "gpt-5.6-sol";
  what.status = 200;
  what.first_byte = at;
  what.ended = at;
  return what;
}

// A call that is over, as a hold and its settlement leave it.
[[nodiscard]] inline ledger_row row_of(std::uint64_t number, wall_time at) {
  ledger_row row;
  row.id = id_of(number, at);
  row.admitted = at;
  row.first_byte = at + std::chrono::milliseconds{300};
  row.ended = at + std::chrono::seconds{2};
  row.charged = charged_of(number);
  row.model_served = "gpt-5.6-sol";
  row.used.input_tokens = 300;
  row.used.output_tokens = tokens_of_each - 300;
  row.cost = cost_of_each;
  row.price_version = "2026-11-01";
  row.source = usage_source::provider;
  row.status = 200;
  return row;
}

[[nodiscard]] inline ledger_options options_in(const std::string& directory,
                                               std::vector<cap> caps) {
  ledger_options options;
  options.directory = directory;
  options.caps = std::move(caps);
  return options;
}

}  // namespace stint::bench
