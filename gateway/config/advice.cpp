// What is said about a configuration that has been read: how a mistake is shown, what looks
// unintended, what a reload cannot change. Tested by tests/gateway/config/advice_test.cpp.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "gateway/config/config.hpp"
#include "gateway/config/costs_of_paths.hpp"
#include "gateway/dialect/table.hpp"
#include "pricing/text/glob.hpp"

namespace stint {
namespace {

bool is_loopback(const std::string& address) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(address, failed);
  return address == "localhost" || (!failed && parsed.is_loopback());
}

// Who names the proxy is said in messages alone.
bool same_but_for_who_names_the_proxy(provider_config a, const provider_config& b) {
  if (a.proxy && b.proxy) a.proxy->source = b.proxy->source;
  return a == b;
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

// Whether whatever fits the one fits the other.
bool covers(const std::string& wide, const std::string& narrow) {
  return glob_match(wide, narrow);
}

// Earlier entries, the first of which gets a model of the API.
bool is_shadowed(std::span<const provider_config> before, const provider_config& one) {
  const auto goes_elsewhere = [&](const dialect* spoken, const std::string& glob) {
    return std::ranges::any_of(before, [&](const provider_config& other) {
      const auto is_covered = [&](const std::string& wide) { return covers(wide, glob); };
      return std::ranges::find(other.dialects, spoken) != other.dialects.end() &&
             std::ranges::any_of(other.models, is_covered);
    });
  };
  return std::ranges::all_of(one.dialects, [&](const dialect* spoken) {
    return std::ranges::all_of(
        one.models, [&](const std::string& glob) { return goes_elsewhere(spoken, glob); });
  });
}

// It may have been written to be tried in their place one day; today nothing comes to it.
void warn_of_shadowed(const config& checked, std::vector<std::string>& warnings) {
  const std::span<const provider_config> all(checked.providers);
  for (std::size_t at = 0; at < all.size(); ++at) {
    const provider_config& one = all[at];
    const auto names_it = [&](const auto& rule) { return rule.provider == one.name; };
    if (one.built_in || std::ranges::any_of(checked.passthrough, names_it)) continue;
    if (one.models.empty()) {
      warnings.push_back("providers." + one.name +
                         ": no call goes there: it lists no model, and no passthrough names it; "
                         "list some models like [\"gpt-*\"], or delete it");
      continue;
    }
    if (!is_shadowed(all.first(at), one)) continue;
    warnings.push_back("providers." + one.name +
                       ": no call goes there: the entries before it list all of its models; put it "
                       "before them, or delete it");
  }
  for (std::size_t at = 0; at < checked.passthrough.size(); ++at) {
    const passthrough_config& one = checked.passthrough[at];
    const auto before = std::span(checked.passthrough).first(at);
    const auto comes_first = [&](const passthrough_config& other) {
      return other.method == one.method && covers(other.path, one.path);
    };
    if (std::ranges::any_of(before, comes_first))
      warnings.push_back("passthrough: " + one.method + " " + one.path +
                         " is never looked at: a rule before it takes all of its calls");
  }
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
  warn_of_shadowed(checked, warnings);
  if (checked.caps.empty())
    warnings.emplace_back("caps: none: every call is recorded, nothing is limited");
  return warnings;
}

namespace {
// Of a provider whose models have no price here at all nothing is said.
bool is_unpriced_tier(const provider_config& by, service_tier tier, const price_book& prices) {
  bool any = false;
  for (const price& one : prices.prices()) {
    const auto lists_it = [&](const std::string& glob) { return glob_match(glob, one.model); };
    if (std::ranges::none_of(by.models, lists_it)) continue;
    if (one.offers(tier)) return false;
    any = true;
  }
  return any;
}
}  // namespace

std::vector<std::string> warnings_about(const config& checked, const price_book& prices) {
  std::vector<std::string> warnings;
  for (const provider_config& one : checked.providers) {
    for (const auto& [word, tier] : one.tiers) {
      if (!is_unpriced_tier(one, tier, prices)) continue;
      warnings.push_back("providers." + one.name + ".tiers." + word +
                         ": no price of its models in " + checked.prices_file + " lists the tier " +
                         std::string(to_string(tier)) +
                         ", so that calls that ask for it are refused");
    }
  }
  return warnings;
}

namespace {
// Whether a setting, or a section, comes to the same, however it is written.
using compared_settings = std::vector<std::pair<std::string, bool>>;

// Of those that the file lists.
std::vector<std::string_view> names_in_order(const config& of) {
  std::vector<std::string_view> names;
  for (const provider_config& one : of.providers) {
    if (!one.built_in) names.emplace_back(one.name);
  }
  return names;
}

void compare_providers(const config& a, const config& b, compared_settings& into) {
  const auto by_name = [](const config& in, const std::string& name) {
    return std::ranges::find(in.providers, name, &provider_config::name);
  };
  // The built-in one stands in no file: simulated.enabled says whether it is there.
  for (const provider_config& one : a.providers) {
    if (one.built_in) continue;
    const auto other = by_name(b, one.name);
    into.emplace_back("providers." + one.name,
                      other != b.providers.end() && same_but_for_who_names_the_proxy(one, *other));
  }
  for (const provider_config& one : b.providers) {
    if (!one.built_in && by_name(a, one.name) == a.providers.end())
      into.emplace_back("providers." + one.name, false);
  }
  // The first that lists a model gets it.
  into.emplace_back("providers", names_in_order(a) == names_in_order(b));
}

void compare_simulated(const simulation& a, const simulation& b, compared_settings& into) {
  into.insert(into.end(),
              {{"simulated.enabled", a.enabled == b.enabled},
               {"simulated.books", a.apart == b.apart},
               {"simulated.port", a.port == b.port},
               {"simulated.output", a.length == b.length},
               {"simulated.tokens", a.fixed_tokens == b.fixed_tokens},
               {"simulated.sigma", a.log_normal_sigma == b.log_normal_sigma},
               {"simulated.seed", a.seed == b.seed},
               {"simulated.first_token_delay", a.first_token_delay_ms == b.first_token_delay_ms},
               {"simulated.token_delay", a.token_delay_ms == b.token_delay_ms}});
}

compared_settings compare(const config& a, const config& b) {
  compared_settings all = {
      {"listen", a.listen == b.listen},
      {"admin.address", a.admin.address == b.admin.address},
      {"admin.port", a.admin.port == b.admin.port},
      {"admin.hosts", a.admin_hosts == b.admin_hosts},
      {"admin.metrics_need_token", a.metrics_need_token == b.metrics_need_token},
      {"admin.token_file", a.admin_token_file == b.admin_token_file},
      {"data_directory", a.data_directory == b.data_directory},
      {"durability", a.durability == b.durability},
      {"rows_kept_days", a.rows_kept_days == b.rows_kept_days},
      {"calibration_saved_every", a.calibration_saved_every_ms == b.calibration_saved_every_ms},
      {"threads", a.threads == b.threads},
      {"access_log", a.access_log == b.access_log},
      {"limits", a.limits == b.limits},
      {"prices.file", a.prices_file == b.prices_file},
      {"prices.unknown_model", a.unknown_model == b.unknown_model},
      {"prices.ceiling", a.ceiling_input_rate == b.ceiling_input_rate &&
                             a.ceiling_output_rate == b.ceiling_output_rate},
      {"prices.default_output_bound_tokens",
       a.default_output_bound_tokens == b.default_output_bound_tokens},
      {"attribution.require_feature", a.require_feature == b.require_feature},
      {"attribution.feature_header", a.feature_header == b.feature_header},
      {"attribution.tags_header", a.tags_header == b.tags_header},
      {"admission", a.admission == b.admission},
      {"refusals.budget_exceeded_status", a.refusal_status == b.refusal_status},
      {"refusals.message", a.refusal_message == b.refusal_message},
      {"metrics.series_per_family_max", a.series_per_family_max == b.series_per_family_max},
      {"passthrough", a.passthrough == b.passthrough}};
  compare_simulated(a.simulated, b.simulated, all);
  compare_providers(a, b, all);
  return all;
}

// What a reload takes over.
bool is_taken_over(std::string_view setting) noexcept {
  return is_within(setting, "caps") || is_within(setting, "tenants");
}

}  // namespace

// All that is written otherwise, but for what comes to the same; and what does not come to the same
// although it is written so: a file that a setting names, the order of providers, a default that follows
// another setting. A setting that is compared nowhere is told by how it is written.
std::vector<setting_change> settings_needing_restart(const config& running, const config& loaded) {
  const compared_settings compared = compare(running, loaded);
  const auto comes_to_the_same = [&](const std::string& setting) {
    // The narrowest that it stands in: those of single providers stand before that of all.
    const auto found = std::ranges::find_if(
        compared, [&](const auto& each) { return is_within(setting, each.first); });
    return found != compared.end() && found->second;
  };
  std::vector<setting_change> changes;
  for (setting_change& each : changes_of(running.written, loaded.written)) {
    if (!is_taken_over(each.name) && !comes_to_the_same(each.name))
      changes.push_back(std::move(each));
  }
  for (const auto& [setting, is_same] : compared) {
    const auto is_told = [name = std::string_view(setting)](const setting_change& each) {
      return is_within(each.name, name);
    };
    if (!is_same && std::ranges::none_of(changes, is_told)) changes.push_back({setting, "", ""});
  }
  return changes;
}

}  // namespace stint
