// The tier that served a call, where the provider names it in the head of its answer (Gemini). Pure function.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// `fields` are those of the answer's head, as lines. A report that names its tier keeps that.
void take_told_tier(const dialect& speaks, std::string_view fields,
                    std::optional<usage_report>& report);

}  // namespace stint
