// What every fuzz target shares: a check that aborts with the place it failed at, in every build
// type, and how an input is cut. A new target is one file <name>_fuzz.cpp with
// LLVMFuzzerTestOneInput and one add_fuzz_target line in CMakeLists.txt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace stint::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Pieces of sizes that follow from the content itself, so that every input stays a plain message
// and seeds can be shared. Calls use(piece) for each; an empty text gives one empty piece.
template <typename Use>
void in_pieces(std::string_view text, std::size_t salt, Use use) {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL + salt;
  for (const char byte : text)
    state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  do {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::size_t size = 1 + static_cast<std::size_t>(state >> 33U) % ((salt + 1) * 7);
    use(text.substr(0, size));
    text.remove_prefix(size < text.size() ? size : text.size());
  } while (!text.empty());
}

}  // namespace stint::fuzz
