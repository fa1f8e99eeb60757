// Tested by tests/gateway/config/providers_test.cpp.
#include "gateway/config/providers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gateway/config/base_url.hpp"
#include "gateway/config/caps.hpp"
#include "gateway/config/private_file.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/http/field_reach.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

constexpr std::size_t credential_bytes_max = 4'096;
constexpr integer_range provider_timeout_ms = {1, 3'600'000};

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

void set_credential(config_section& section, const config_text& source, std::string text,
                    provider_config& read) {
  text = without_end_space(std::move(text));
  if (!fits_in_header(text)) {
    section.mistake(source,
                    "what it holds cannot be a credential: it has spaces, control characters or "
                    "over 4096 bytes");
    return;
  }
  read.credential = secret(std::move(text));
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
  if (variable) {
    read.credential_source = "environment variable " + variable->text;
    // Read at start and reload by one thread; nothing in the process changes its environment.
    const char* value = std::getenv(variable->text.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr) set_credential(section, *variable, value, read);
  }
  if (file) {
    const auto name = file_from(directory, file->text);
    read.credential_source = "file " + name;
    if (const auto why = open_to_everybody(name)) {
      section.mistake(*file, *why);
    } else if (auto text = read_file(name)) {
      set_credential(section, *file, std::move(*text), read);
    } else {
      section.mistake(*file, "cannot read " + name +
                                 "; put the provider's key there, readable by the gateway only");
    }
  }
}

void read_tls(config_section& section, const std::string& directory, provider_config& read,
              mistake_list& mistakes) {
  const auto node = section.node("tls");
  if (!node) return;
  config_section tls(*node, mistakes);
  if (!read.tls && section.has("tls"))
    section.mistake("tls", "has no effect with an http:// base_url; delete it");
  tls.read("verify", read.verify_certificate);
  if (const auto file = tls.text("ca_file")) {
    read.ca_file = file_from(directory, file->text);
    if (!std::filesystem::is_regular_file(read.ca_file))
      tls.mistake(*file, "there is no file " + read.ca_file);
  }
  tls.finish();
}

void read_timeouts(config_section& section, provider_config& read, mistake_list& mistakes) {
  const auto node = section.node("timeouts");
  if (!node) return;
  config_section timeouts(*node, mistakes);
  timeouts.read_duration_ms("connect", read.connect_timeout_ms, provider_timeout_ms);
  timeouts.read_duration_ms("first_byte", read.first_byte_timeout_ms, provider_timeout_ms);
  timeouts.read_duration_ms("stall", read.stall_timeout_ms, provider_timeout_ms);
  timeouts.read_duration_ms("pool_idle", read.pool_idle_ms, provider_timeout_ms);
  timeouts.finish();
}

void read_address(config_section& section, provider_config& read) {
  section.require("base_url", "write where the provider is, like https://api.openai.com");
  const auto text = section.text("base_url");
  if (!text) return;
  const auto url = parse_base_url(text->text);
  if (!url) {
    // The text itself is not repeated: a URL is where people put passwords.
    section.mistake(
        *text, "expected https://host[:port][/path] or http://…, without user, query or fragment");
    return;
  }
  // As documentation shows it, and as a variable of the environment may hold it. The API's own path comes
  // behind it, so that every call would be a 404.
  if (ends_in_metered_path(url->path) && !section.has("paths"))
    section.mistake(*text,
                    "ends in the path of a call, which is added to it; write what stands before");
  read.tls = url->tls;
  read.host = url->host;
  read.port = url->port;
  read.base_path = url->path;
  read.has_version = url->has_version;
}

// Behind base_url, for each dialect: {openai: /chat/completions}.
void read_paths(config_section& section, provider_config& read, mistake_list& mistakes) {
  const auto node = section.node("paths");
  if (!node) return;
  config_section paths(*node, mistakes);
  for (const dialect* spoken : read.dialects) {
    const auto path = paths.text(spoken->facts().name);
    if (!path) continue;
    const bool fits = path->text.starts_with('/') &&
                      std::all_of(path->text.begin(), path->text.end(), is_visible) &&
                      path->text.find_first_of("#\\") == std::string::npos;
    if (!fits)
      paths.mistake(*path,
                    "expected what follows base_url, like /chat/completions or "
                    "/chat/completions?api-version=2024-10-21");
    read.paths.emplace_back(spoken, path->text);
  }
  paths.finish();
}

bool is_field_name(const std::string& text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), fits);
}

void read_credential_header(config_section& section, provider_config& read) {
  const auto name = section.text("credential_header");
  if (!name) return;
  constexpr std::array<std::string_view, 7> framing = {
      "host",   "content-length",  "content-type",     "connection",
      "expect", "accept-encoding", "transfer-encoding"};
  const bool is_ours = std::find(framing.begin(), framing.end(), name->text) != framing.end();
  if (!is_field_name(name->text) || is_ours) {
    section.mistake(*name, "expected a header's name in lower case, like api-key");
  } else if (section.has("credential") && read.credential_source.empty()) {
    section.mistake(*name, "has no effect with credential: none; delete one of the two");
  }
  // By this name it is sent as that API wants it, behind "Bearer ".
  if (name->text != "authorization") read.credential_header = name->text;
}

