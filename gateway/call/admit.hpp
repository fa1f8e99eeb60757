// Turns what is known of a call into a hold of its worst case, and asks the ledger for it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "budgets/transfer.hpp"
#include "gateway/call/attribution.hpp"
#include "gateway/call/examine.hpp"
#include "gateway/call/exchange.hpp"
#include "gateway/problem.hpp"

namespace stint {

// The worst case of a metered call, in every unit.
[[nodiscard]] hold_request worst_case_hold(const exchange& x, const purpose& what_for,
                                           const examined_call& call);
// A call that passes unmetered holds one request and nothing else.
[[nodiscard]] hold_request unmetered_hold(const exchange& x, const purpose& what_for,
                                          const passthrough_config& rule);

// Nothing may be spent on a model without a price while a money cap watches the call.
[[nodiscard]] std::optional<problem> refuse_unpriced(const config& settings,
                                                     const attribution& charged,
                                                     const examined_call& call);

// A provider that is configured to need a credential is not called without one.
[[nodiscard]] std::optional<problem> refuse_without_credential(const provider_config& provider);
// A key may be made for some models only.
[[nodiscard]] std::optional<problem> refuse_model(const virtual_key& key,
                                                  const examined_call& call);

// Leaves a flagged row of a call that was refused for want of a price, so that finance can find it.
// Does not wait.
void record_refused(exchange& x, const hold_request& asked, int status);

// Waits until the hold is on the log, or a problem that says which cap refused it.
[[nodiscard]] asio::awaitable<result<admission>> reserve(exchange& x, hold_request worst);

}  // namespace stint
