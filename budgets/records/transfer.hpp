// The records of the ledger. Two-phase as in double-entry systems: a hold is pending until it is
// posted (something was used), voided (nothing was) or orphaned (the process died; posted at what
// is known). Each is immutable and resolves once; the first resolution wins. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "budgets/records/call_id.hpp"
#include "budgets/records/cap.hpp"
#include "budgets/records/scope.hpp"
#include "pricing/cost.hpp"
#include "pricing/money.hpp"
#include "pricing/price_book.hpp"
#include "pricing/usage.hpp"

namespace stint {

// Where the usage of a ledger row comes from.
enum class usage_source : std::uint8_t {
  provider,  // the provider's own report
  counted,   // our count of the prompt and of what was streamed: the provider never reported
  orphaned,  // resolved at start after the process died
  none       // nothing was used (voided, refused, unmetered)
};
[[nodiscard]] std::string_view to_string(usage_source source) noexcept;

enum class call_outcome : std::uint8_t {
  completed,       // the provider answered in full
  client_gone,     // the client left before the end
  upstream_error,  // the provider answered with an error status
  upstream_gone,   // refused, reset, stalled or garbage
  rejected,        // by us after the hold (shutdown, internal limit)
  refused,         // a cap or key refused the call; nothing was forwarded
  orphaned,        // the process died while it was in flight
  unmetered,       // passed through without metering, as configured
  cut              // a stream that we ended, because a cap refused to extend its hold
};
[[nodiscard]] std::string_view to_string(call_outcome outcome) noexcept;

// Things that finance must be able to find: bits of ledger_row::flags.
namespace row_flag {
inline constexpr std::uint32_t counted = 1U << 0;   // usage is our count, not the provider's
inline constexpr std::uint32_t orphaned = 1U << 1;  // resolved after a crash
inline constexpr std::uint32_t unpriced =
    1U << 2;  // no price known: settled at the ceiling price, or at none
inline constexpr std::uint32_t unmetered = 1U << 3;  // passed through, usage unknown
inline constexpr std::uint32_t estimated = 1U
                                           << 4;  // tokenizer not public: the hold was an estimate
inline constexpr std::uint32_t hidden_input = 1U << 5;  // the prompt held parts of unknown size
inline constexpr std::uint32_t over_hold =
    1U << 6;  // used more than was held; the caps saw every token of it
inline constexpr std::uint32_t implausible =
    1U << 7;  // the provider's report was garbage and was replaced by our count
}  // namespace row_flag

// Free tags of a call (prompt version, session, …): kept in the row only, never a label, never a
// cap.
using free_tags = std::vector<std::pair<std::string, std::string>>;

// A call whose output can be held in parts, or bounded lower than it asked. All in output tokens
// over all choices; each at most the bound, hold_request::worst.output_tokens.
//
// How a hold is decided, cap by cap. A stream is admitted where `ample` fits beside what others
// hold and a share of what they may still ask for, and `first` of it is held, to be extended as
// tokens arrive. A call that is not a stream
// (first = bound) holds its bound, or, where only `ample` fits, has the bound lowered to that.
// Where neither fits, the call waits for the others, who may still give back most of what they
// hold. Once nobody else holds anything there, the bound is lowered to what is left, no further
// than to `least`, and held whole. A cap of the request window lowers the bound at once.
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
  // How long the call may wait in line while only others' holds stand in the way.
  std::chrono::milliseconds patience{0};
  usage known;  // what is certain already: the prompt. An orphan is posted at this
  nanodollars known_cost;
  std::string price_version;
  std::uint32_t flags = 0;  // row_flag: estimated, unpriced, hidden_input
  bool streaming = false;
  free_tags tags;
};

// What a stream has delivered so far, noted on the log now and then so that an orphan is charged
// for it.
struct progress_note {
  call_id id;
  usage known;  // replaces hold_request::known
  nanodollars known_cost;
};

