// What a call may cost at the worst, in every unit: the size of its hold. Pure functions of what is
// known of the call.
#pragma once

#include <cstdint>
#include <string_view>

#include "budgets/records/hold.hpp"
#include "gateway/call/request/attribution.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/call/request/free_call.hpp"
#include "gateway/config/config.hpp"

namespace stint {

// Whose call it is, and under which terms it is held.
struct hold_terms {
  call_id id;
  wall_time admitted{};
  const admission_config& how;
  std::string_view price_version;
};

// The most that is done beside the answer, each kind of it at most `times_max` times: read, generated, and
// what both cost.
struct side_bound {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  nanodollars cost;
};
[[nodiscard]] side_bound bound_beside(const examined_call& call,
                                      std::int64_t times_max = usage_count_max);

// What a provider will charge for the prompt, as far as it is known.
[[nodiscard]] usage known_prompt(const tokenizer::prompt_tokens& prompt) noexcept;

// The hold of a metered call, and how much of its output is held at first.
[[nodiscard]] hold_request worst_case_hold(const hold_terms& terms, const purpose& what_for,
                                           const examined_call& call);
// The parts of `worst` that depend on the prompt, as it is known now.
void bound_prompt(hold_request& worst, const examined_call& call);
// A call that costs nothing holds one request, of the model that it names.
[[nodiscard]] hold_request free_hold(const hold_terms& terms, const purpose& what_for,
                                     const free_call& call);
// A call that passes unmetered holds one request and nothing else.
[[nodiscard]] hold_request unmetered_hold(const hold_terms& terms, const purpose& what_for,
                                          const passthrough_config& rule);

// How many tokens, over all choices, a stream of this kind may be ahead of what has been seen of it.
[[nodiscard]] std::int64_t tokens_ahead(const admission_config& how,
                                        const output_prediction& expected,
                                        std::int64_t choices) noexcept;

// What a stream of `tokens` in each choice holds if it is never to be extended: what it delivers,
// and the margin that stream_hold keeps ahead of that.
[[nodiscard]] std::int64_t followed_hold(const admission_config& how,
                                         const output_prediction& expected, std::int64_t tokens,
                                         std::int64_t choices) noexcept;

}  // namespace stint
