// Tested by tests/gateway/config/providers_test.cpp.
#include "gateway/config/base_url.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "pricing/text/ascii.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

namespace urls = boost::urls;

// It is looked up, and sent as a header's value: no escapes. An IPv6 address may not name a zone,
// which would mean something on this machine alone; Boost.URL knows none.
bool is_host(const urls::url_view& url) {
  if (url.host_type() == urls::host_type::ipv6) return true;
  const std::string_view host = url.encoded_host();
  const auto fits = [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), fits);
}

std::string_view without_digits(std::string_view text) noexcept {
  while (!text.empty() && is_digit(text.front()))
    text.remove_prefix(1);
  return text;
}

// "v4", "v1beta", "v2alpha1".
bool is_version(std::string_view segment) noexcept {
  if (segment.size() < 2 || segment[0] != 'v' || !is_digit(segment[1])) return false;
  std::string_view rest = without_digits(segment.substr(1));
  for (const std::string_view stage : {"alpha", "beta"}) {
    if (rest.starts_with(stage)) return without_digits(rest.substr(stage.size())).empty();
  }
  return rest.empty();
}

bool names_version(std::string_view path) noexcept {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    if (is_version(segment)) return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

}  // namespace

std::optional<base_url> parse_base_url(std::string_view text) {
  const auto url = urls::parse_uri(text);
  if (!url) return std::nullopt;
  base_url read;
  read.tls = url->scheme_id() == urls::scheme::https;
  if (!read.tls && url->scheme_id() != urls::scheme::http) return std::nullopt;
  if (url->has_userinfo() || url->has_query() || url->has_fragment() || !is_host(*url))
    return std::nullopt;
  const auto port = parse_port(url->port());
  if (url->has_port() && !port) return std::nullopt;
  read.host = url->host_address();
  read.port = port ? *port : read.tls ? 443 : 80;
  std::string_view path = url->encoded_path();
  // Boost 1.81 reads "h:1k" as port 1 and the path "k" (RFC 3986 §3.3 wants a slash there).
  if (!path.empty() && !path.starts_with('/')) return std::nullopt;
  while (path.ends_with('/'))
    path.remove_suffix(1);
  // What stands before it is then a version of something else ("/client/v4/accounts/ID/ai/v1").
  const bool ends_with_ours = path.ends_with("/v1");
  if (ends_with_ours) path.remove_suffix(3);
  read.path = path;
  read.has_version = !ends_with_ours && names_version(path);
  return read;
}

}  // namespace stint
