// Tested by tests/gateway/upstream/authority_test.cpp.
#include "gateway/upstream/authority.hpp"

namespace stint {

namespace {
void append_host(std::string_view host, std::string& out) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  if (is_v6) out += '[';
  out += host;
  if (is_v6) out += ']';
}

void append_port(std::uint16_t port, std::string& out) {
  out += ':';
  out += std::to_string(port);
}
}  // namespace

std::string host_and_port(std::string_view host, std::uint16_t port) {
  std::string text;
  append_host(host, text);
  append_port(port, text);
  return text;
}

void append_authority(const provider_config& provider, std::string& out) {
  append_host(provider.host, out);
  if (provider.port != (provider.tls ? 443 : 80)) append_port(provider.port, out);
}

std::string authority_of(const provider_config& provider) {
  std::string text;
  append_authority(provider, text);
  return text;
}

}  // namespace stint
