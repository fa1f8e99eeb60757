// A virtual key as stored: opaque to this layer (the gateway encodes it), keyed by id. Plain value.
#pragma once

#include <string>

namespace stint {

struct stored_key {
  std::string id;
  std::string encoded;
};

}  // namespace stint