// What the call takes if its output is this long; without elastic output it is `worst` in any case.
[[nodiscard]] amounts with_output(const hold_request& request, std::int64_t output_tokens) noexcept;

// The output that a call wants room for, within a bound: a stream that is held in parts what it
// hardly ever passes, any other call the bound.
[[nodiscard]] std::int64_t wanted_output(const hold_request& request, std::int64_t bound) noexcept;

// Changes what is held for a running call: all its caps, or none. What was admitted as its bound is
// never passed. Less than before is always granted.
struct hold_extension {
  call_id id;
  amounts to;   // held from now on
  usage known;  // as in a progress_note: kept even where the extension is refused
  nanodollars known_cost;
};

struct settlement {
  call_id id;
  call_outcome outcome = call_outcome::completed;
  usage_source source = usage_source::provider;
  usage used;
  nanodollars cost;
  std::string price_version;
  std::string model_served;
  std::uint32_t flags = 0;  // added to the hold's
  int status = 0;           // HTTP status the client got
  service_tier tier = service_tier::standard;
  wall_time first_byte{};  // epoch: none
  wall_time ended{};
};

// One call, for ever. Also the only thing metrics are derived from.
struct ledger_row {
  call_id id;
  wall_time admitted{};
  wall_time first_byte{};
  wall_time ended{};
  attribution charged;
  std::string model_served;
  usage used;
  nanodollars cost;
  std::string price_version;
  amounts held;  // what the hold was
  usage_source source = usage_source::none;
  call_outcome outcome = call_outcome::completed;
  service_tier tier = service_tier::standard;
  int status = 0;
  std::uint32_t flags = 0;
  bool streaming = false;
  free_tags tags;
  bool operator==(const ledger_row&) const = default;
};

// True when the row has tokens, searches or money in it.
[[nodiscard]] bool carries_usage(const ledger_row& row) noexcept;

// What the row adds to the counters of the caps that select it. A call that was held is one request
// however it ended; a call that never was held counts as one only when it carries usage.
[[nodiscard]] amounts posted_amounts(const ledger_row& row) noexcept;

// Where one cap stands for one scope and window.
struct cap_standing {
  std::string cap;
  std::string scope;
  cap_unit unit = cap_unit::usd;
  cap_mode mode = cap_mode::enforce;
  stint::window window;
  std::int64_t limit = 0;  // that is in force
  std::int64_t used = 0;   // posted
  std::int64_t held = 0;
  int threshold_reached = 0;  // the highest alert percent that was crossed in this window; 0: none
  std::chrono::seconds rolling{};     // the length of a rolling window; 0: a calendar one
  std::int64_t configured_limit = 0;  // without what it was raised by
  std::int64_t forgiven = 0;          // by resets in this window; `used` is without it
  bool incomplete =
      false;  // rows of this window were missing when the cap was new: `used` is too little

  [[nodiscard]] std::int64_t left() const noexcept { return limit - used - held; }
};

enum class refusal_reason : std::uint8_t {
  budget_exceeded,     // spent: waiting does not help before the window resets
  budget_busy,         // only others' holds stand in the way
  request_too_large,   // a cap of the request window: this call alone is over it
  storage_unavailable  // the log cannot be written: nothing is forwarded unrecorded
};

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

struct settled {
  // False when storage failed. The resolution is kept and written as soon as storage works again;
  // if the process ends before, the hold is still on the log and is resolved as an orphan at the
  // next start.
  bool recorded = false;
  bool already_resolved = false;  // an earlier resolution won
  std::optional<cap_standing> tightest;
};

// A threshold that a committed call made a counter cross. Once per cap, scope, window and
// threshold, across restarts.
struct alert_crossing {
  std::string cap;
  std::string scope;
  stint::window window;
  int percent = 0;
  std::int64_t used = 0;
  std::int64_t limit = 0;
};

}  // namespace stint
