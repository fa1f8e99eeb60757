// Requests whose answers are not generated: nothing is streamed, nothing has a bound, and the body goes on as it
// came. Stateless.
#pragma once

#include <string>
#include <string_view>

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

class reading_request_rules : public request_rules {
 public:
  std::string lower_output_bound(std::string_view body, std::string_view,
                                 std::int64_t) const final {
    return std::string(body);
  }
};

}  // namespace stint
