// Tested by tests/gateway/admin/framing_test.cpp.
#include "gateway/admin/known_hosts.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

// Nor with the dot that ends a name in full (RFC 3986 §3.2.2).
std::string_view without_port(std::string_view host) noexcept {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool is_loopback_address(const std::string& address) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(address, failed);
  return !failed && parsed.is_loopback();
}

bool is_address(std::string_view name) {
  boost::system::error_code failed;
  (void)boost::asio::ip::make_address(name, failed);
  return !failed;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, to_lower_case, to_lower_case);
}

}  // namespace

bool knows_host(const config& settings, std::string_view host) {
  const std::string_view name = without_port(host);
  if (name.empty() || same_name(name, "localhost") || is_address(name)) return true;
  const auto& listed = settings.admin_hosts;
  if (listed.empty()) return !is_loopback_address(settings.admin.address);
  return std::ranges::any_of(listed, [name](const auto& each) { return same_name(name, each); });
}

}  // namespace stint
