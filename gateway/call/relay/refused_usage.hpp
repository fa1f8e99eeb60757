// Servers that do not know stream_options refuse the whole call for it (dialects.md §0). Where it was we who
// put it there, the call is sent once more without it: nothing of it was generated, and the client has not been
// answered yet. What the stream uses is then counted here.
#pragma once

#include <string_view>

#include "gateway/call/relay/relayed.hpp"
#include "gateway/call/request/examine.hpp"

namespace stint {

// Whether the answer says so: a 400 or 422 that names the field, and not where it gives back what it got.
[[nodiscard]] bool refused_to_tell_usage(const examined_call& call, const relayed& answer);

// `body` is the client's.
void ask_for_no_usage(const dialect& speaks, std::string_view body, examined_call& call);

}  // namespace stint
