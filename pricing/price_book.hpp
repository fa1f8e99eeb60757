// The price book: an immutable, versioned, dated list of what each model costs. Built from
// config/prices.yaml, and shared read-only between threads. current_prices.hpp says which is in force.
//
// A rate is in nano-dollars per million tokens, so that $0.0125 per million (a half-discounted
// cache read) is still a whole number. Multipliers (tiers, time windows) are in thousandths.
// Sources of every rule: config/prices.yaml, per entry. Tested by
// tests/pricing/price_book_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "pricing/wall_time.hpp"

namespace stint {

// The tier that really served a call is named by the response; the request only asks for one.
enum class service_tier : std::uint8_t { standard, flex, batch, priority, fast };
inline constexpr int service_tier_count = 5;
[[nodiscard]] std::string_view to_string(service_tier tier) noexcept;
// The providers' own words ("default", "standard", "auto", "on_demand", "flex", "batch", "priority",
// "fast"); nothing when unknown.
[[nodiscard]] std::optional<service_tier> parse_service_tier(std::string_view word) noexcept;

// Where the provider computes. A region may cost a factor (Anthropic's inference_geo "us").
enum class inference_region : std::uint8_t { any, us };
[[nodiscard]] std::string_view to_string(inference_region region) noexcept;  // any: ""

// With these limits no plausible usage costs more than 9.2e18 nano-dollars, so that a cost always
// fits its 63 bits: 8 kinds x 1e9 tokens x $10,000 per million x 10 (tier and region together) x 10
// (period) = 8e18, 1e9 searches at $1 = 1e18, and 1e9 requests at $0.20 = 2e17. Far above any real
// price.
inline constexpr std::int64_t rate_max = 10'000'000'000'000;  // nano-dollars per million tokens
inline constexpr std::int64_t multiplier_permille_max = 10'000;
inline constexpr std::int64_t web_search_nanodollars_max = 1'000'000'000;
inline constexpr std::int64_t request_nanodollars_max = 200'000'000;

struct token_rates {  // nano-dollars per million tokens
  std::int64_t input = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write_5m = 0;
  std::int64_t cache_write_1h = 0;
  std::int64_t cache_write_12h = 0;
  std::int64_t audio_input = 0;
  std::int64_t output = 0;
  std::int64_t audio_output = 0;
  bool operator==(const token_rates&) const noexcept = default;
};

// Once the whole prompt (every kind of input together) reaches first_tokens, the *whole* request is
// billed at these rates.
struct context_step {
  std::int64_t first_tokens = 0;  // the smallest prompt that pays these rates
  token_rates rates;
  bool operator==(const context_step&) const noexcept = default;
};

// A daily period in UTC in which the rates are multiplied (DeepSeek's peak hours). Minutes since
// midnight, [from, until).
struct daily_period {
  int from_minute = 0;
  int until_minute = 0;
  bool weekdays_only = false;      // Monday to Friday as seen at weekday_offset_minutes east of UTC
  int weekday_offset_minutes = 0;  // Beijing: 480
  std::int64_t multiplier_permille = 1000;
  bool operator==(const daily_period&) const noexcept = default;
};

struct price {
  std::string model;
  std::string provider;  // as in prices.yaml: "openai", "anthropic", …
  wall_time valid_from{};
  std::optional<wall_time> valid_until;  // exclusive
  token_rates base;
  std::vector<context_step> steps;  // ascending first_tokens
  std::vector<daily_period> periods;
  std::int64_t tier_permille[service_tier_count] = {1000, 1000, 1000, 1000, 1000};
  // Of which tiers a price was found. Another tier may be the answer's, and costs its factor of 1;
  // it cannot be asked for.
  bool tier_listed[service_tier_count] = {true, false, false, false, false};
  std::int64_t us_permille = 1000;          // on the token rates, for inference_region::us
  std::int64_t web_search_nanodollars = 0;  // per search
  std::int64_t request_nanodollars = 0;     // per request, whatever it used (Perplexity)
  std::int64_t context_window_tokens = 0;   // 0: not known
  std::int64_t output_tokens_max = 0;       // 0: not known
  std::string source;  // where the price was read, and when ("2026-11-21" or "2026-11")
  std::string source_date;
  std::string note;  // what is uncertain about it

  [[nodiscard]] bool offers(service_tier tier) const noexcept {
    return tier_listed[static_cast<std::size_t>(tier)];
  }
  bool operator==(const price&) const = default;
};

// Why no book can have it, in words for people; nullptr: one can. The sum of its costs would not fit, or a
// call could not be priced by it.
[[nodiscard]] const char* fault_of(const price& entry) noexcept;

enum class price_error : std::uint8_t { unknown_model, not_valid_at_this_time };
[[nodiscard]] std::string_view to_string(price_error error) noexcept;

// Found by argument-dependent look-up from boost::system::result: value() of a failed look-up is a
// defect, so it throws.
[[noreturn]] void throw_exception_from_error(price_error error,
                                             const boost::source_location& where);

// No name of a model is longer: find() takes the word of a client, and stays cheap for any.
inline constexpr std::size_t model_bytes_max = 200;

// An alias gives a name, or every name that starts with a prefix, the price of another model:
// "gpt-5.6" → "gpt-5.6-sol", "sim/" + X → X.
struct price_alias {
  std::string from;  // whole name; or the prefix when is_prefix
  std::string to;    // whole name; for a prefix, what replaces it ("" for sim/)
  bool is_prefix = false;
  bool operator==(const price_alias&) const = default;
};

class price_book {
 public:
  // Entries of one model must not overlap in time, none may have a fault and version must not be empty;
  // who reads a list has reported such mistakes before, so they abort here.
  price_book(std::string version, std::vector<price> prices, std::vector<price_alias> aliases);

  // Whole name, then whole alias, then each prefix alias (longest first; its result may be a whole
  // alias, never a second prefix), then all of these without a dated suffix (-2024-08-06,
  // -20250929, @20250929, -latest). A dated snapshot with a price of its own therefore needs an
  // entry of its own. The pointer lives as long as the book.
  [[nodiscard]] boost::system::result<const price*, price_error> find(std::string_view model,
                                                                      wall_time at) const;

  // Recorded on every ledger row, so that a past call can be re-priced.
  [[nodiscard]] const std::string& version() const noexcept { return version_; }
  [[nodiscard]] const std::vector<price>& prices() const noexcept { return prices_; }
  [[nodiscard]] bool has_aliases_of(const price_book& other) const noexcept {
    return names_ == other.names_ && prefixes_ == other.prefixes_;
  }

 private:
  [[nodiscard]] std::span<const price> dated_entries(std::string_view model) const noexcept;
  [[nodiscard]] std::span<const price> whole_or_alias(std::string_view model) const noexcept;
  [[nodiscard]] std::span<const price> resolve(std::string_view model) const;

  std::string version_;
  std::vector<price> prices_;          // sorted by model, then valid_from
  std::vector<price_alias> names_;     // whole aliases, sorted by from
  std::vector<price_alias> prefixes_;  // longest first
};

}  // namespace stint
