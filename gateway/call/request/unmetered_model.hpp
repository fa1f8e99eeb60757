// The list of models that a key may use holds for what is passed through unmetered, too: it would be worth
// nothing if one more path led around it.
#pragma once

#include <optional>
#include <string>

#include "gateway/http/request_head.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Nothing: the key has no such list, the path costs nothing, or every model that the call names is one of
// its own. A call that names none that can be read is refused. May throw std::bad_alloc.
[[nodiscard]] std::optional<problem> refuse_unmetered_model(const virtual_key& key,
                                                            const request_head& head,
                                                            const std::string& body);

}  // namespace stint
