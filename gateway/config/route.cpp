// Which provider answers a model, and what the model is called there. Tested by
// tests/gateway/config/providers_test.cpp.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/config.hpp"
#include "gateway/dialect/parts/path_pattern.hpp"
#include "pricing/text/glob.hpp"

namespace stint {

const provider_config* config::find_provider(std::string_view name) const noexcept {
  const auto found = std::find_if(providers.begin(), providers.end(),
                                  [name](const auto& each) { return each.name == name; });
  return found == providers.end() ? nullptr : &*found;
}

std::string_view provider_config::base_model(std::string_view model) const noexcept {
  return options_marks.empty() ? model : model.substr(0, model.find_first_of(options_marks));
}

std::optional<service_tier> provider_config::tier_of(std::string_view word) const noexcept {
  for (const auto& [own, tier] : tiers) {
    if (own == word) return tier;
  }
  return parse_service_tier(word);
}

std::string_view provider_config::without_version(std::string_view path) const noexcept {
  constexpr std::string_view version = "/v1";
  const bool has_other = has_version && path.starts_with("/v1/");
  return has_other ? path.substr(version.size()) : path;
}

const dialect* provider_config::only_form() const noexcept {
  if (dialects.empty()) return nullptr;
  const dialect* const first = dialects.front();
  const dialect* const last = dialects.back();
  return first == last || first->facts().spoken_as == last->facts().spoken_as ? first : nullptr;
}

void provider_config::append_path(const dialect& called, const call_target& target,
                                  std::string_view model, std::string& out) const {
  const dialect_facts& api = called.facts();
  const bool is_fixed =
      called.has_fixed_path() && (target.at == nullptr || target.at == api.endpoints.data());
  if (is_fixed) {
    for (const auto& [spoken, path] : paths) {
      if (spoken == &called) return append_expanded(path, target, model, false, out);
    }
    out += api.version_in_base_url ? without_version(api.path) : api.path;
    return;
  }
  const std::string_view usual = target.at->pattern;
  const bool has_version_hole = usual.starts_with("/{version}/");
  append_expanded(api.version_in_base_url ? without_version(usual) : usual, target, model,
                  has_version_hole && has_version, out);
}

std::string_view provider_config::unmetered_path(std::string_view path) const noexcept {
  const bool drops_version = !dialects.empty() && dialects.front()->facts().version_in_base_url;
  return drops_version ? without_version(path) : path;
}

const provider_config* config::route(const dialect& asked, std::string_view model) const noexcept {
  const provider_config* first = nullptr;
  for (const auto& provider : providers) {
    if (first != nullptr && !provider.owns_models) continue;
    const auto& spoken = provider.dialects;
    const bool speaks = std::find(spoken.begin(), spoken.end(), &asked) != spoken.end();
    if (!speaks && !provider.owns_models) continue;
    const bool lists = std::any_of(provider.models.begin(), provider.models.end(),
                                   [&](const auto& glob) { return glob_match(glob, model); });
    if (!lists) continue;
    if (provider.owns_models) return speaks ? &provider : nullptr;
    first = &provider;
  }
  return first;
}

}  // namespace stint
