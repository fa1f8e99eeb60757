// How else a path may be written that some server takes for the same one: doubled slashes, "..", escapes,
// parameters ("..;"), upper case, "/v1" left out or written twice. Servers differ in what they take,
// so a path that may be read as a metered one is never let through as another. Pure functions, for
// paths that are not metered ones as they stand: they may allocate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stint {

enum class path_spelling : std::uint8_t {
  other,  // another path
  plain,  // that path, but for slashes, "/v1" and Azure's "/openai": what base URLs with and without them lead to
  disguised  // that path to some servers, and another to others
};

// A path as the most lenient of servers reads it: no escapes, parameters, dots, doubled slashes,
// upper case, nor "/v1" in front. As long as it is not longer than any that is looked for; a longer one is
// as good as none.
class lenient_path {
 public:
  explicit lenient_path(std::string_view path);

  // `metered` is a path in its own spelling, and begins with "/v1/".
  [[nodiscard]] path_spelling spells(std::string_view metered) const;
  // Whether it is that path, leads on from it, or comes to it behind something else.
  [[nodiscard]] bool borders(std::string_view metered) const;
  // Whether it is that path, or comes to it behind something else. What leads on from it may be another API.
  [[nodiscard]] bool ends_in(std::string_view metered) const;

  // Whether it may be read as a path of the pattern (parts/path_pattern.hpp), or as one that comes to it behind
  // something else, or leads on from such a one.
  [[nodiscard]] bool may_fit(std::string_view pattern) const;
  [[nodiscard]] bool may_lead_on_from(std::string_view pattern) const;  // or be it

  // Whether it stands as it is read, but for slashes.
  [[nodiscard]] bool is_plain() const noexcept { return is_plain_; }

  // The same of any two paths, from their beginning on.
  [[nodiscard]] bool is_same(const lenient_path& other) const;
  [[nodiscard]] bool is_below(const lenient_path& other) const;  // or the same

 private:
  std::string folded_;
  bool is_plain_ = true;
};

// Whether servers may read it in more than one way: no pass-through by prefix lets such a path through.
[[nodiscard]] bool is_ambiguous_path(std::string_view path) noexcept;

}  // namespace stint
