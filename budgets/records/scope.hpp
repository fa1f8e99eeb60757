// What a call is charged to, and the scope: the part of it that one cap splits by. Thread-safe:
// plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stint {

enum class dimension : std::uint8_t { tenant, feature, key, user, model, provider };
inline constexpr int dimension_count = 6;
[[nodiscard]] std::string_view to_string(dimension d) noexcept;
[[nodiscard]] std::optional<dimension> parse_dimension(std::string_view word) noexcept;

// The cost centres of a call. Empty means "none given" (user only; the others are always set by the
// gateway).
struct attribution {
  std::string tenant;
  std::string feature;
  std::string key;  // the key's id ("key_…"), never its secret
  std::string user;
  std::string model;  // as the client asked for it
  std::string provider;

  [[nodiscard]] const std::string& at(dimension d) const noexcept;
  bool operator==(const attribution&) const = default;
};

// The scope of a call under a cap that is split `per` these dimensions: their values joined by '/',
// with '/' and '%' inside a value written as %2F and %25. The scope of a cap that is not split is
// "".
[[nodiscard]] std::string scope_of(const attribution& charged, const std::vector<dimension>& per);

// The same without allocating where the scope is the value itself; `buffer` holds what had to be
// built. The view lives as long as both.
[[nodiscard]] std::string_view scope_view(const attribution& charged,
                                          const std::vector<dimension>& per, std::string& buffer);

}  // namespace stint
