// What is said when a listener cannot have its place: which setting to change, and how. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace stint {

// "listen", "admin" or "simulated": the section with its `address` (the last has none to set) and `port`.
struct listening_place {
  std::string_view section;
  std::string address;
  std::uint16_t port = 0;
};

[[nodiscard]] std::string cannot_listen(const listening_place& where,
                                        const boost::system::error_code& why);

}  // namespace stint
