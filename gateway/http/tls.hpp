// TLS contexts: one for the listener, one for each upstream. Made at start; a mistake is an
// exception that names the file, and the setting that names it.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace stint {

// A file, and the setting that names it: what a mistake is blamed on.
struct tls_file {
  std::string setting;  // "listen.tls.key_file"
  std::string name;
};

[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> make_listener_tls(
    const tls_file& certificate, const tls_file& key);
// Verifies the peer by `authorities`, or by the system's where that names no file.
[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> make_upstream_tls(
    const tls_file& authorities);
// Shows the certificate to whoever asks for one. With an encrypted key it fails, as nobody can be asked.
void show_certificate(boost::asio::ssl::context& to, const tls_file& certificate,
                      const tls_file& key);
// For tests and private networks: any certificate will do.
[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> make_unverified_upstream_tls();

}  // namespace stint
