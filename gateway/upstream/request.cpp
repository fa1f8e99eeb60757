// Tested by tests/gateway/upstream/request_test.cpp.
#include "gateway/upstream/request.hpp"

#include <array>

namespace stint {

namespace {
// What a provider's API may need from the client and cannot be abused: never credentials, framing
// or routing.
constexpr std::array<std::string_view, 12> passed_on = {"accept",
                                                        "user-agent",
                                                        "anthropic-version",
                                                        "anthropic-beta",
                                                        "openai-beta",
                                                        "idempotency-key",
                                                        "traceparent",
                                                        "x-stainless-lang",
                                                        "x-stainless-runtime",
                                                        "x-client-request-id",
                                                        "content-type",
                                                        "tracestate"};

void field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}
}  // namespace

void build_upstream_head(const outbound& what, std::string& out) {
  const provider_config& provider = *what.provider;
  out += to_string(what.from->method);
  out += ' ';
  out += provider.base_path;
  out += what.from->target;
  out += " HTTP/1.1\r\nhost: ";
  out += provider.host;
  if (provider.port != (provider.tls ? 443 : 80)) {
    out += ':';
    out += std::to_string(provider.port);
  }
  out += "\r\naccept-encoding: identity\r\n";
  for (const std::string_view name : passed_on) {
    if (const auto value = what.from->find(name)) field(name, *value, out);
  }
  if (what.anthropic && !what.from->find("anthropic-version"))
    field("anthropic-version", "2023-06-01", out);
  if (!provider.credential.empty()) {
    if (what.anthropic) {
      field("x-api-key", provider.credential.reveal(), out);
    } else {
      out += "authorization: Bearer ";
      out += provider.credential.reveal();
      out += "\r\n";
    }
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
