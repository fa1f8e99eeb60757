// What each character of base64 stands for (RFC 4648, section 4). Constant data.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace stint::tokenizer {

[[nodiscard]] constexpr std::array<int, 256> make_base64_digits() noexcept {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<int, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    digits[static_cast<std::uint8_t>(alphabet[i])] = static_cast<int>(i);
  return digits;
}

// 0 to 63; -1: none.
inline constexpr std::array<int, 256> base64_digits = make_base64_digits();

}  // namespace stint::tokenizer
