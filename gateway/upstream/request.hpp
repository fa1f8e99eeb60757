// The head of an outbound request: always Content-Length, never hop-by-hop fields,
// `Accept-Encoding: identity` so that usage can be read, the provider's credential in the form its
// API wants.
#pragma once

#include <string>
#include <string_view>

#include "budgets/records/call_id.hpp"
#include "gateway/config/config.hpp"
#include "gateway/http/request_head.hpp"

namespace stint {

struct outbound {
  const provider_config* provider = nullptr;
  // The client's: method, target, and the fields of the allow-list.
  const request_head* from = nullptr;
  std::size_t body_bytes = 0;
  const dialect* speaks = nullptr;  // whose form of credential it gets
  call_id id;                       // both for providers that want attribution_headers
  std::string_view tenant;
};

// Host and port as a URL has them: an IPv6 address in brackets, the scheme's own port left out.
void append_authority(const provider_config& provider, std::string& out);
[[nodiscard]] std::string authority_of(const provider_config& provider);

void build_upstream_head(const outbound& what, std::string& out);

}  // namespace stint
