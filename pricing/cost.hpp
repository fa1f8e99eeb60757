// The exact cost of a usage, and the most that a call can cost before it is made. Formulas: the
// providers' billing pages as worked by hand in tests/pricing/cost_test.cpp; the bound's promise in
// worst_case_test.cpp. Pure functions; thread-safe. A price that came out of a price_book keeps the
// limits under which no cost of a plausible usage can overflow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pricing/money.hpp"
#include "pricing/price_book.hpp"
#include "pricing/usage.hpp"

namespace stint {

// Σ tokens × rate with the step chosen by used.input_total(), × tier × region × period, + searches
// and requests; computed exactly in 128 bits and rounded up once to a whole nano-dollar. `used` must
// be plausible().
[[nodiscard]] nanodollars cost_of(const price& at, const usage& used, service_tier tier,
                                  wall_time admitted,
                                  inference_region region = inference_region::any) noexcept;

// The tier at which a call is charged whose answer names none. A client cannot choose a cheaper one
// than the standard: whether the provider served it so, only the provider can say.
[[nodiscard]] service_tier tier_unless_told(const price& at, service_tier requested) noexcept;

struct call_bound {
  std::int64_t prompt_tokens = 0;       // upper bound of all input kinds together
  std::int64_t audio_input_tokens = 0;  // how many of prompt_tokens may be audio
  std::int64_t output_tokens = 0;       // upper bound over all choices together
  bool output_may_be_audio = false;
  // The request may write a cache (OpenAI: always, where the model prices writes).
  bool cache_write_5m = false;
  bool cache_write_1h = false;
  std::int64_t web_searches = 0;
  std::int64_t requests = 1;
};

// No usage within the bound, at any tier up to the one requested and at any time until the call
// ends, costs more: every input token at the dearest kind it can be, the dearest context step
// reachable, the dearest period, the dearer region (a provider's account may choose it). flex and
// batch are held at least at standard, because a provider may fall back to it; priority and fast at
// the dearest tier up to them. No count in `bound` may be
// negative; counts beyond what plausible() lets through are cut to it.
[[nodiscard]] nanodollars worst_case(const price& at, const call_bound& bound,
                                     service_tier requested) noexcept;

// worst_case() of one call as a function of its output bound alone, by value: it needs neither the
// price nor the book any more, so that a bound can be lowered, and a hold extended, where prices
// are not known. Default: costs nothing.
class cost_of_output {
 public:
  cost_of_output() noexcept = default;
  // bound.output_tokens is ignored.
  cost_of_output(const price& at, const call_bound& bound, service_tier requested) noexcept;

  // Of two models of which either may answer: never less than the one or the other.
  void or_dearer(const cost_of_output& other) noexcept;

  // With what is done beside the answer, however long that is.
  void add_fixed(nanodollars cost) noexcept { fees_nanodollars_ += cost.count(); }

  // Exactly worst_case() where the price has at most `levels_max` context levels; never less.
  [[nodiscard]] nanodollars at(std::int64_t output_tokens) const noexcept;
  // The largest number of output tokens up to `tokens_max` that costs no more than `room`; -1 where
  // the prompt alone costs more.
  [[nodiscard]] std::int64_t most_within(nanodollars room, std::int64_t tokens_max) const noexcept;

 private:
  __extension__ using wide = __int128;
  struct line {  // in units of the billing denominator
    wide fixed = 0;
    wide each = 0;
  };
  static constexpr std::size_t levels_max = 4;

  std::array<line, levels_max> lines_;  // the cost is that of the dearest
  std::int64_t fees_nanodollars_ = 0;
};

}  // namespace stint
