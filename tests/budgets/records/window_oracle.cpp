// Prints windows for the questions on standard input: "zone kind epoch_seconds first_weekday
// first_day first_month" a line, answered with "start end"; the kind of a rolling window is
// "rolling:" and its length in seconds. tests/budgets/records/window_oracle.py asks and compares.
#include <iostream>
#include <map>
#include <string>

#include "budgets/records/window.hpp"

int main() {
  using namespace stint;
  std::ios::sync_with_stdio(false);
  std::map<std::string, const date::time_zone*> zones;
  std::string zone;
  std::string kind;
  std::int64_t at = 0;
  window_rule rule;
  while (std::cin >> zone >> kind >> at >> rule.first_weekday >> rule.first_day_of_month >>
         rule.first_month_of_year) {
    auto [found, fresh] = zones.try_emplace(zone, nullptr);
    if (fresh) found->second = find_zone(zone);
    rule.zone = found->second;
    const auto colon = kind.find(':');
    if (colon != std::string::npos) {
      rule.length = std::chrono::seconds{std::stoll(kind.substr(colon + 1))};
      kind.resize(colon);
    }
    const auto parsed = parse_window_kind(kind);
    if (!parsed) return 2;
    rule.kind = *parsed;
    const window answer = window_at(rule, wall_time{std::chrono::seconds{at}});
    const auto seconds = [](wall_time time) {
      return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    };
    std::cout << seconds(answer.start) << ' ' << seconds(answer.end.value()) << '\n';
  }
}
