// What is said about a configuration that has been read: how a mistake is shown, what looks
// unintended, what a reload cannot change. Tested by tests/gateway/config/advice_test.cpp.
#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "gateway/config/config.hpp"
#include "gateway/config/costs_of_paths.hpp"
#include "gateway/dialect/table.hpp"

namespace stint {
namespace {

bool is_loopback(const std::string& address) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(address, failed);
  return address == "localhost" || (!failed && parsed.is_loopback());
}

bool same_listener(const listener_config& a, const listener_config& b) {
  const auto certificate = [](const listener_config& l) {
    return l.tls ? l.tls->certificate_file : "";
  };
  const auto key = [](const listener_config& l) { return l.tls ? l.tls->key_file : ""; };
  return a.address == b.address && a.port == b.port && certificate(a) == certificate(b) &&
         key(a) == key(b) && a.cors_origins == b.cors_origins;
}

bool same_proxy(const provider_config& a, const provider_config& b) {
  if (!a.proxy || !b.proxy) return a.proxy.has_value() == b.proxy.has_value();
  return a.proxy->host == b.proxy->host && a.proxy->port == b.proxy->port &&
         a.proxy->authorization == b.proxy->authorization;
}

// The built-in provider's port is chosen at start; simulated.port says what was asked for.
bool same_provider(const provider_config& a, const provider_config& b) {
  if (a.name != b.name || a.built_in) return a.name == b.name;
  return a.dialects == b.dialects && a.tls == b.tls && a.host == b.host && a.port == b.port &&
         a.base_path == b.base_path && a.verify_certificate == b.verify_certificate &&
         a.ca_file == b.ca_file && a.client_certificate == b.client_certificate &&
         same_proxy(a, b) && a.credential == b.credential && a.models == b.models &&
         a.connect_timeout_ms == b.connect_timeout_ms &&
         a.first_byte_timeout_ms == b.first_byte_timeout_ms &&
         a.stall_timeout_ms == b.stall_timeout_ms && a.connections_max == b.connections_max &&
         a.pool_idle_ms == b.pool_idle_ms && a.attribution_headers == b.attribution_headers &&
         a.trust_stated_cost == b.trust_stated_cost && a.on_hang_up == b.on_hang_up &&
         a.paths == b.paths && a.credential_header == b.credential_header &&
         a.stream_usage == b.stream_usage && a.tiers == b.tiers &&
         a.pass_headers == b.pass_headers && a.pass_query == b.pass_query;
}

void warn_of_provider(const provider_config& provider, std::vector<std::string>& warnings) {
  const std::string name = "providers." + provider.name + ": ";
  if (!provider.credential_source.empty() && provider.credential.empty()) {
    warnings.push_back(name + "its calls will be refused until " + provider.credential_source +
                       " is set and the gateway restarted");
  }
  if (provider.proxy && !provider.proxy->credential_source.empty() &&
      provider.proxy->authorization.empty()) {
    warnings.push_back(name + "the proxy is not told who asks until " +
                       provider.proxy->credential_source + " is set and the gateway restarted");
  }
  if (!provider.tls && !is_loopback(provider.host)) {
    warnings.push_back(
        name + "prompts and credentials cross the network unencrypted; use https:// in base_url");
  }
  if (provider.tls && !provider.verify_certificate) {
    warnings.push_back(name +
                       "tls.verify is false: anyone on the path can read and change the calls; set "
                       "ca_file instead");
  }
}

// What it costs stands nowhere, and no cap of money or tokens ever stops it.
void warn_of_passthrough(const passthrough_config& rule, std::vector<std::string>& warnings) {
  const http_method method = rule.method == "POST" ? http_method::post : http_method::get;
  const endpoint* const served = shut_endpoint(method, rule.path, false);
  if (served != nullptr && !rule.path.ends_with('*')) {
    warnings.push_back("passthrough: " + rule.method + " " + rule.path +
                       " has no effect any more: it is " + std::string(to_string(served->kind)) +
                       "; delete the rule");
    return;
  }
  if (costs_nothing(rule.method, rule.path)) return;
  warnings.push_back(
      "passthrough: " + rule.method + " " + rule.path + " may cost money at '" + rule.provider +
      "': such calls are recorded at $0.00, and no cap in usd or tokens counts them; "
      "give only keys to it that you trust with the provider's whole bill");
}

}  // namespace

