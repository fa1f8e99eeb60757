// What the request line says of a call, beside its method: which of an API's endpoints it is for, and what
// stands in the holes of that one's path. Views point into the request's head, which does not move as long
// as the call lasts.
#pragma once

#include <string_view>

namespace stint {

struct endpoint;

struct call_target {
  const endpoint* at = nullptr;  // that it is for; null for a pass-through
  std::string_view path;         // as the client wrote it, like all that follows
  std::string_view query;        // without its '?'
  std::string_view version;      // {version}: "v1", "v1beta"
  std::string_view model;        // {model}; "" where it stands in the body
  std::string_view id;           // {id}, of something that was stored or is listed
  std::string_view action;       // {action}
};

}  // namespace stint
