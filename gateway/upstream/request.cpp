// Tested by tests/gateway/upstream/request_test.cpp.
#include "gateway/upstream/request.hpp"

#include "gateway/upstream/authority.hpp"
#include "gateway/upstream/client_fields.hpp"

namespace stint {

namespace {
void field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

// A metered path goes in the provider's spelling, whatever the client's was; others go as they came.
void append_target(const outbound& what, std::string& out) {
  const provider_config& provider = *what.provider;
  if (what.called == nullptr) {
    out += provider.unmetered_path(what.from->path);
    append_query(what.from->query, nullptr, provider, '?', out);
    return;
  }
  const std::size_t begin = out.size();
  provider.append_path(*what.called, *what.target, what.model, out);
  // Which of two equal keys a server reads nobody knows: a query of the entry's stands alone.
  if (out.find('?', begin) == std::string::npos)
    append_query(what.from->query, what.called, provider, '?', out);
}

void append_credential(const provider_config& provider, const head_field& usual, std::string& out) {
  if (provider.credential.empty()) return;
  if (provider.credential_header.empty()) {
    out.append(usual.name).append(": ").append(usual.value);
  } else {
    out.append(provider.credential_header).append(": ");
  }
  out.append(provider.credential.reveal()).append("\r\n");
}
}  // namespace

void build_upstream_head(const outbound& what, std::string& out) {
  const provider_config& provider = *what.provider;
  out += to_string(what.from->method);
  out += ' ';
  out += provider.base_path;
  append_target(what, out);
  out += " HTTP/1.1\r\nhost: ";
  append_authority(provider, out);
  out += "\r\naccept-encoding: identity\r\n";
  passing_on passing;
  passing.provider = &provider;
  passing.metered = what.metered;
  passing.rates = what.rates;
  passing.private_to_us = what.private_to_us;
  passing.is_another_body = what.is_another_body;
  append_client_fields(*what.from, passing, out);
  if (what.metered) field("content-type", "application/json", out);
  const dialect_facts& api = what.speaks->facts();
  if (!api.needed.name.empty() && !what.from->find(api.needed.name))
    field(api.needed.name, api.needed.value, out);
  append_credential(provider, api.credential, out);
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
