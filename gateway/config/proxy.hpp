// An HTTP proxy that a provider is reached through, where the network lets nothing out directly, and the texts
// that name one, or whom to reach without: read as curl and the SDKs read HTTPS_PROXY and NO_PROXY. Whose
// word counts says way_out.cpp. The proxy is asked for a tunnel (CONNECT, RFC 9110 §9.3.6), so it sees the
// provider's name and no call. Plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/secret.hpp"

namespace stint {

struct proxy_config {
  std::string host;  // an IPv6 address without its brackets
  std::uint16_t port = 0;
  secret authorization;           // of proxy-authorization: "Basic …"; empty: none
  std::string source;             // who names it, for messages: "environment variable HTTPS_PROXY"
  std::string credential_source;  // "environment variable PROXY_USER"; "": it is not asked for one
  bool operator==(const proxy_config&) const = default;
};

// "http://[user:password@]host:port", or "host:port" alone; escapes in user and password are read.
// Nothing for what has a path, a query, no port, or another scheme: a proxy that wants TLS itself, or
// SOCKS, is not spoken to.
[[nodiscard]] std::optional<proxy_config> parse_proxy(std::string_view text);

// Whether a list as of NO_PROXY has the server: "*", a name (which stands for all below it too), an address, or a network
// ("10.0.0.0/8"), each alone or with ":port".
[[nodiscard]] bool is_listed(std::string_view no_proxy, const std::string& host,
                             std::uint16_t port);

// "Basic …" of "user:password" (RFC 7617).
[[nodiscard]] std::string basic_authorization(std::string_view user_and_password);

}  // namespace stint
