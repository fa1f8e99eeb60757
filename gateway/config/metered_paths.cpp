// Tested by tests/gateway/config/config_test.cpp and tests/gateway/call/request/recognise_test.cpp.
#include "gateway/config/metered_paths.hpp"

#include <algorithm>
#include <string>

#include "gateway/dialect/spelling.hpp"
#include "gateway/dialect/table.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
bool is_one_server(const provider_config& a, const provider_config& b) noexcept {
  const auto same = [](char x, char y) { return to_lower_case(x) == to_lower_case(y); };
  return a.port == b.port && std::ranges::equal(a.host, b.host, same);
}

// Whether what leaves here for `path` is, by `fits`, a place that an entry of the same server gives.
template <typename Fits>
bool comes_to_given_path(const config& settings, const passthrough_config& rule,
                         std::string_view path, Fits fits) {
  const provider_config* by = settings.find_provider(rule.provider);
  if (by == nullptr) return false;
  const std::string leaves(by->unmetered_path(path));
  for (const provider_config& other : settings.providers) {
    if (other.paths.empty() || !is_one_server(*by, other)) continue;
    for (const auto& [spoken, given] : other.paths) {
      const std::string metered = given.substr(0, given.find('?'));
      if (fits(lenient_path(by->base_path + leaves), lenient_path(other.base_path + metered)))
        return true;
      if (&other == by && fits(lenient_path(leaves), lenient_path(metered))) return true;
    }
  }
  return false;
}
}  // namespace

bool reaches_metered_call(const config& settings, const passthrough_config& rule) {
  if (rule.method != "POST") return false;
  const auto fits = [](const lenient_path& path, const lenient_path& metered) {
    return path.is_same(metered);
  };
  return ends_in_metered_path(rule.path) || comes_to_given_path(settings, rule, rule.path, fits);
}

bool borders_metered_call(const config& settings, const passthrough_config& rule,
                          std::string_view path) {
  if (rule.method != "POST") return false;
  const auto fits = [](const lenient_path& own, const lenient_path& metered) {
    return own.is_below(metered);
  };
  return comes_to_given_path(settings, rule, path, fits);
}

}  // namespace stint
