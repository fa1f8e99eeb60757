// Goal: a provider is reached through the proxy, and with the certificates, that its entry or else the
// environment names; a mistake says what to write. Method: YAML beside structs and messages; the
// environment is set by the test.
#include "gateway/config/way_out.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "scratch_directory.hpp"

BOOST_AUTO_TEST_SUITE(way_out_suite)

namespace {
using namespace stint;

struct environment {
  environment() { clear(); }
  ~environment() { clear(); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  static void set(const char* name, const char* value) { ::setenv(name, value, 1); }

 private:
  static void clear() {
    for (const char* name :
         {"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "STINT_TEST_PROXY_USER"})
      ::unsetenv(name);
  }
};

std::string entry(const std::string& more, const std::string& url = "https://api.example.com") {
  return "providers:\n  x: {dialects: [openai], base_url: \"" + url +
         "\", credential: none, models: [\"m\"]" + more + "}\n";
}

std::string mistakes_of(const std::string& yaml) {
  const auto read = parse_config(yaml, "f", ".");
  std::string text;
  if (const auto* found = std::get_if<std::vector<config_mistake>>(&read)) {
    for (const auto& each : *found)
      text += describe("f", each) + "\n";
  }
  return text;
}

provider_config provider_of(const std::string& yaml) {
  auto read = parse_config(yaml, "f", ".");
  BOOST_TEST_REQUIRE(std::holds_alternative<config>(read), mistakes_of(yaml));
  return std::get<config>(read).providers.front();
}

bool is_told(const std::string& yaml, const std::string& what) {
  const std::string all = mistakes_of(yaml);
  BOOST_TEST_INFO(all);
  return all.find(what) != std::string::npos;
}
}  // namespace

BOOST_FIXTURE_TEST_CASE(without_a_word_of_a_proxy_there_is_none, environment) {
  BOOST_TEST(!provider_of(entry("")).proxy.has_value());
  BOOST_TEST(!provider_of(entry(", proxy: none")).proxy.has_value());
}

BOOST_FIXTURE_TEST_CASE(the_environments_proxy_is_used_for_tls_alone_and_not_around_it,
                        environment) {
  set("HTTPS_PROXY", "http://u:p@big:3128");
  set("NO_PROXY", "internal.example,10.0.0.0/8");
  const auto used = provider_of(entry(""));
  BOOST_TEST_REQUIRE(used.proxy.has_value());
  BOOST_TEST(used.proxy->host == "big");
  BOOST_TEST(used.proxy->authorization.reveal() == basic_authorization("u:p"));
  BOOST_TEST(used.proxy->source == "environment variable HTTPS_PROXY");
  BOOST_TEST(!provider_of(entry("", "http://api.example.com")).proxy.has_value());
  BOOST_TEST(!provider_of(entry("", "https://a.internal.example")).proxy.has_value());
  BOOST_TEST(!provider_of(entry("", "https://10.1.2.3")).proxy.has_value());
  BOOST_TEST(!provider_of(entry(", proxy: none")).proxy.has_value());
  set("https_proxy", "small:8080");  // the usual spelling, before the other
  BOOST_TEST(provider_of(entry("")).proxy->host == "small");
  set("no_proxy", "*");
  BOOST_TEST(!provider_of(entry("")).proxy.has_value());
}

BOOST_FIXTURE_TEST_CASE(an_entrys_own_proxy_is_used_whatever_the_environment_says, environment) {
  set("HTTPS_PROXY", "http://big:3128");
  set("NO_PROXY", "*");
  const auto own = provider_of(entry(", proxy: \"http://own:1\""));
  BOOST_TEST_REQUIRE(own.proxy.has_value());
  BOOST_TEST(own.proxy->host == "own");
  BOOST_TEST(own.proxy->source == "providers.x.proxy");
  BOOST_TEST(provider_of(entry(", proxy: \"own:1\"", "http://plain.example")).proxy.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_proxys_password_is_kept_outside_of_the_file, environment) {
  BOOST_TEST(is_told(entry(", proxy: \"http://u:p@own:1\""), "proxy_credential_env"));
  const std::string by_name =
      entry(", proxy: \"own:1\", proxy_credential_env: STINT_TEST_PROXY_USER");
  const auto unset = std::get<config>(parse_config(by_name, "f", "."));
  BOOST_TEST(unset.providers.front().proxy->authorization.empty());
  const auto warnings = warnings_about(unset);
  BOOST_TEST(std::ranges::any_of(warnings, [](const std::string& each) {
    return each.find("until environment variable STINT_TEST_PROXY_USER is set") !=
           std::string::npos;
  }));
  set("STINT_TEST_PROXY_USER", "no-colon");
  BOOST_TEST(is_told(by_name, "is not user:password"));
  set("STINT_TEST_PROXY_USER", "u:p");
  BOOST_TEST(provider_of(by_name).proxy->authorization.reveal() == basic_authorization("u:p"));
  const scratch_directory scratch;
  const std::string file = scratch.path() + "/proxy_user";
  std::ofstream(file) << "f:q\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const auto by_file = provider_of(entry(", proxy: \"own:1\", proxy_credential_file: " + file));
  BOOST_TEST(by_file.proxy->authorization.reveal() == basic_authorization("f:q"));
  BOOST_TEST(by_file.proxy->credential_source == "file " + file);
  BOOST_TEST(is_told(entry(", proxy: \"own:1\", proxy_credential_file: " + file +
                           ", proxy_credential_env: STINT_TEST_PROXY_USER"),
                     "give one of"));
  BOOST_TEST(is_told(entry(", proxy_credential_env: STINT_TEST_PROXY_USER"),
                     "has no effect where no proxy is used"));
}

BOOST_FIXTURE_TEST_CASE(a_proxys_password_has_no_control_characters, environment) {
  const std::string by_name =
      entry(", proxy: \"own:1\", proxy_credential_env: STINT_TEST_PROXY_USER");
  for (const char* odd : {"u:p\r\nx: y", "u:\tp",
                          "u:p\x7f"
                          "q",
                          "\x01:p"}) {
    set("STINT_TEST_PROXY_USER", odd);
    BOOST_TEST(is_told(by_name, "is not user:password"), odd);
  }
  set("STINT_TEST_PROXY_USER", "j\xc3\xbcrgen:a b");
  BOOST_TEST(provider_of(by_name).proxy->authorization.reveal() ==
             basic_authorization("j\xc3\xbcrgen:a b"));
}

// Its first 4098 bytes were sent.
BOOST_FIXTURE_TEST_CASE(a_proxys_password_that_is_too_long_is_a_mistake, environment) {
  const scratch_directory scratch;
  const auto with_file_of = [&](const std::string& name, std::size_t bytes) {
    const std::string file = scratch.path() + "/" + name;
    std::ofstream(file) << "u:" << std::string(bytes - 2, 'p') << '\n';
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    return entry(", proxy: \"own:1\", proxy_credential_file: " + file);
  };
  BOOST_TEST(provider_of(with_file_of("longest", 4'096)).proxy->authorization.reveal() ==
             basic_authorization("u:" + std::string(4'094, 'p')));
  BOOST_TEST(is_told(with_file_of("one_more", 4'097), "is longer than 4096 bytes"));
  BOOST_TEST(is_told(with_file_of("many_more", 5'000), "is longer than 4096 bytes"));
}

BOOST_FIXTURE_TEST_CASE(a_proxys_password_file_is_told_by_where_it_lies, environment) {
  const scratch_directory scratch;
  std::ofstream(scratch.path() + "/user") << "u:p";
  std::filesystem::permissions(scratch.path() + "/user", std::filesystem::perms::owner_read);
  const auto read =
      parse_config(entry(", proxy: \"own:1\", proxy_credential_file: user"), "f", scratch.path());
  BOOST_TEST_REQUIRE(std::holds_alternative<config>(read));
  BOOST_TEST(std::get<config>(read).providers.front().proxy->credential_source ==
             "file " + scratch.path() + "/user");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_proxy_is_told_with_what_to_write, environment) {
  BOOST_TEST(is_told(entry(", proxy: \"socks5://h:1\""), "expected http://host:port"));
  set("HTTPS_PROXY", "https://h:443");
  BOOST_TEST(is_told(entry(""), "the environment variable HTTPS_PROXY names no HTTP proxy"));
}

BOOST_FIXTURE_TEST_CASE(a_certificate_that_is_shown_needs_its_key_and_keeps_it_to_itself,
                        environment) {
  const scratch_directory scratch;
  const std::string certificate = scratch.path() + "/c.pem";
  const std::string key = scratch.path() + "/k.pem";
  std::ofstream(certificate) << "c";
  std::ofstream(key) << "k";
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  const std::string both = ", tls: {certificate_file: " + certificate + ", key_file: " + key + "}";
  const auto read = provider_of(entry(both));
  BOOST_TEST(read.client_certificate.certificate_file == certificate);
  BOOST_TEST(read.client_certificate.key_file == key);
  BOOST_TEST(is_told(entry(", tls: {certificate_file: " + certificate + "}"),
                     "needs both certificate_file and key_file"));
  BOOST_TEST(is_told(entry(", tls: {key_file: " + key + "}"), "needs both"));
  BOOST_TEST(is_told(entry(", tls: {key_file: nowhere, certificate_file: " + certificate + "}"),
                     "there is no file"));
  std::filesystem::permissions(
      key, std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
  BOOST_TEST(is_told(entry(both), "chmod o-rwx"));
}

BOOST_FIXTURE_TEST_CASE(another_proxy_or_certificate_needs_a_restart, environment) {
  const auto of = [](const std::string& more) {
    return std::get<config>(parse_config(entry(more), "f", "."));
  };
  const config plain = of("");
  const config proxied = of(", proxy: \"own:1\"");
  BOOST_TEST(settings_needing_restart(plain, of("")).empty());
  BOOST_TEST(settings_needing_restart(proxied, of(", proxy: \"own:1\"")).empty());
  BOOST_TEST(settings_needing_restart(plain, proxied).size() == 1U);
  BOOST_TEST(settings_needing_restart(proxied, of(", proxy: \"own:2\"")).size() == 1U);
  BOOST_TEST(settings_needing_restart(proxied, of(", proxy: \"other:1\"")).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
