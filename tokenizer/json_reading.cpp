#include "tokenizer/json_reading.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

// A default-constructed object or array refers to no document; these refer to empty ones.
struct empty_values {
  dom::parser parser;
  dom::element document;
  dom::object object;
  dom::array array;

  empty_values() {
    document = parser.parse(std::string_view("[{},[]]")).value_unsafe();
    object = document.at(0).get_object().value_unsafe();
    array = document.at(1).get_array().value_unsafe();
  }
};

const empty_values& empties() noexcept {
  static const empty_values instance;
  return instance;
}

}  // namespace

std::string_view string_or_empty(dom::element value) noexcept {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::string_view string_in(dom::object from, std::string_view key) noexcept {
  std::string_view text;
  return from[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

dom::object object_in(dom::object from, std::string_view key) noexcept {
  dom::object found;
  return from[key].get(found) == simdjson::SUCCESS ? found : empties().object;
}

dom::array array_in(dom::object from, std::string_view key) noexcept {
  dom::array found;
  return from[key].get(found) == simdjson::SUCCESS ? found : empties().array;
}

}  // namespace stint::tokenizer
