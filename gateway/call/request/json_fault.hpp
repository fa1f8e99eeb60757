// Where a text stops being JSON, for whoever has to mend it. simdjson does not say; this is a second look by
// another parser, at what is refused. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace stint {

// " at line 3, column 14"; " at its end, where more should follow"; "" where that parser finds nothing
// wrong. Columns count bytes.
[[nodiscard]] std::string where_it_breaks(std::string_view json);

}  // namespace stint
