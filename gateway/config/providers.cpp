// Tested by tests/gateway/config/providers_test.cpp.
#include "gateway/config/providers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/config/base_url.hpp"
#include "gateway/config/caps.hpp"
#include "gateway/config/credential.hpp"
#include "gateway/config/way_out.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/http/field_reach.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

constexpr integer_range provider_timeout_ms = {1, 3'600'000};

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
    if (!spoken->has_fixed_path()) {
      paths.mistake(*path,
                    "has no effect: this API's paths hold the model; write what stands before them "
                    "in base_url");
      continue;
    }
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
  read_way_out(section, directory, read, mistakes);
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
  built_in.models = {std::string(simulated_model_prefix) + "*",
                     std::string(simulated_path_prefix) + "*"};
  built_in.attribution_headers = true;
  built_in.built_in = true;
  built_in.owns_models = true;
  built_in.by_public_vocabulary = true;
  built_in.options_marks = simulated_steering_marks;
  return built_in;
}

}  // namespace

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
