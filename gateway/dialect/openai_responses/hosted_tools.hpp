// The tools of a Responses request: which the caller runs, which the provider runs and bills by use, and which
// nobody here can meter. Pure function.
#pragma once

#include <optional>

#include <simdjson.h>

#include "gateway/dialect/parts/request_fields.hpp"

namespace stint {

struct offered_tools {
  bool any = false;
  bool search = false;      // of the web, billed by the search
  bool old_search = false;  // web_search_preview, at another price with models that do not reason
};

// Adds what a list of tools offers; those of a namespace too. A tool whose use may cost what is not metered here is
// refused by its name, and so is one that nobody knows.
[[nodiscard]] std::optional<problem> read_tools(simdjson::dom::array tools, offered_tools& into);

}  // namespace stint
