// Tested by tests/gateway/config/providers_test.cpp.
#include "gateway/config/credential.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "gateway/config/named_file.hpp"
#include "gateway/config/private_file.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

std::string without_end_space(std::string text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

// It is sent as a header's value: anything but visible ASCII would let it end the header.
bool fits_in_header(const std::string& text) {
  return text.size() <= credential_bytes_max && std::all_of(text.begin(), text.end(), is_visible);
}

std::optional<std::string> read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(credential_bytes_max + 2, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Nothing, and a mistake, for what would not fit.
std::optional<secret> in_header(config_section& section, const config_text& source,
                                std::optional<secret> found) {
  if (!found || fits_in_header(found->reveal())) return found;
  section.mistake(source,
                  "what it holds cannot be a credential: it has spaces, control characters or "
                  "over 4096 bytes");
  return std::nullopt;
}

}  // namespace

std::string value_of_variable(const std::string& name) {
  // Read at start and reload by one thread; nothing in the process changes its environment.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : value;
}

secret secret_of_variable(const config_text& source) {
  return secret(without_end_space(value_of_variable(source.text)));
}

std::optional<secret> secret_of_file(config_section& section, const std::string& directory,
                                     const config_text& source) {
  const auto name = file_from(directory, source.text);
  if (const auto why = open_to_everybody(name)) {
    section.mistake(source, *why);
    return std::nullopt;
  }
  if (auto text = read_file(name)) return secret(without_end_space(std::move(*text)));
  section.mistake(source,
                  "cannot read " + name + "; put the secret there, readable by the gateway only");
  return std::nullopt;
}

void read_credential(config_section& section, const std::string& directory, provider_config& read) {
  const auto variable = section.text("credential_env");
  const auto file = section.text("credential_file");
  const auto none = section.text("credential");
  const int given = int{section.has("credential_env")} + int{section.has("credential_file")} +
                    int{section.has("credential")};
  if (given != 1) {
    section.mistake(
        "credential_env",
        "give exactly one of credential_env: NAME, credential_file: FILE or credential: none");
    return;
  }
  if (none && none->text != "none") {
    section.mistake(
        *none,
        "only \"none\" can stand here; keep the secret out of this file with credential_env or "
        "credential_file");
  }
  std::optional<secret> found;
  if (variable) {
    read.credential_source = "environment variable " + variable->text;
    found = in_header(section, *variable, secret_of_variable(*variable));
  }
  if (file) {
    read.credential_source = "file " + file_from(directory, file->text);
    found = in_header(section, *file, secret_of_file(section, directory, *file));
  }
  if (found) read.credential = std::move(*found);
}

}  // namespace stint
