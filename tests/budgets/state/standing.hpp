// The state machine alone, and where one of its caps stands.
#pragma once

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/state/ledger/ledger.hpp"

namespace stint::testing {

[[nodiscard]] inline ledger ledger_of(const std::vector<cap>& caps) {
  std::vector<numbered_cap> numbered;
  for (const cap& each : caps) {
    numbered.push_back(
        {.definition = each, .number = static_cast<std::uint32_t>(numbered.size() + 1)});
  }
  return {std::move(numbered), 1, wall_time{}};
}

[[nodiscard]] inline cap_standing standing(const ledger& books, const std::string& cap,
                                           const std::string& scope = "") {
  const auto all = books.standings(books.last_seen());
  const auto* found = find_standing(all, cap, scope);
  BOOST_REQUIRE(found != nullptr);
  return *found;
}

}  // namespace stint::testing
