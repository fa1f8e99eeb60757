// Who is calling: the virtual key in Authorization (Bearer), x-api-key or api-key. Where several are
// sent, the one that is a Stint key. No key is ever logged or forwarded.
#pragma once

#include <memory>

#include "gateway/http/request_head.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/problem.hpp"

namespace stint {

using caller = std::shared_ptr<const virtual_key>;

[[nodiscard]] result<caller> authenticate(const request_head& head, const key_ring& keys,
                                          wall_time now);

}  // namespace stint
