// Where a provider is: "https://host[:port][/path]", as written in the configuration. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stint {

// A trailing "/v1" is dropped: client libraries want it there, and the paths that the gateway
// appends begin with it.
struct base_url {
  bool tls = true;
  std::string host;  // an IPv6 address without its brackets
  std::uint16_t port = 443;
  std::string path;
  bool has_version =
      false;  // what is left of the path names one, such as "/api/paas/v4" or "/v1beta/openai"
};
// Nothing for what has anything else in it: a user, a query, a fragment, an escape in the host.
[[nodiscard]] std::optional<base_url> parse_base_url(std::string_view text);

}  // namespace stint
