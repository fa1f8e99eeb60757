// Tested by tests/end_to_end/tls_test.py.
#include "gateway/http/tls.hpp"

#include <stdexcept>

namespace stint {

namespace ssl = boost::asio::ssl;

namespace {
void refuse_old_versions(ssl::context& context) {
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                      SSL_OP_NO_RENEGOTIATION);
}

void check(const boost::system::error_code& error, const std::string& what) {
  if (error) throw std::runtime_error(what + ": " + error.message());
}
}  // namespace

std::unique_ptr<ssl::context> make_listener_tls(const tls_files& files) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  refuse_old_versions(*context);
  boost::system::error_code error;
  context->use_certificate_chain_file(files.certificate_file, error);
  check(error, "listen.tls.certificate_file " + files.certificate_file);
  context->use_private_key_file(files.key_file, ssl::context::pem, error);
  check(error, "listen.tls.key_file " + files.key_file);
  return context;
}

std::unique_ptr<ssl::context> make_upstream_tls(const provider_config& provider) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  refuse_old_versions(*context);
  if (!provider.verify_certificate) {
    context->set_verify_mode(ssl::verify_none);
    return context;
  }
  boost::system::error_code error;
  if (provider.ca_file.empty()) {
    context->set_default_verify_paths(error);
    check(error, "the system's certificate authorities (package ca-certificates)");
  } else {
    context->load_verify_file(provider.ca_file, error);
    check(error, "providers." + provider.name + ".tls.ca_file " + provider.ca_file);
  }
  context->set_verify_mode(ssl::verify_peer);
  return context;
}

}  // namespace stint
