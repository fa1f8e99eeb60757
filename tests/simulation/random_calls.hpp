// What the simulation draws: cap lists, and calls that meet their limits now and then. The same
// seed draws the same. One thread.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "budgets/records/cap.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"

namespace stint::testing {

class random_calls {
 public:
  explicit random_calls(std::uint64_t seed) : seed_(seed), random_(seed) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] std::int64_t upto(std::int64_t bound) {
    return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(bound)));
  }
  [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }

  [[nodiscard]] std::vector<cap> caps();
  void change_mood();
  [[nodiscard]] std::size_t pending_usual() const { return pending_usual_; }
  [[nodiscard]] call_id id(wall_time at) { return make_call_id(at, random_(), random_()); }
  [[nodiscard]] attribution charge();
  [[nodiscard]] usage used(std::int64_t bound);
  [[nodiscard]] hold_request hold(wall_time at);
  [[nodiscard]] hold_extension extension(const call_id& of);
  // Now and then of more than was held.
  [[nodiscard]] settlement resolution(const call_id& of, wall_time at);
  [[nodiscard]] ledger_row row(wall_time at);

 private:
  [[nodiscard]] cap draw_cap(int index);
  [[nodiscard]] elastic_output elastic(const amounts& worst);

  std::uint64_t seed_;
  std::mt19937_64 random_;
  bool thrifty_ = true;  // calls use little of what they hold
  std::size_t pending_usual_ = 10;
};

}  // namespace stint::testing
