// Tested by tests/gateway/config/proxy_test.cpp.
#include "gateway/config/proxy.hpp"

#include <algorithm>
#include <cstddef>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <openssl/evp.h>

#include "pricing/text/ascii.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

namespace ip = boost::asio::ip;

std::string_view without_brackets(std::string_view text) noexcept {
  if (text.starts_with('[') && text.ends_with(']')) return text.substr(1, text.size() - 2);
  return text;
}

std::optional<ip::address> address_of(std::string_view text) {
  boost::system::error_code failed;
  const auto read = ip::make_address(std::string(without_brackets(text)), failed);
  return failed ? std::nullopt : std::optional(read);
}

// "10.0.0.0/8" has all of it, whatever stands behind the prefix.
bool has_in_network(std::string_view network, const ip::address& address) {
  boost::system::error_code failed;
  const std::string text(network);
  if (address.is_v4()) {
    const auto read = ip::make_network_v4(text, failed);
    return !failed && ip::make_network_v4(address.to_v4(), read.prefix_length()).canonical() ==
                          read.canonical();
  }
  const auto read = ip::make_network_v6(text, failed);
  return !failed &&
         ip::make_network_v6(address.to_v6(), read.prefix_length()).canonical() == read.canonical();
}

// A name and all below it; a dot in front of it makes no difference, as with curl.
bool is_at_or_below(std::string_view host, std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  if (name.empty() || host.size() < name.size()) return false;
  const std::string_view end = host.substr(host.size() - name.size());
  const auto same = [](char a, char b) { return to_lower_case(a) == to_lower_case(b); };
  if (!std::ranges::equal(end, name, same)) return false;
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

// Takes ":443" from the end, where it is a port and no part of an IPv6 address.
std::optional<std::uint16_t> take_port(std::string_view& entry) {
  const std::size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const bool is_v6 = !entry.starts_with('[') && entry.find(':') != colon;
  if (is_v6 || entry.ends_with(']')) return std::nullopt;
  const auto port = parse_port(entry.substr(colon + 1));
  if (port) entry = entry.substr(0, colon);
  return port;
}

bool has(std::string_view entry, const std::string& host, std::uint16_t port) {
  if (entry == "*") return true;
  if (const auto only = take_port(entry); only && *only != port) return false;
  const auto address = address_of(host);
  if (!address) return is_at_or_below(host, entry);
  if (entry.find('/') != std::string_view::npos) return has_in_network(entry, *address);
  return address_of(entry) == address;
}

}  // namespace

std::optional<proxy_config> parse_proxy(std::string_view text) {
  namespace urls = boost::urls;
  std::string whole(text);
  if (whole.find("://") == std::string::npos) whole.insert(0, "http://");
  const auto url = urls::parse_uri(whole);
  if (!url || url->scheme_id() != urls::scheme::http || url->host_address().empty())
    return std::nullopt;
  const std::string_view path = url->encoded_path();
  if (url->has_query() || url->has_fragment() || !(path.empty() || path == "/"))
    return std::nullopt;
  const auto port = parse_port(url->port());
  if (!port) return std::nullopt;
  proxy_config read;
  read.host = url->host_address();
  read.port = *port;
  if (url->has_userinfo())
    read.authorization = secret(basic_authorization(url->user() + ":" + url->password()));
  return read;
}

bool is_listed(std::string_view no_proxy, const std::string& host, std::uint16_t port) {
  while (!no_proxy.empty()) {
    const std::size_t end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
    if (end > 0 && has(no_proxy.substr(0, end), host, port)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

std::string basic_authorization(std::string_view user_and_password) {
  std::string coded(4 * ((user_and_password.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                      reinterpret_cast<const unsigned char*>(user_and_password.data()),
                      static_cast<int>(user_and_password.size()));
  coded.resize(static_cast<std::size_t>(length));
  return "Basic " + coded;
}

}  // namespace stint
