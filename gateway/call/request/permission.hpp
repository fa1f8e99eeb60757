// What a call that can be understood may not do all the same, whatever its caps say. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/call/request/examine.hpp"
#include "gateway/config/config.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/problem.hpp"

namespace stint {

// A key may be made for some models only.
[[nodiscard]] std::optional<problem> refuse_model(const virtual_key& key,
                                                  const examined_call& call);
// By either of its names: the one that prices know it by, and the one that the client wrote.
[[nodiscard]] std::optional<problem> refuse_model(const virtual_key& key,
                                                  std::string_view base_model,
                                                  std::string_view model);
// No provider has the model in that API. `asked`: of the path; another one where the body is not of that.
[[nodiscard]] problem not_spoken(const dialect& speaks, const dialect& asked,
                                 std::string_view model);

// A provider that is configured to need a credential is not called without one.
[[nodiscard]] std::optional<problem> refuse_without_credential(const provider_config& provider);

// What another tenant's key made is as good as not there; `field` is where the call names it.
[[nodiscard]] problem unknown_to_tenant(std::string_view id, std::string_view field);

}  // namespace stint
