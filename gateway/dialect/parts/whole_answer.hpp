// An answer that came whole and carried no usable usage: what it is, and counting its text. The same
// in every dialect. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include <simdjson.h>

#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/text_counter.hpp"

namespace stint {

// `generated`: the member in which the dialect's answers carry what was generated.
[[nodiscard]] answer_nature nature_of_answer(std::string_view body, std::string_view generated);

// `count(answer, counter)` feeds the answer's texts. What is no JSON object broke off, and was
// generated all the same: its bytes are counted as they stand.
template <typename Count>
[[nodiscard]] std::int64_t count_whole_answer(std::string_view body, const counted_model& model,
                                              Count&& count) {
  text_counter counter(model);
  const bool is_json =
      with_object(body, [&](simdjson::dom::object answer) { count(answer, counter); });
  if (!is_json) counter.feed(text_key{0, text_kind::other, 0}, body);
  return counter.total();
}

}  // namespace stint
