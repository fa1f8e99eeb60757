// What a response says of its bill: its usage, the model and tier that served it, the searches that it made. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>

#include <simdjson.h>

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// Of a whole response, or the one in the last event of a stream, of which `searches_seen` were told before. Nothing
// when it has no usage that bills; one that cannot be true sets `implausible`.
[[nodiscard]] std::optional<usage_report> read_response_report(simdjson::dom::object response,
                                                               std::int64_t searches_seen,
                                                               bool& implausible);

// Whether an item of the output is a search that is billed: opening a page, or looking for words in one, is not.
[[nodiscard]] bool is_billed_search(simdjson::dom::object item);

}  // namespace stint
