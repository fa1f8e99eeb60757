// Whether a request to the admin listener names a host that it may be called by. A page in a browser
// can have its own name resolve to 127.0.0.1 and then reads what it asks for as if from itself; the
// name it asks for stays its own. Pure.
#pragma once

#include <string_view>

#include "gateway/config/config.hpp"

namespace stint {

// `host` as the strict head check lets it pass; "": an HTTP/1.0 request without one, which no browser
// sends. Addresses and localhost are always known, other names when admin.hosts lists them; a listener
// that is open to the network and lists none has no name to compare with.
[[nodiscard]] bool knows_host(const config& settings, std::string_view host);

}  // namespace stint
