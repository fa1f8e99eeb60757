// Tested by tests/gateway/config/config_test.cpp.
#include "gateway/config/passthrough.hpp"

#include <string>
#include <utility>
#include <vector>

#include "gateway/config/metered_paths.hpp"
#include "gateway/dialect/table.hpp"

namespace stint {
namespace {

// A rule that opens nothing is a mistake where it was meant to lift a cap or what is refused for good; where the
// gateway serves the path by itself by now, the rule has no effect (advice.cpp).
void check_path(const config_text& path, const passthrough_config& read, config_section& section,
                const config_reading& run) {
  const endpoint* const shut =
      shut_endpoint(read.method == "POST" ? http_method::post : http_method::get, read.path, false);
  const bool is_metered = respelt_metered_path(read.path).meant != nullptr ||
                          reaches_metered_call(run.into, read) ||
                          (shut != nullptr && shut->kind == endpoint_kind::metered);
  if (is_metered)
    section.mistake(path, "is metered already; passing it through unmetered would lift every cap");
  else if (shut != nullptr && shut->kind == endpoint_kind::refused)
    section.mistake(path, "is never let through: " + std::string(shut->why));
}

passthrough_config read_route(const config_node& item, config_reading& run) {
  config_section section(item, run.mistakes);
  passthrough_config read;
  static const std::vector<std::pair<std::string, std::string>> methods = {{"GET", "GET"},
                                                                           {"POST", "POST"}};
  section.require("method", "write GET or POST");
  if (const auto word = section.text("method")) {
    if (auto method = choose(*word, methods, run.mistakes)) read.method = std::move(*method);
  }
  section.require("path", "write the path, like /v1/models, or a prefix that ends in *");
  const auto path = section.text("path");
  if (path) {
    read.path = path->text;
    const bool fits = read.path.starts_with('/') &&
                      read.path.find_first_of(" ?#\\") == std::string::npos &&
                      read.path.find('*') >= read.path.size() - 1;
    if (!fits)
      section.mistake(*path, "expected a path like /v1/models; * may only stand at its end");
  }
  section.require("provider", "name one of the providers");
  if (const auto word = section.text("provider")) {
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& known : run.into.providers)
      names.emplace_back(known.name, known.name);
    if (auto name = choose(*word, names, run.mistakes)) read.provider = std::move(*name);
  }
  if (path) check_path(*path, read, section, run);
  section.finish();
  return read;
}

}  // namespace

void read_passthrough(config_section& file, config_reading& run) {
  for (const auto& item : file.list("passthrough")) {
    run.into.passthrough.push_back(read_route(item, run));
  }
}

}  // namespace stint
