// The dialects that are spoken here, and what is asked of all of them together. A new one is a folder
// of its own and a line in table.cpp. Any thread may use them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// In the order in which messages name them.
[[nodiscard]] std::span<const dialect* const> all_dialects() noexcept;

// By its own name; null when there is none of that name.
[[nodiscard]] const dialect* find_dialect(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string> dialect_names();
// By the word of providers.*.dialects, which may stand for several; none when nobody goes by it.
[[nodiscard]] std::vector<const dialect*> dialects_spoken_as(std::string_view word);
[[nodiscard]] std::vector<std::string> spoken_words();

// Whose metered path it is; null when it is nobody's.
[[nodiscard]] const dialect* dialect_of_path(std::string_view path) noexcept;
// Whose metered path it is in another spelling (spelling.hpp).
struct respelt_path {
  const dialect* meant = nullptr;  // null: nobody's
  bool is_plain = false;           // all servers that take it at all take it for that one
};
[[nodiscard]] respelt_path respelt_metered_path(std::string_view path);
// Which endpoint of the table a request is for. Not the way of the fixed metered paths, which dialect_of_path
// knows sooner.
struct found_endpoint {
  const dialect* speaks = nullptr;  // null: no endpoint has this path and method
  call_target target;               // without its query
  std::string
      other_methods;  // that the path takes, "GET and DELETE", where it does not take this one
};
[[nodiscard]] found_endpoint find_endpoint(http_method method, std::string_view path);
// The one that no `passthrough` rule opens, in whatever spelling of the path (spelling.hpp); null: none.
// What is answered here is not read into a path that has a row of its own which may be let through.
// `or_below`: a metered one, too, that the path leads on from, and a metered or refused one of another method.
[[nodiscard]] const endpoint* shut_endpoint(http_method method, std::string_view path,
                                            bool or_below);

// The pattern of the refused endpoint that a request was for; "unknown" where it was for none.
[[nodiscard]] std::string_view unserved_pattern(http_method method, std::string_view path);

// Whether it is anybody's metered path, or continues one, or may be read so in whatever spelling.
[[nodiscard]] bool borders_metered_path(std::string_view path);
// Whether it is anybody's metered path, at whatever place of a server.
[[nodiscard]] bool ends_in_metered_path(std::string_view path);
// Whose error shape a client on this path understands, whether the path is served or not.
[[nodiscard]] const dialect& dialect_for_errors(std::string_view path);

// "POST /v1/chat/completions and POST /v1/messages", for messages.
[[nodiscard]] std::string metered_calls();

}  // namespace stint
