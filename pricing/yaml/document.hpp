// Reads a text that should be one YAML document. In place of YAML::LoadAll, which never returns,
// and fills the memory, when a line of the text starts with a stray ',': it sees document after
// document there without taking a byte (yaml-cpp 0.7, found by fuzzing). Pure; throws
// YAML::Exception for what is not YAML, where it does not say otherwise.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <yaml-cpp/yaml.h>

#include "pricing/yaml/mistake.hpp"

namespace stint {

struct yaml_document {
  bool is_empty = true;  // no document at all: nothing, or comments only
  // 1-based: where a second document begins; the root is not read then.
  std::optional<int> second_line;
  YAML::Node root;
};

[[nodiscard]] yaml_document read_yaml_document(const std::string& text);

// The same for a file that people write: hands the document to `read`; what is not one document, or
// not YAML, is noted instead. No exception of yaml-cpp leaves.
void read_yaml_file(const std::string& text, mistake_list& mistakes,
                    const std::function<void(const yaml_document&)>& read);

}  // namespace stint
