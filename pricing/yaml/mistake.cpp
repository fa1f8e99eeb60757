// Tested by tests/pricing/yaml/section_test.cpp.
#include "pricing/yaml/mistake.hpp"

#include <algorithm>
#include <utility>

namespace stint {

std::string describe(const std::string& file, const config_mistake& mistake) {
  std::string text = file;
  if (mistake.line > 0) text += ":" + std::to_string(mistake.line);
  return text + ": " + mistake.message;
}

void mistake_list::add(int line, std::string message) {
  mistakes_.push_back({.line = line, .message = std::move(message)});
}

std::vector<config_mistake> mistake_list::sorted() const {
  auto sorted = mistakes_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return sorted;
}

}  // namespace stint
