// What is known of an answer that its provider keeps, as stored: opaque to this layer (the gateway encodes it), keyed by the
// provider's id of it. Plain value.
#pragma once

#include <string>

namespace stint {

struct stored_answer {
  std::string id;
  std::string encoded;
};

}  // namespace stint
