// Small edits to JSON text that leave every other byte as the client sent it: the provider's prompt
// cache, and a client's own signatures, depend on that. The text must have been accepted by a
// validating parser before; nothing here validates. Pure functions; thread-safe; linear and
// iterative.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stint {

// Byte offsets into the text, [begin, end).
struct json_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where the value of member `name` of the object that begins at `object_begin` lies (leading white
// space there is skipped). Keys are compared unescaped; `name` is ASCII. Nothing when the object
// has no such member or is no object.
[[nodiscard]] std::optional<json_range> find_member(std::string_view json, std::size_t object_begin,
                                                    std::string_view name);

// The text with `range` replaced.
[[nodiscard]] std::string replace_range(std::string_view json, json_range range,
                                        std::string_view with);

// The text without member `name` of the object at `object_begin`, and one comma beside it. Nothing when it has
// no such member.
[[nodiscard]] std::optional<std::string> without_member(std::string_view json,
                                                        std::size_t object_begin,
                                                        std::string_view name);

// The text with `"name":value` added as the last member of the object at `object_begin`.
[[nodiscard]] std::string insert_member(std::string_view json, std::size_t object_begin,
                                        std::string_view name, std::string_view value);

}  // namespace stint
