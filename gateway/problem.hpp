// Why a call is not served: one value that every step of `handle` can return, and that each API
// dialect renders in its own error shape. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "budgets/records/hold.hpp"

namespace stint {

enum class problem_kind : std::uint8_t {
  malformed_http,       // 400, and the connection closes: framing in doubt
  bad_request,          // 400: the body is not what the API takes
  unauthenticated,      // 401: no key or a wrong one
  forbidden,            // 403: the key may not use this feature or model
  not_found,            // 404: a path or model that is not routed
  method_not_allowed,   // 405
  request_timeout,      // 408
  body_too_large,       // 413
  head_too_large,       // 431
  unsupported_media,    // 415: not application/json where JSON is needed
  budget_exceeded,      // 429 by default (configurable), x-should-retry: false
  budget_busy,          // 429, retryable
  unpriced_model,       // 403: no price, so a money cap could not be kept
  storage_unavailable,  // 503: the ledger cannot record
  overloaded,           // 503: shutting down or over a limit of our own
  credential_refused,   // 502: a provider does not take the gateway's key, or the gateway has none
  upstream_refused,     // 502: could not connect, TLS failed
  upstream_reset,       // 502: went away before an answer
  upstream_garbage,     // 502: an answer that is not HTTP or not this API
  upstream_timeout,     // 504
  internal              // 500
};
[[nodiscard]] std::string_view to_string(problem_kind kind) noexcept;

// Clients that do not take a refusal as the official SDKs do, and are told in the way that they understand.
enum class client_habit : std::uint8_t {
  usual,
  claude_code,  // gives up for good at a spend limit that is worded as Anthropic's own
  retries_429   // whatever x-should-retry says, so a limit that stays needs another status
};

struct problem {
  problem_kind kind = problem_kind::internal;
  int status = 500;
  std::string message;  // one sentence or two: what is wrong, which field, how to mend it; with a
                        // `refusal`, what is said behind its figures
  std::string param;    // the offending field, when there is one: "model", "max_tokens"
  std::optional<hold_refusal> refusal;  // for budget_*: the figures
  std::optional<int> retry_after_s;     // only when waiting that long really helps
  std::string fields;  // of the answer's head, as whole lines: what the call has cost all the same
  std::string_view
      code;  // the API's own code of it, by which its clients know what to do; a literal
  client_habit asked_by = client_habit::usual;

  // Sent as x-should-retry; the official SDKs obey it before the status. Nothing: leave it to the
  // status.
  [[nodiscard]] std::optional<bool> should_retry() const noexcept;
};

// With the kind's usual status.
[[nodiscard]] problem make_problem(problem_kind kind, std::string message, std::string param = {});

// problem as the error type of a result: asking a failed one for its value is a defect, so it
// throws. Found by argument-dependent look-up from boost::system::result.
[[noreturn]] void throw_exception_from_error(const problem& error,
                                             const boost::source_location& where);

template <typename T>
using result = boost::system::result<T, problem>;
}  // namespace stint
