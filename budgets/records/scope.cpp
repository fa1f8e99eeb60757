// Tested by tests/budgets/records/scope_test.cpp.
#include "budgets/records/scope.hpp"

#include <array>
#include <cstddef>

namespace stint {
namespace {

constexpr std::array<std::string_view, dimension_count> dimension_words = {
    "tenant", "feature", "key", "user", "model", "provider"};

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string_view to_string(dimension d) noexcept {
  return dimension_words[static_cast<std::size_t>(d)];
}

std::optional<dimension> parse_dimension(std::string_view word) noexcept {
  for (std::size_t i = 0; i < dimension_words.size(); ++i) {
    if (dimension_words[i] == word) return static_cast<dimension>(i);
  }
  return std::nullopt;
}

const std::string& attribution::at(dimension d) const noexcept {
  switch (d) {
    case dimension::tenant:
      return tenant;
    case dimension::feature:
      return feature;
    case dimension::key:
      return key;
    case dimension::user:
      return user;
    case dimension::model:
      return model;
    case dimension::provider:
      return provider;
  }
  __builtin_unreachable();
}

std::string scope_of(const attribution& charged, const std::vector<dimension>& per) {
  std::string buffer;
  return std::string(scope_view(charged, per, buffer));
}

std::string_view scope_view(const attribution& charged, const std::vector<dimension>& per,
                            std::string& buffer) {
  if (per.empty()) return {};
  if (per.size() == 1) {
    const std::string& value = charged.at(per.front());
    if (value.find_first_of("/%") == std::string::npos) return value;
  }
  buffer.clear();
  for (std::size_t i = 0; i < per.size(); ++i) {
    if (i != 0) buffer += '/';
    append_escaped(buffer, charged.at(per[i]));
  }
  return buffer;
}

}  // namespace stint
