// Tested by tests/gateway/upstream/request_test.cpp.
#include "gateway/upstream/request.hpp"

#include <array>
#include <vector>

#include "gateway/dialect/table.hpp"

namespace stint {

namespace {
// What any provider's API may need from the client and cannot be abused: never credentials, framing
// or routing.
constexpr std::array<std::string_view, 9> of_every_api = {
    "accept",           "user-agent",          "idempotency-key",     "traceparent",
    "x-stainless-lang", "x-stainless-runtime", "x-client-request-id", "content-type",
    "tracestate"};

// And what single APIs know, all of it on every call: the path of a pass-through does not say whose
// it is.
const std::vector<std::string_view>& passed_on() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(of_every_api.begin(), of_every_api.end());
    for (const dialect* each : all_dialects()) {
      const auto& own = each->facts().client_fields;
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }();
  return names;
}

void field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}
}  // namespace

void append_authority(const provider_config& provider, std::string& out) {
  const bool is_v6 = provider.host.find(':') != std::string::npos;
  if (is_v6) out += '[';
  out += provider.host;
  if (is_v6) out += ']';
  if (provider.port == (provider.tls ? 443 : 80)) return;
  out += ':';
  out += std::to_string(provider.port);
}

std::string authority_of(const provider_config& provider) {
  std::string text;
  append_authority(provider, text);
  return text;
}

void build_upstream_head(const outbound& what, std::string& out) {
  const provider_config& provider = *what.provider;
  out += to_string(what.from->method);
  out += ' ';
  out += provider.base_path;
  out += what.from->target;
  out += " HTTP/1.1\r\nhost: ";
  append_authority(provider, out);
  out += "\r\naccept-encoding: identity\r\n";
  for (const std::string_view name : passed_on()) {
    if (const auto value = what.from->find(name)) field(name, *value, out);
  }
  const dialect_facts& api = what.speaks->facts();
  if (!api.needed.name.empty() && !what.from->find(api.needed.name))
    field(api.needed.name, api.needed.value, out);
  if (!provider.credential.empty()) {
    out.append(api.credential.name).append(": ").append(api.credential.value);
    out.append(provider.credential.reveal()).append("\r\n");
  }
  if (provider.attribution_headers) {
    field("x-stint-request-id", to_string(what.id), out);
    field("x-stint-tenant", what.tenant, out);
  }
  if (what.body_bytes > 0 || what.from->method == http_method::post) {
    field("content-length", std::to_string(what.body_bytes), out);
  }
  out += "\r\n";
}

}  // namespace stint
