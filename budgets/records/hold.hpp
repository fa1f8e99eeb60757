// What a call asks to hold before it is forwarded, how a running one changes its hold, and what the
// ledger answers. A hold is on the log before the answer is given. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "budgets/records/call_id.hpp"
#include "budgets/records/cap.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/scope.hpp"
#include "budgets/records/standing.hpp"
#include "pricing/cost.hpp"
#include "pricing/money.hpp"
#include "pricing/price_book.hpp"
#include "pricing/usage.hpp"

namespace stint {

// A call whose output can be held in parts, or bounded lower than it asked. All in output tokens
// over all choices; each at most the bound, hold_request::worst.output_tokens. The answer's alone: what
// is generated beside it (side_output_tokens) is held with any of them.
//
// How a hold is decided, cap by cap. A stream is admitted where `ample` fits beside what others
// hold and a share of what they may still ask for, and `first` of it is held, to be extended as
// tokens arrive. A call that is not a stream (first = bound) holds its bound, or, where only `ample`
// fits, has the bound lowered to that. Where neither fits, the call waits for the others, who may
// still give back most of what they hold. Once nobody else holds anything there, the bound is lowered
// to what is left, no further than to `least`, and held whole. A cap of the request window lowers the
// bound at once.
struct elastic_output {
  std::int64_t first_tokens = 0;
  std::int64_t ample_tokens = 0;  // what a call of this kind hardly ever passes; 0: the bound
  std::int64_t least_tokens = 0;
  cost_of_output cost;  // of the whole call; agrees with worst.cost at the bound
};

struct hold_request {
  call_id id;
  // Chooses the window of every cap; the call belongs there however long it runs. The ledger's time
  // never goes back: a call admitted before the latest one seen counts, and is recorded, as
  // admitted with it.
  wall_time admitted{};
  attribution charged;
  amounts worst;  // what is held against every cap that selects the call
  // 0, or: hold it only if it leaves room for others. Against a cap that the prompt weighs on
  // (tokens, money) it may take at most one part in `room_share` of what is left there; any other
  // cap must let it pass. Meant for a `worst` that is far above what the call will need. Not kept
  // on the log.
  std::int64_t room_share = 0;
  std::optional<elastic_output> elastic;  // nothing: `worst` is held, or nothing is
  // Generated beside an elastic answer, however long that is: held beyond worst.output_tokens, whose cost
  // has it. Not kept on the log, where a hold's output is all of it.
  std::int64_t side_output_tokens = 0;
  // How long the call may wait in line while only others' holds stand in the way.
  std::chrono::milliseconds patience{0};
  usage known;  // what is certain already: the prompt. An orphan is posted at this or at `worst`
  nanodollars known_cost;
  std::int64_t web_searches = 0;  // that it may make; their fees are in `worst`
  std::string price_version;
  std::uint32_t flags = 0;  // row_flag: estimated, unpriced, hidden_input
  bool streaming = false;
  free_tags tags;
  std::optional<call_context> context;  // nothing: none is known
};

// What a stream has delivered so far, noted on the log now and then: an orphan is charged no less.
struct progress_note {
  call_id id;
  usage known;  // replaces hold_request::known
  nanodollars known_cost;
};

// What the call takes if its answer is this long; without elastic output it is `worst` in any case.
[[nodiscard]] amounts with_output(const hold_request& request, std::int64_t output_tokens) noexcept;

// The output that a call wants room for, within a bound: a stream that is held in parts what it
// hardly ever passes, any other call the bound.
[[nodiscard]] std::int64_t wanted_output(const hold_request& request, std::int64_t bound) noexcept;

// Changes what is held for a running call: all its caps, or none. What was admitted as its bound is
// passed only where that is asked for: a provider need not keep a bound, and what it generates is
// held while the caps have room. Less than before is always granted.
struct hold_extension {
  call_id id;
  bool past_bound = false;
  amounts to;   // held from now on
  usage known;  // as in a progress_note: kept even where the extension is refused
  nanodollars known_cost;
};

enum class refusal_reason : std::uint8_t {
  budget_exceeded,     // spent: waiting does not help before the window resets
  budget_busy,         // only others' holds stand in the way
  request_too_large,   // a cap of the request window: this call alone is over it
  storage_unavailable  // the log cannot be written: nothing is forwarded unrecorded
};
[[nodiscard]] std::string_view to_string(refusal_reason reason) noexcept;

struct hold_refusal {
  refusal_reason reason = refusal_reason::budget_exceeded;
  // Of the cap that refused; empty for storage_unavailable. The window of a rolling cap ends here
  // when enough will have left it for this call, and never if the call is larger than the limit.
  cap_standing standing;
  std::int64_t requested = 0;  // in the cap's unit: the least that the call can do with
  // budget_busy: when some of what is held should be free again, going by how long calls have been
  // taking.
  std::chrono::milliseconds retry_after{0};
};

struct admission {
  std::optional<hold_refusal> refused;   // nothing: the hold is on the log
  std::int64_t output_tokens = 0;        // the bound of the admitted call: as asked for, or lowered
  std::int64_t held_output_tokens = 0;   // how much of it is held for now
  std::optional<cap_standing> tightest;  // of the admitted call's caps, the one with the smallest
                                         // share left; after the hold
  std::vector<std::string> warned;       // names of mode: warn caps that would have refused
  // Nothing is held and nothing is refused: the hold would have taken more than its room_share.
  bool beyond_share = false;
};

struct extension {
  bool granted = false;
  std::optional<hold_refusal> refused;  // nothing, too, where the call is settled already
};

}  // namespace stint
