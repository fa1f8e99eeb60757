// The list `caps:` of the configuration → caps. Every mistake is noted with its line; a cap that
// could never apply, or whose settings would silently do nothing, is a mistake too.
#pragma once

#include <string>
#include <vector>

#include "budgets/cap.hpp"
#include "gateway/config/config_reader.hpp"

namespace stint {

// `providers` are the configured ones: a cap that matches none of them by name would never hold.
[[nodiscard]] std::vector<cap> read_caps(const std::vector<config_node>& items,
                                         const std::vector<std::string>& providers,
                                         mistake_list& mistakes);

// Notes a glob in which nothing but '*' is special yet something else looks meant to be.
[[nodiscard]] bool check_glob(const config_text& glob, mistake_list& mistakes);

}  // namespace stint