void read_tiers(config_section& section, provider_config& read, mistake_list& mistakes) {
  const auto node = section.node("tiers");
  if (!node) return;
  static const std::vector<std::pair<std::string, service_tier>> known = {
      {"standard", service_tier::standard},
      {"flex", service_tier::flex},
      {"priority", service_tier::priority},
      {"fast", service_tier::fast}};
  config_section tiers(*node, mistakes);
  for (const auto& [word, item] : tiers.entries()) {
    const auto price = tiers.text(word);
    if (!price) continue;
    if (const auto tier = choose(*price, known, mistakes)) read.tiers.emplace_back(word, *tier);
  }
  tiers.finish();
}

void read_passed_on(config_section& section, provider_config& read) {
  for (const auto& name : section.words("pass_headers")) {
    if (!is_field_name(name.text) || reach_of(name.text) == field_reach::here) {
      section.mistake(name,
                      "expected a header's name in lower case, and none that frames a request, "
                      "concerns one connection, or carries a key");
    }
    read.pass_headers.push_back(name.text);
  }
  for (const auto& key : section.words("pass_query"))
    read.pass_query.push_back(key.text);
}

// Each once, and those of one word together: provider_config::only_form() looks at the first and the last.
void add_spoken(std::string_view word, provider_config& to) {
  for (const dialect* each : dialects_spoken_as(word)) {
    if (std::find(to.dialects.begin(), to.dialects.end(), each) == to.dialects.end())
      to.dialects.push_back(each);
  }
}

void read_dialects(config_section& section, provider_config& read, mistake_list& mistakes) {
  const std::vector<std::string> known = spoken_words();
  section.require("dialects", "list the APIs that it speaks, of " + list_choices(known));
  std::vector<std::pair<std::string, std::string>> choices;
  for (const std::string& each : known)
    choices.emplace_back(each, each);
  for (const auto& word : section.words("dialects")) {
    if (const auto spoken = choose(word, choices, mistakes)) add_spoken(*spoken, read);
  }
}

provider_config read_provider(const std::string& name, const config_node& node,
                              const std::string& directory, mistake_list& mistakes) {
  config_section section(node, mistakes);
  provider_config read;
  read.name = name;
  read_dialects(section, read, mistakes);
  read_address(section, read);
  read_paths(section, read, mistakes);
  read_credential(section, directory, read);
  read_credential_header(section, read);
  section.require("models",
                  "list the models that go there, like [\"gpt-*\"]; the first provider that lists "
                  "a model gets it");
  section.refuse_blank("models");
  for (const auto& glob : section.words("models")) {
    if (check_glob(glob, mistakes)) read.models.push_back(glob.text);
  }
  read_tls(section, directory, read, mistakes);
  read_timeouts(section, read, mistakes);
  section.read("connections_max", read.connections_max, {1, 100'000});
  section.read("attribution_headers", read.attribution_headers);
  section.read("trust_stated_cost", read.trust_stated_cost);
  static const std::vector<std::pair<std::string, hang_up_policy>> hang_ups = {
      {"stops", hang_up_policy::stops}, {"finishes", hang_up_policy::finishes}};
  if (const auto word = section.text("on_hang_up")) {
    if (const auto chosen = choose(*word, hang_ups, mistakes)) read.on_hang_up = *chosen;
  }
  static const std::vector<std::pair<std::string, stream_usage_policy>> usages = {
      {"inject", stream_usage_policy::inject},
      {"always", stream_usage_policy::always},
      {"never", stream_usage_policy::never}};
  if (const auto word = section.text("stream_usage")) {
    if (const auto chosen = choose(*word, usages, mistakes)) read.stream_usage = *chosen;
  }
  read_tiers(section, read, mistakes);
  read_passed_on(section, read);
  section.finish();
  return read;
}

bool is_provider_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits);
}

provider_config built_in_provider() {
  provider_config built_in;
  built_in.name = simulated_provider_name;
  for (const std::string_view spoken : simulated_dialects)
    add_spoken(spoken, built_in);
  built_in.tls = false;
  built_in.host = "127.0.0.1";
  built_in.port = 0;  // known once it listens; serve fills it in
  built_in.models = {std::string(simulated_model_prefix) + "*"};
  built_in.attribution_headers = true;
  built_in.built_in = true;
  built_in.owns_models = true;
  built_in.by_public_vocabulary = true;
  built_in.options_mark = simulated_steering_mark;
  return built_in;
}

}  // namespace

std::string file_from(const std::string& directory, const std::string& name) {
  if (name.empty()) return {};
  const std::filesystem::path path(name);
  return (path.is_absolute() ? path : std::filesystem::path(directory) / path)
      .lexically_normal()
      .string();
}

std::vector<provider_config> read_providers(config_section& file, const std::string& directory,
                                            mistake_list& mistakes) {
  std::vector<provider_config> providers;
  if (const auto node = file.node("providers")) {
    config_section section(*node, mistakes);
    for (const auto& [name, item] : section.entries()) {
      if (name == simulated_provider_name) {
        mistakes.add(
            item.line,
            item.path + ": this name belongs to the built-in simulated provider; choose another");
      } else if (!is_provider_name(name)) {
        mistakes.add(item.line,
                     item.path + ": a provider's name is 1 to 64 of a-z, 0-9, '-' and '_'");
      }
      providers.push_back(read_provider(name, item, directory, mistakes));
    }
  }
  providers.push_back(built_in_provider());
  return providers;
}

}  // namespace stint
