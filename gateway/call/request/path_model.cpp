// Tested by tests/gateway/call/request/path_model_test.cpp.
#include "gateway/call/request/path_model.hpp"

#include <cstddef>

#include <simdjson.h>

#include "gateway/dialect/parts/json_splice.hpp"
#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {
constexpr std::string_view json_blanks = " \t\r\n";

// As the first member: behind the last one, a body that breaks off would have to be understood first.
void insert_first(std::string_view member, std::size_t opening, std::string& body) {
  const std::size_t next = body.find_first_not_of(json_blanks, opening + 1);
  const bool is_alone = next != std::string::npos && body[next] == '}';
  std::string text(member);
  if (!is_alone) text += ',';
  body.insert(opening + 1, text);
}
}  // namespace

void name_model_of_path(std::string_view model, std::string& body) {
  const std::size_t opening = body.find_first_not_of(json_blanks);
  if (opening == std::string::npos || body[opening] != '{') return;
  std::string name;
  append_json_string(name, model);
  const auto named = find_member(body, opening, "model");
  constexpr std::size_t around_bytes = std::string_view(R"("model":,)").size();
  body.reserve(body.size() + around_bytes + name.size() + simdjson::SIMDJSON_PADDING);
  if (named) {
    const std::size_t length = named->end - named->begin;
    if (body.compare(named->begin, length, name) == 0) return;
    body.replace(named->begin, length, name);
  } else {
    insert_first("\"model\":" + name, opening, body);
  }
}

}  // namespace stint
