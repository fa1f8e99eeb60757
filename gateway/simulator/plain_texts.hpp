// Texts that no chat surrounds, as the simulated provider reads and bills them: by itself, so that the gateway's
// reading can be compared. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <simdjson.h>

namespace stint {

struct simulated_texts {
  std::int64_t texts = 0;
  std::int64_t tokens = 0;
};

// A text, several, a list of token ids, or several such lists; nothing for anything else.
[[nodiscard]] std::optional<simulated_texts> read_simulated_texts(simdjson::dom::element value,
                                                                  std::string_view model);

}  // namespace stint
