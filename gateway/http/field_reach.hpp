// How far a field of a client's request head goes, by its name alone. What is not known goes on to the
// provider: SDKs and tools add fields of their own, by which providers read or count. What frames a
// message, concerns one hop (RFC 9110 §7.6.1), overrides the method or the path, or is somebody's secret
// never does. What bills another account, chooses a dearer service, or steers a gateway behind this one
// goes only where an operator has listed it. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace stint {

enum class field_reach : std::uint8_t {
  here,          // never beyond this gateway
  if_listed,     // to a provider whose entry lists it
  if_unmetered,  // not where the answer is read, which it may cut down
  onwards
};
[[nodiscard]] field_reach reach_of(std::string_view name) noexcept;

}  // namespace stint
