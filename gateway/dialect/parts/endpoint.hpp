// One path of an API, and what becomes of a request for it. The list of a dialect's endpoints is the only
// place that opens a path or names why it is shut. Plain values, whose texts live as long as the program.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/http/request_head.hpp"

namespace stint {

enum class endpoint_kind : std::uint8_t {
  metered,  // held, priced, settled
  free,  // goes to the provider of the model or object that it names, and costs nothing: one request
  answered_here,  // by the gateway, from what it knows
  refused  // what it costs cannot be told, or it leads around the gateway or the key's own list
};
[[nodiscard]] constexpr std::string_view to_string(endpoint_kind kind) noexcept {
  switch (kind) {
    case endpoint_kind::metered:
      return "metered";
    case endpoint_kind::free:
      return "free";
    case endpoint_kind::answered_here:
      return "answered here";
    case endpoint_kind::refused:
      return "refused";
  }
  return "refused";
}

// Of an API with a fixed path, another metered endpoint is another spelling of that one, with the model in it.
struct endpoint {
  http_method method = http_method::post;
  std::string_view pattern;  // of its path: path_pattern.hpp
  endpoint_kind kind = endpoint_kind::metered;
  bool streams =
      false;  // may be answered by a stream, which is ended early where a cap has no more room
  std::string_view usual_model{};  // free: of a call that names none; "": it must name one
  std::string_view why{};  // refused: why, and what to do instead; a sentence without its dot
  // Refused, until whoever runs the gateway lets it through by a `passthrough` rule.
  bool may_be_let_through = false;
  bool any_method = false;  // refused: whatever the method

  [[nodiscard]] constexpr bool takes(http_method asked) const noexcept {
    return any_method || method == asked;
  }
};

// Refused whatever the method, unless a rule lets it through.
[[nodiscard]] constexpr endpoint shut(std::string_view pattern, std::string_view why) noexcept {
  endpoint one;
  one.pattern = pattern;
  one.kind = endpoint_kind::refused;
  one.why = why;
  one.may_be_let_through = true;
  one.any_method = true;
  return one;
}
// The same, and no rule lets it through.
[[nodiscard]] constexpr endpoint shut_for_good(std::string_view pattern,
                                               std::string_view why) noexcept {
  endpoint one = shut(pattern, why);
  one.may_be_let_through = false;
  return one;
}

}  // namespace stint
