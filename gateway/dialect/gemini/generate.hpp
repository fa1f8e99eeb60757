// The Gemini API's generateContent and streamGenerateContent, and what it has for embeddings. Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

[[nodiscard]] const dialect& gemini_generate() noexcept;
[[nodiscard]] const dialect& gemini_embed() noexcept;

// chat_request::form of a stream that is one JSON array, and not events.
inline constexpr std::uint8_t gemini_array_form = 1;

// Its parts in files of their own: request.cpp and error.cpp.
[[nodiscard]] const request_rules& gemini_requests() noexcept;
[[nodiscard]] const error_shape& gemini_errors() noexcept;

// What every body must be to be read at all: an object whose keys mean one thing, for a path whose model can be told.
struct gemini_start {
  simdjson::dom::object body;
  std::string_view model;  // as it is called here; of a tuned one with its collection
};
[[nodiscard]] result<gemini_start> read_gemini_start(simdjson::dom::element document,
                                                     const call_target& target);
// A body names none, or the same.
[[nodiscard]] std::optional<problem> check_body_model(simdjson::dom::object body,
                                                      std::string_view model);

}  // namespace stint
