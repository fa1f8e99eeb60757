// Tested by tests/gateway/config/{config,way_out}_test.cpp.
#include "gateway/config/named_file.hpp"

#include <filesystem>

namespace stint {

std::string file_from(const std::string& directory, const std::string& name) {
  if (name.empty()) return {};
  const std::filesystem::path path(name);
  return (path.is_absolute() ? path : std::filesystem::path(directory) / path)
      .lexically_normal()
      .string();
}

void read_named_file(config_section& section, std::string_view key, const std::string& directory,
                     std::string& into) {
  const auto name = section.text(key);
  if (!name) return;
  into = file_from(directory, name->text);
  if (!std::filesystem::is_regular_file(into)) section.mistake(*name, "there is no file " + into);
}

}  // namespace stint
