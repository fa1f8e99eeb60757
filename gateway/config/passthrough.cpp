// Tested by tests/gateway/config/config_test.cpp.
#include "gateway/config/passthrough.hpp"

#include "gateway/config/metered_paths.hpp"
#include "gateway/dialect/table.hpp"

namespace stint {
namespace {

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
  if (path &&
      (respelt_metered_path(read.path).meant != nullptr || reaches_metered_call(run.into, read)))
    section.mistake(*path, "is metered already; passing it through unmetered would lift every cap");
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
