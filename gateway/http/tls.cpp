// Tested by tests/end_to_end/tls_test.py.
#include "gateway/http/tls.hpp"

#include <cstddef>
#include <stdexcept>

namespace stint {

namespace ssl = boost::asio::ssl;

namespace {
void refuse_old_versions(ssl::context& context) {
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                      SSL_OP_NO_RENEGOTIATION);
}

void check(const boost::system::error_code& error, const tls_file& file) {
  if (error) throw std::runtime_error(file.setting + " " + file.name + ": " + error.message());
}
}  // namespace

void show_certificate(ssl::context& to, const tls_file& certificate, const tls_file& key) {
  boost::system::error_code error;
  to.use_certificate_chain_file(certificate.name, error);
  check(error, certificate);
  // Without this OpenSSL would ask the terminal for the password of a key that has one.
  to.set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
  to.use_private_key_file(key.name, ssl::context::pem, error);
  check(error, key);
}

std::unique_ptr<ssl::context> make_listener_tls(const tls_file& certificate, const tls_file& key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  refuse_old_versions(*context);
  show_certificate(*context, certificate, key);
  return context;
}

std::unique_ptr<ssl::context> make_upstream_tls(const tls_file& authorities) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  refuse_old_versions(*context);
  boost::system::error_code error;
  if (authorities.name.empty()) {
    context->set_default_verify_paths(error);
    check(error, {"the system's certificate authorities", "(package ca-certificates)"});
  } else {
    context->load_verify_file(authorities.name, error);
    check(error, authorities);
  }
  context->set_verify_mode(ssl::verify_peer);
  return context;
}

std::unique_ptr<ssl::context> make_unverified_upstream_tls() {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  refuse_old_versions(*context);
  context->set_verify_mode(ssl::verify_none);
  return context;
}

}  // namespace stint
