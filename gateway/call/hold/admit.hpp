// Turns what is known of a call into a hold of its worst case, and asks the ledger for it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "budgets/records/hold.hpp"
#include "gateway/call/exchange.hpp"
#include "gateway/call/request/attribution.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/problem.hpp"

namespace stint {

// What a provider will charge for the prompt, as far as it is known.
[[nodiscard]] usage known_prompt(const tokenizer::prompt_tokens& prompt) noexcept;

// How much calls like this one generate.
[[nodiscard]] output_prediction expected_output(const exchange& x, const attribution& charged);

// The worst case of a metered call, in every unit, and how much of its output is held at first.
[[nodiscard]] hold_request worst_case_hold(const exchange& x, const purpose& what_for,
                                           const examined_call& call);
// The parts of `worst` that depend on the prompt, as it is known now.
void bound_prompt(hold_request& worst, const examined_call& call);
// A call that passes unmetered holds one request and nothing else.
[[nodiscard]] hold_request unmetered_hold(const exchange& x, const purpose& what_for,
                                          const passthrough_config& rule);

// Nothing may be spent on a model without a price while a money cap watches the call.
[[nodiscard]] std::optional<problem> refuse_unpriced(const ledger_thread& ledger,
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

// Waits until the hold is on the log, or a problem that says which cap refused it. While only
// others' holds stand in the way it waits in line, as long as the client is there.
[[nodiscard]] asio::awaitable<result<admission>> reserve(exchange& x, hold_request worst);

// Cheap admission: a prompt that is not counted yet is held at its byte bound, if that leaves ample
// room (admission.uncounted_room_share). Otherwise it is counted first, and `worst` is the exact
// hold then. A client that has left by then is not admitted.
[[nodiscard]] asio::awaitable<result<admission>> admit(exchange& x, const purpose& what_for,
                                                       examined_call& call, hold_request& worst);

// Where the bound on the output had to be lowered to fit, the body to forward tells the provider.
// Copies that body, so only when the hold has an owner.
void obey_bound(const exchange& x, examined_call& call, const admission& admitted);

}  // namespace stint
