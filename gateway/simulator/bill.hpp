// What the simulated provider would charge: counted where the tokens are generated, independent of
// the gateway's books. Belongs to the provider's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace stint {

struct bill_line {
  std::int64_t requests = 0;
  std::int64_t prompt_tokens = 0;  // cached and written ones included
  std::int64_t cached_tokens = 0;
  std::int64_t cache_write_tokens = 0;
  std::int64_t completion_tokens = 0;  // reasoning included
  std::int64_t reasoning_tokens = 0;
  std::int64_t web_searches = 0;
  std::int64_t cut = 0;  // calls that did not end by themselves

  bill_line& operator+=(const bill_line& other) noexcept;
};

// Whom a line is charged to: the values of x-stint-tenant and x-stint-request-id, "" when not sent.
struct bill_payer {
  std::string tenant;
  std::string call;
};

class simulated_bill {
 public:
  void add(const bill_payer& payer, const bill_line& line);
  void reset();
  // {"totals":{…},"tenants":{"acme":{…}},"calls":{"<id>":{…}},"calls_forgotten":0}; calls only when
  // asked for.
  [[nodiscard]] std::string to_json(bool with_calls) const;

 private:
  // Single calls are remembered up to a bound, the oldest being forgotten first; the sums stay
  // exact.
  static constexpr std::size_t calls_max = 200'000;
  static constexpr std::size_t tenants_max = 100'000;

  bill_line totals_;
  std::unordered_map<std::string, bill_line> tenants_;
  std::unordered_map<std::string, bill_line> calls_;
  std::deque<std::string> call_order_;
  std::int64_t calls_forgotten_ = 0;
};

}  // namespace stint
