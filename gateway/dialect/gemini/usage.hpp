// What an answer of the Gemini API is billed by, as far as it has been told. Each chunk of a stream
// tells all that was used so far, so that a later one takes the place of an earlier one whole; a whole
// answer is a single chunk. Belongs to one answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/dialect/parts/text_sink.hpp"

namespace stint {

class gemini_terms {
 public:
  // `model`: as asked for. It is read here and not kept beyond that.
  explicit gemini_terms(std::string_view model);

  // A GenerateContentResponse. True when it reports all that was generated so far: until a count of
  // output comes, only what was asked is known of a stream that delivers text.
  bool read(simdjson::dom::object chunk, bool& implausible);

  // Nothing while the prompt was not told.
  [[nodiscard]] std::optional<usage> input() const;
  [[nodiscard]] std::optional<usage_report> report() const;

 private:
  void read_terms(simdjson::dom::object told);
  void read_candidates(simdjson::dom::object chunk);
  [[nodiscard]] bool is_searched_by_prompt() const noexcept;

  std::string asked_;  // no longer than any model's name
  std::string served_;
  std::optional<usage> used_;
  bool tells_input_ = false;  // used_ has the prompt, and not only what was found for it
  std::optional<service_tier> tier_;
  std::string tier_word_;
  std::int64_t searches_ = 0;
  bool has_text_ = false;
  bool has_finished_ = false;
  bool is_grounded_ = false;
  bool is_free_ = false;
};

// Whether grounding is billed once for a prompt, however often it searches (Gemini 2.5 and before), and
// not for each search.
[[nodiscard]] bool gemini_grounds_by_prompt(std::string_view model) noexcept;

// Why a candidate ended, by its word or its number; false while it has not.
[[nodiscard]] bool has_finish_reason(simdjson::dom::object candidate) noexcept;

// Feeds what was generated: text, thoughts, calls of functions, code.
void count_gemini(simdjson::dom::object chunk, text_sink& into);

// Calls use(object) for each chunk in `text`: one, or the elements of an array. False when it is neither.
template <typename Use>
bool for_each_gemini_chunk(std::string_view text, Use&& use);

}  // namespace stint

#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_array_stream.hpp"

namespace stint {

template <typename Use>
bool for_each_gemini_chunk(std::string_view text, Use&& use) {
  if (!begins_as_json_array(text).value_or(false)) return with_object(text, use);
  json_array_stream elements;
  const auto take = [&use](const array_element& one) {
    if (!one.data.empty()) (void)with_object(one.data, use);
  };
  return elements.feed(text, take) && elements.unfinished().empty();
}

}  // namespace stint
