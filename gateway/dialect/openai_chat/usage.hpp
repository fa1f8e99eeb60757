// An OpenAI-shaped `usage` object, of any of the compatible servers, in our disjoint kinds. Pure
// functions.
#pragma once

#include <optional>

#include <simdjson.h>

#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/dialect/parts/text_sink.hpp"

namespace stint {

// Nothing when the counts that bill are not there. A report that cannot be true sets `implausible`
// and gives nothing; a detail that cannot be understood is left out of it.
[[nodiscard]] std::optional<usage_report> read_openai_usage(simdjson::dom::object reported,
                                                            bool& implausible);

// The same where the counts have the names of Responses: input_tokens, output_tokens and their details.
[[nodiscard]] std::optional<usage_report> read_responses_usage(simdjson::dom::object reported,
                                                               bool& implausible);

// What the tier is by a name that all know; the word is kept, for it may be its provider's own.
void take_served_tier(std::string_view word, usage_report& report);

// Where an answer or a stream's chunk has its usage. Nothing where it has none; a usage that is no
// object sets `implausible`.
[[nodiscard]] std::optional<simdjson::dom::object> find_openai_usage(simdjson::dom::object answer,
                                                                     bool& implausible);

// The usage, model and tier of a whole answer or of a stream's chunk.
[[nodiscard]] std::optional<usage_report> read_openai_report(simdjson::dom::object answer,
                                                             bool& implausible);

// Feeds the texts of every choice, of legacy completions too; `member` is "message" of whole answers, "delta" of chunks.
void count_openai_choices(simdjson::dom::object answer, std::string_view member, text_sink& into);

}  // namespace stint
