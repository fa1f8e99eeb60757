// A field of a Gemini request, whose servers take each name in two spellings: maxOutputTokens and
// max_output_tokens. Which of them they obey when both are there nobody knows, so that both at once are
// refused where they bill. Pure functions.
#pragma once

#include <string_view>

#include <simdjson.h>

#include "gateway/dialect/parts/request_fields.hpp"

namespace stint {

struct spelled_name {
  std::string_view camel;
  std::string_view snake;
};

// As the client spelled it, for read_integer() and its kind; the first spelling where it is not there.
[[nodiscard]] result<field_name> spelling_in(simdjson::dom::object in, spelled_name name);

}  // namespace stint
