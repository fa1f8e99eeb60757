// Which pass-throughs come to where a metered call goes: by the usual paths, at whatever place of a server, and
// by those that providers' entries give (`paths:`), as the call leaves here. Pure functions, which may allocate.
#pragma once

#include <string_view>

#include "gateway/config/config.hpp"

namespace stint {

// What a rule of one path lets through. A path below a metered one is another API, which was named on purpose.
[[nodiscard]] bool reaches_metered_call(const config& settings, const passthrough_config& rule);

// What a rule of a prefix would let through by `path`, or below it.
[[nodiscard]] bool borders_metered_call(const config& settings, const passthrough_config& rule,
                                        std::string_view path);

}  // namespace stint
