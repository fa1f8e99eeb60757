// Tested by tests/gateway/dialect/openai_usage_test.cpp.
#include "gateway/dialect/parts/whole_answer.hpp"

namespace stint {

namespace {
bool is_page(std::string_view body) noexcept {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '<';
}
}  // namespace

answer_nature nature_of_answer(std::string_view body, std::string_view generated) {
  if (is_page(body)) return answer_nature::none;
  answer_nature nature = answer_nature::unreadable;
  with_object(body, [&](simdjson::dom::object answer) {
    simdjson::dom::array parts;
    simdjson::dom::element error;
    if (answer[generated].get(parts) == simdjson::SUCCESS && parts.size() > 0) {
      nature = answer_nature::answer;
    } else if (answer["error"].get(error) == simdjson::SUCCESS && !error.is_null()) {
      nature = answer_nature::none;
    }
  });
  return nature;
}

}  // namespace stint
