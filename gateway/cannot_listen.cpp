// Tested by tests/gateway/cannot_listen_test.cpp.
#include "gateway/cannot_listen.hpp"

#include <boost/asio/error.hpp>

namespace stint {

std::string cannot_listen(const listening_place& where, const boost::system::error_code& why) {
  namespace error = boost::asio::error;
  const std::string section(where.section);
  const std::string port = std::to_string(where.port);
  if (why == error::address_in_use) {
    return section + ".port: " + port + " of " + where.address +
           " is in use; is another gateway running? Stop what uses it, or choose another port";
  }
  if (why == error::access_denied) {
    return section + ".port: " + port +
           " is kept for the system (ports below 1024, mostly); choose another, or give the "
           "process the "
           "right to it (AmbientCapabilities=CAP_NET_BIND_SERVICE)";
  }
  if (why == boost::system::errc::address_not_available) {
    return section + ".address: this machine has no address " + where.address +
           "; `ip address` lists those that it has";
  }
  if (why == error::address_family_not_supported) {
    return section + ".address: this machine does not speak the protocol of " + where.address +
           "; choose an address of another";
  }
  return section + ": cannot listen on " + where.address + ":" + port + ": " + why.message();
}

}  // namespace stint
