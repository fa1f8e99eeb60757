// The head of an outbound request: always Content-Length, never hop-by-hop fields,
// `Accept-Encoding: identity` so that usage can be read, the provider's credential in the form its
// API wants, and what of the client's fields and query goes on (client_fields.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "budgets/records/call_id.hpp"
#include "gateway/config/config.hpp"
#include "gateway/http/request_head.hpp"

namespace stint {

struct outbound {
  const provider_config* provider = nullptr;
  const request_head* from = nullptr;  // the client's
  std::size_t body_bytes = 0;
  // The body was read here, as JSON: so it is told, whatever the client called it. A provider that
  // followed the client's charset would read other figures in it.
  bool metered = false;
  const dialect* called = nullptr;      // whose it is; null for a pass-through …
  const call_target* target = nullptr;  // … and which of that API's endpoints it is for …
  std::string_view model;               // … and about which model, where a path has that
  const price* rates = nullptr;         // of a metered call; null where it has no price
  bool is_another_body = false;         // than went out for the same call before
  std::array<std::string_view, 2> private_to_us;  // fields of the client's that stay here
  const dialect* speaks = nullptr;                // whose form of credential it gets
  call_id id;  // both for providers that want attribution_headers
  std::string_view tenant;
};

void build_upstream_head(const outbound& what, std::string& out);

}  // namespace stint
