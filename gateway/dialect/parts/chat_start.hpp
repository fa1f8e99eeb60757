// What the requests of all chat APIs have in common and are asked first. Pure function.
#pragma once

#include <string_view>

#include <simdjson.h>

#include "gateway/dialect/parts/request_keys.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Views point into the parsed document.
struct chat_start {
  simdjson::dom::object body;
  body_facts seen;
  // Fit to be recorded and looked up: 1 … model_bytes_max bytes without control characters.
  std::string_view model;
  bool stream = false;
};

// Refuses what is no object, what its keys make ambiguous, and what names no model or has no list of
// messages.
[[nodiscard]] result<chat_start> read_chat_start(simdjson::dom::element document);
// The same of a request whose conversation stands in another field, which is not looked at.
[[nodiscard]] result<chat_start> read_start(simdjson::dom::element document,
                                            std::string_view conversation);

}  // namespace stint
