// What sort of text a prompt holds, told from a bounded sample of its bytes. A tokenizer that is
// not public differs from ours by another ratio on prose than on code (calibration.hpp), so tokens
// are counted by class. A pure function of the text: at most 16 windows of 64 bytes are looked at,
// no allocation, so that it costs a few hundredths of counting. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stint::tokenizer {

// `cjk` is all that is not written in Latin letters: Chinese, Japanese and Korean first, but
// Russian and Arabic have the same ratio (Claude 4.7 ÷ 4.6 is 1.00 on all of them: sol.ava.dev).
enum class content_class : std::uint8_t { prose, code, json, cjk };
inline constexpr std::size_t content_class_count = 4;
[[nodiscard]] std::string_view to_string(content_class which) noexcept;

// How many windows of the sample are of each class; at least one in all.
using class_shares = std::array<std::uint8_t, content_class_count>;
[[nodiscard]] class_shares content_shares(std::string_view text) noexcept;

// The class of most windows.
[[nodiscard]] content_class leading_class(const class_shares& shares) noexcept;

// `tokens` split in proportion; the parts add up to it exactly.
[[nodiscard]] std::array<std::int64_t, content_class_count> split_by_class(
    std::int64_t tokens, const class_shares& shares) noexcept;

}  // namespace stint::tokenizer
