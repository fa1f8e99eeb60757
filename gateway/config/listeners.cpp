// Tested by tests/gateway/config/config_test.cpp.
#include "gateway/config/listeners.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "gateway/config/base_url.hpp"
#include "gateway/config/named_file.hpp"
#include "gateway/config/private_file.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

void read_address(config_section& section, listener_config& into) {
  section.read("address", into.address);
  boost::system::error_code failed;
  (void)boost::asio::ip::make_address(into.address, failed);
  if (failed)
    section.mistake("address", "expected an IP address like 127.0.0.1, 0.0.0.0 or ::, not \"" +
                                   into.address + "\"");
  section.read("port", into.port, {0, 65'535});
}

// As browsers write it in Origin, byte for byte.
bool is_origin(const std::string& text) {
  const auto url = parse_base_url(text);
  const auto is_shouted = [](char c) { return c != to_lower_case(c); };
  return url && url->path.empty() && !text.ends_with('/') && !text.ends_with("/v1") &&
         std::none_of(text.begin(), text.end(), is_shouted);
}

void read_origins(config_section& listen, listener_config& into) {
  for (const auto& origin : listen.words("cors_origins")) {
    if (!is_origin(origin.text)) {
      listen.mistake(
          origin,
          "expected the origin of a web page, like https://app.example.com, in lower case "
          "and without a path");
    } else {
      into.cors_origins.push_back(origin.text);
    }
  }
}

// As it is compared with the Host of a request, without its port.
void read_admin_hosts(config_section& admin, std::vector<std::string>& into) {
  for (const auto& name : admin.words("hosts")) {
    std::string_view host = name.text;
    if (host.ends_with('.')) host.remove_suffix(1);
    const auto is_of_name = [](char c) {
      return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
    };
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_of_name)) {
      admin.mistake(
          name,
          "expected a host's name alone, like stint.internal.example, without scheme, port or "
          "path; addresses and localhost are always known");
      continue;
    }
    into.emplace_back(host);
  }
}

}  // namespace

void read_listeners(config_section& file, config_reading& run) {
  auto listen = file.section("listen");
  read_address(listen, run.into.listen);
  if (const auto node = listen.node("tls")) {
    config_section tls(*node, run.mistakes);
    tls_files files;
    tls.require("certificate_file", "name the PEM file with the certificate chain");
    read_named_file(tls, "certificate_file", run.directory, files.certificate_file);
    tls.require("key_file", "name the PEM file with the private key");
    read_named_file(tls, "key_file", run.directory, files.key_file);
    if (const auto why = open_to_everybody(files.key_file)) tls.mistake("key_file", *why);
    tls.finish();
    run.into.listen.tls = files;
  }
  read_origins(listen, run.into.listen);
  listen.finish();

  auto admin = file.section("admin");
  run.into.admin.port = 8081;
  read_address(admin, run.into.admin);
  if (const auto name = admin.text("token_file"))
    run.into.admin_token_file = file_from(run.directory, name->text);
  read_admin_hosts(admin, run.into.admin_hosts);
  admin.read("metrics_need_token", run.into.metrics_need_token);
  const auto& a = run.into.listen;
  const auto& b = run.into.admin;
  if (a.port != 0 && a.port == b.port && a.address == b.address) {
    admin.mistake("port", "is the port of listen too; the admin listener needs its own");
  }
  admin.finish();
}

}  // namespace stint
