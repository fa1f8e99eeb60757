// Host and port of a provider, or of a proxy, as they are written one behind the other. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/config/config.hpp"

namespace stint {

// An IPv6 address in brackets, or its colons would be the port's.
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

// As a URL has them: the scheme's own port left out.
void append_authority(const provider_config& provider, std::string& out);
[[nodiscard]] std::string authority_of(const provider_config& provider);

}  // namespace stint
