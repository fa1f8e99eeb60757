// The list of models that a key may use holds for what is passed through unmetered, too: it would be worth
// nothing if one more path led around it.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/request/read_elsewhere.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/problem.hpp"
#include "gateway/upstream/client_fields.hpp"

namespace stint {

// Nothing: the key has no such list, the path costs nothing, or every model that the call names is one of
// its own. A call that names none that can be read is refused, and one that may name another: in its path,
// its query, a field of its head that goes on, or anywhere in its body. `leaving`: what goes on. May throw
// std::bad_alloc.
[[nodiscard]] std::optional<problem> refuse_unmetered_model(const virtual_key& key,
                                                            const request_head& head,
                                                            const passing_on& leaving,
                                                            const std::string& body);

// The same; long bodies are read on the pool, where the memory has room for that.
[[nodiscard]] boost::asio::awaitable<std::optional<problem>> check_unmetered_model(
    read_elsewhere where, const virtual_key& key, const request_head& head,
    const passing_on& leaving, const std::string& body);

}  // namespace stint
