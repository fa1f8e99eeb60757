// What the ledger keeps of a call for ever: one row, whether it was settled, refused or orphaned, or
// passed through. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budgets/records/call_id.hpp"
#include "budgets/records/cap.hpp"
#include "budgets/records/leg.hpp"
#include "budgets/records/scope.hpp"
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
// Usage is our count, not the provider's.
inline constexpr std::uint32_t counted = 1U << 0;
// Resolved after a crash.
inline constexpr std::uint32_t orphaned = 1U << 1;
// No price known: settled at the ceiling price, or at none.
inline constexpr std::uint32_t unpriced = 1U << 2;
// Passed through, usage unknown.
inline constexpr std::uint32_t unmetered = 1U << 3;
// Tokenizer not public: the hold was an estimate.
inline constexpr std::uint32_t estimated = 1U << 4;
// The prompt held parts of unknown size.
inline constexpr std::uint32_t hidden_input = 1U << 5;
// Used more than was held; the caps saw every token of it.
inline constexpr std::uint32_t over_hold = 1U << 6;
// The provider's report was garbage and was replaced by our count.
inline constexpr std::uint32_t implausible = 1U << 7;
// Answered without anything that is billed: an error under a status of success, a page, a redirect.
inline constexpr std::uint32_t no_answer = 1U << 8;
// Forwarded, and not seen to its end: charged at what the provider may have generated.
inline constexpr std::uint32_t unknown = 1U << 9;
// Told differently by hand after it was settled.
inline constexpr std::uint32_t corrected = 1U << 10;
// Of an endpoint that costs nothing: it was one request, and no more.
inline constexpr std::uint32_t free = 1U << 11;
}  // namespace row_flag

// Free tags of a call (prompt version, session, …): kept in the row only, never a label, never a
// cap.
using free_tags = std::vector<std::pair<std::string, std::string>>;

// Where a call belongs among others, and how it came about. Like tags it is in the row only.
struct call_context {
  std::string session;
  std::string parent;  // the call or run that made it
  std::string arm;     // of a split or a roll-out
  std::string prompt_version;
  std::string region;         // where it was served
  std::int64_t attempts = 1;  // at providers
  bool operator==(const call_context&) const = default;
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
  std::optional<call_context> context;  // nothing: none is known
  // Of `used` and `cost`, the parts. Empty: the whole call is one leg, the answer of model_served.
  std::vector<leg> legs;
  bool operator==(const ledger_row&) const = default;
};

// There are none, or two to eight that are the whole of what the row says that the call used.
[[nodiscard]] bool has_sound_legs(const ledger_row& row) noexcept;

// The one to eight legs of the row.
[[nodiscard]] std::vector<leg> legs_of(const ledger_row& row);

// True when the row has tokens, searches or money in it.
[[nodiscard]] bool carries_usage(const ledger_row& row) noexcept;

// What the row adds to the counters of the caps that select it. A call that was held is one request
// however it ended; a call that never was held counts as one only when it carries usage.
[[nodiscard]] amounts posted_amounts(const ledger_row& row) noexcept;

// More of anything that a call holds.
[[nodiscard]] bool exceeds(const amounts& used, const amounts& held) noexcept;

}  // namespace stint
