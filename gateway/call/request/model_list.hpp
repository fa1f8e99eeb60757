// "Which models are there?", answered here: what the key may use, in the form that the client's API has for it. A
// name that a provider's entry lists stands for itself, a pattern for the priced models that it matches. Pure
// functions, which may allocate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/problem.hpp"
#include "pricing/price_book.hpp"

namespace stint {

// What listing needs to know. All of it outlives the call.
struct model_listing {
  const config& settings;
  const price_book& prices;
  const virtual_key& key;
  wall_time now{};
};

// Anthropic's clients say who they are: by the version of their API, or by the field that carries their key.
[[nodiscard]] bool wants_anthropics_form(const request_head& head) noexcept;

// Whose errors they understand.
[[nodiscard]] const dialect& anthropic_form();

// For the endpoint of the list, or of one model, that the target is for: the JSON body. Models that no API of
// that form's clients reaches are not in it.
[[nodiscard]] result<std::string> answer_models(const model_listing& of, const call_target& target,
                                                bool in_anthropics_form);

}  // namespace stint
