// TLS contexts: one for the listener, one for each upstream. Made at start; a mistake is an
// exception that names the file.
#pragma once

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "gateway/config/config.hpp"

namespace stint {

[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> make_listener_tls(const tls_files& files);
// Verifies the peer with the system's authorities (or ca_file) unless the provider says otherwise.
[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> make_upstream_tls(
    const provider_config& provider);

}  // namespace stint
