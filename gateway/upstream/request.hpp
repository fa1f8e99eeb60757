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
  // The body was read here, as JSON: so it is told, whatever the client called it. A provider that
  // followed the client's charset would read other figures in it.
  bool metered = false;
  const dialect* speaks = nullptr;  // whose form of credential it gets
  call_id id;                       // both for providers that want attribution_headers
  std::string_view tenant;
};

void build_upstream_head(const outbound& what, std::string& out);

}  // namespace stint
