// Reads a text that should be one YAML document. In place of YAML::LoadAll, which never returns,
// and fills the memory, when a line of the text starts with a stray ',': it sees document after
// document there without taking a byte (yaml-cpp 0.7, found by fuzzing). Pure; throws
// YAML::Exception for what is not YAML.
#pragma once

#include <optional>
#include <string>

#include <yaml-cpp/yaml.h>

namespace stint {

struct yaml_document {
  bool is_empty = true;  // no document at all: nothing, or comments only
  std::optional<int>
      second_line;  // 1-based: where a second document begins; the root is not read then
  YAML::Node root;
};

[[nodiscard]] yaml_document read_yaml_document(const std::string& text);

}  // namespace stint
