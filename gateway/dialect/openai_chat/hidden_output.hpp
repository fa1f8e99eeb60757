// Which models generate tokens that their streams do not show: reasoning that is billed as output
// and only told of in the usage. Such a stream cannot be followed, so it holds its whole bound.
// Pure function.
#pragma once

#include <string_view>

namespace stint {

// By the model's name; a model that is not known here is learnt from its reports.
[[nodiscard]] bool reasons_hidden(std::string_view model) noexcept;

}  // namespace stint