std::vector<std::string> warnings_about(const config& checked) {
  std::vector<std::string> warnings;
  if (!is_loopback(checked.listen.address) && !checked.listen.tls) {
    warnings.emplace_back(
        "listen: is open to the network without TLS: keys and prompts can be read on the way; give "
        "listen.tls, "
        "or put a TLS proxy in front");
  }
  if (!is_loopback(checked.admin.address)) {
    warnings.emplace_back(
        "admin: is open to the network without TLS: its token can be read on the way; prefer "
        "127.0.0.1");
    if (!checked.metrics_need_token) {
      warnings.emplace_back(
          "admin.metrics_need_token: is false, so anyone who reaches the port reads the spend "
          "figures");
    }
  }
  for (const auto& provider : checked.providers)
    warn_of_provider(provider, warnings);
  for (const auto& rule : checked.passthrough)
    warn_of_passthrough(rule, warnings);
  if (checked.caps.empty())
    warnings.emplace_back("caps: none: every call is recorded, nothing is limited");
  return warnings;
}

namespace {
bool same_simulation(const simulation& a, const simulation& b) noexcept {
  return a.enabled == b.enabled && a.apart == b.apart && a.port == b.port && a.length == b.length &&
         a.fixed_tokens == b.fixed_tokens && a.log_normal_sigma == b.log_normal_sigma &&
         a.seed == b.seed && a.first_token_delay_ms == b.first_token_delay_ms &&
         a.token_delay_ms == b.token_delay_ms;
}
}  // namespace

std::vector<std::string> settings_needing_restart(const config& running, const config& loaded) {
  std::vector<std::string> settings;
  if (!same_listener(running.listen, loaded.listen)) settings.emplace_back("listen");
  if (!same_listener(running.admin, loaded.admin)) settings.emplace_back("admin");
  if (running.admin_hosts != loaded.admin_hosts) settings.emplace_back("admin.hosts");
  if (running.admin_token_file != loaded.admin_token_file)
    settings.emplace_back("admin.token_file");
  if (running.data_directory != loaded.data_directory) settings.emplace_back("data_directory");
  if (running.durability != loaded.durability) settings.emplace_back("durability");
  if (running.rows_kept_days != loaded.rows_kept_days) settings.emplace_back("rows_kept_days");
  if (running.threads != loaded.threads) settings.emplace_back("threads");
  const auto note = [&](bool same, const char* name) {
    if (!same) settings.emplace_back(name);
  };
  note(same_simulation(running.simulated, loaded.simulated), "simulated");
  note(running.limits == loaded.limits, "limits");
  note(running.admission == loaded.admission, "admission");
  note(running.prices_file == loaded.prices_file, "prices.file");
  note(running.access_log == loaded.access_log, "access_log");
  note(running.require_feature == loaded.require_feature, "attribution.require_feature");
  note(running.unknown_model == loaded.unknown_model &&
           running.ceiling_input_rate == loaded.ceiling_input_rate &&
           running.ceiling_output_rate == loaded.ceiling_output_rate,
       "prices.unknown_model");
  note(running.refusal_status == loaded.refusal_status, "refusals.budget_exceeded_status");
  note(running.refusal_message == loaded.refusal_message, "refusals.message");
  note(std::ranges::equal(running.providers, loaded.providers, same_provider), "providers");
  if (running.series_per_family_max != loaded.series_per_family_max) {
    settings.emplace_back("metrics.series_per_family_max");
  }
  return settings;
}

}  // namespace stint
