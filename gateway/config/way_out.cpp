// Tested by tests/gateway/config/way_out_test.cpp.
#include "gateway/config/way_out.hpp"

#include <algorithm>
#include <optional>

#include "gateway/config/credential.hpp"
#include "gateway/config/named_file.hpp"
#include "gateway/config/private_file.hpp"
#include "gateway/config/proxy.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

void read_tls(config_section& section, const std::string& directory, provider_config& read,
              mistake_list& mistakes) {
  const auto node = section.node("tls");
  if (!node) return;
  config_section tls(*node, mistakes);
  if (!read.tls && section.has("tls"))
    section.mistake("tls", "has no effect with an http:// base_url; delete it");
  tls.read("verify", read.verify_certificate);
  read_named_file(tls, "ca_file", directory, read.ca_file);
  tls_files& ours = read.client_certificate;
  read_named_file(tls, "certificate_file", directory, ours.certificate_file);
  read_named_file(tls, "key_file", directory, ours.key_file);
  if (ours.certificate_file.empty() != ours.key_file.empty()) {
    tls.mistake(ours.key_file.empty() ? "certificate_file" : "key_file",
                "the certificate that is shown to the provider needs both certificate_file and "
                "key_file");
  }
  if (const auto why = open_to_everybody(ours.key_file)) tls.mistake("key_file", *why);
  tls.finish();
}

// By the environment, as other programs on this machine; a server that is asked without TLS is taken for
// one in the house.
void take_usual_proxy(config_section& section, provider_config& read) {
  if (!read.tls) return;
  std::string name = "https_proxy";
  std::string url = value_of_variable("https_proxy");
  if (url.empty()) {
    name = "HTTPS_PROXY";
    url = value_of_variable("HTTPS_PROXY");
  }
  std::string around = value_of_variable("no_proxy");
  if (around.empty()) around = value_of_variable("NO_PROXY");
  if (url.empty() || is_listed(around, read.host, read.port)) return;
  read.proxy = parse_proxy(url);
  if (!read.proxy) {
    section.mistake("proxy", "the environment variable " + name +
                                 " names no HTTP proxy (http://host:port); mend it, or write "
                                 "proxy: none here");
    return;
  }
  read.proxy->source = "environment variable " + name;
}

void read_proxy_address(config_section& section, provider_config& read) {
  const auto text = section.text("proxy");
  if (!text) return take_usual_proxy(section, read);
  if (text->text == "none") return;
  read.proxy = parse_proxy(text->text);
  if (!read.proxy)
    return section.mistake(*text, "expected http://host:port of an HTTP proxy, or none");
  read.proxy->source = "providers." + read.name + ".proxy";
  if (read.proxy->authorization.empty()) return;
  section.mistake(*text,
                  "keep user and password out of this file: proxy_credential_env: NAME or "
                  "proxy_credential_file: FILE, which hold user:password");
}

// "user:password", kept outside of this file.
void read_proxy_credential(config_section& section, const std::string& directory,
                           provider_config& read) {
  const auto variable = section.text("proxy_credential_env");
  const auto file = section.text("proxy_credential_file");
  if (!variable && !file) return;
  const config_text& source = variable ? *variable : *file;
  if (variable && file)
    return section.mistake(*file, "give one of proxy_credential_env and proxy_credential_file");
  if (!read.proxy) {
    return section.mistake(source,
                           "has no effect where no proxy is used; write proxy: http://host:port");
  }
  const auto found = variable ? std::optional(secret_of_variable(source))
                              : secret_of_file(section, directory, source);
  if (!found) return;
  read.proxy->credential_source = variable ? "environment variable " + source.text
                                           : "file " + file_from(directory, source.text);
  if (variable && found->empty()) return;  // of which a warning is given, as of any credential
  const std::string& text = found->reveal();
  if (text.find(':') == std::string::npos || std::ranges::any_of(text, is_control))
    return section.mistake(source, "what it holds is not user:password");
  if (text.size() > credential_bytes_max)
    return section.mistake(source, "what it holds is longer than 4096 bytes");
  read.proxy->authorization = secret(basic_authorization(text));
}

}  // namespace

void read_way_out(config_section& section, const std::string& directory, provider_config& read,
                  mistake_list& mistakes) {
  read_tls(section, directory, read, mistakes);
  read_proxy_address(section, read);
  read_proxy_credential(section, directory, read);
}

}  // namespace stint
