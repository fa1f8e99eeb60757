// Typed, range-checked reads of one field of a request body. An absent field and null are the same,
// as both APIs define it; a wrong type or range is a problem that names the field and what it
// takes. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "gateway/problem.hpp"
#include "pricing/price_book.hpp"

namespace stint {

// A field and how messages call it ("stream_options.include_usage").
struct field_name {
  std::string_view key;
  std::string_view path;
};

struct integer_bounds {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

[[nodiscard]] std::optional<simdjson::dom::element> find_field(simdjson::dom::object in,
                                                               std::string_view key);

[[nodiscard]] result<std::optional<std::int64_t>> read_integer(simdjson::dom::object in,
                                                               field_name name,
                                                               integer_bounds bounds);
[[nodiscard]] result<bool> read_flag(simdjson::dom::object in, field_name name);
[[nodiscard]] result<std::string_view> read_text(simdjson::dom::object in, field_name name);
[[nodiscard]] result<std::optional<simdjson::dom::object>> read_object(simdjson::dom::object in,
                                                                       field_name name);
[[nodiscard]] result<std::optional<simdjson::dom::array>> read_array(simdjson::dom::object in,
                                                                     field_name name);

// The tier that `word` asks for. A tier of batches is none of a call that is answered at once.
[[nodiscard]] result<service_tier> requested_tier(std::string_view word);

// What "service_tier" says in OpenAI's form: a word that is nobody's else may be its provider's own, which is not known
// yet, and is standard until it is. Refuses batch as above.
struct named_tier {
  std::string_view word;  // "": none
  service_tier tier = service_tier::standard;
};
[[nodiscard]] result<named_tier> read_named_tier(simdjson::dom::object body);

// The "models" that OpenRouter tries one after the other.
[[nodiscard]] std::vector<std::string_view> read_stand_ins(simdjson::dom::object body);

// The model of a path, where it is fit to be recorded and sent on.
[[nodiscard]] std::optional<problem> check_path_model(std::string_view model);

// A 400 that names the field.
[[nodiscard]] problem field_problem(std::string_view path, std::string_view what);

}  // namespace stint
