// Tested by tests/tokenizer/bpe/encoding_test.cpp.
#include "tokenizer/vocab/embedded.hpp"

#include <cstdint>
#include <cstdlib>

#include <sys/mman.h>

#include "tokenizer/vocab/vocabulary_block.hpp"

// .incbin is understood by the assemblers of both g++ and clang; a 5 MB array literal would take
// minutes and gigabytes to compile. embed.cmake defines STINT_VOCAB_DIR, checks the files' SHA-256
// and makes this object depend on them.
#define STINT_EMBED(name)                                         \
  asm(".pushsection .rodata, \"a\"\n"                             \
      ".balign 64\n"                                              \
      ".global stint_vocab_" #name                                \
      "\n"                                                        \
      ".hidden stint_vocab_" #name                                \
      "\n"                                                        \
      "stint_vocab_" #name                                        \
      ":\n"                                                       \
      ".incbin \"" STINT_VOCAB_DIR "/" #name                      \
      ".tables\"\n"                                               \
      ".global stint_vocab_" #name                                \
      "_end\n"                                                    \
      ".hidden stint_vocab_" #name                                \
      "_end\n"                                                    \
      "stint_vocab_" #name                                        \
      "_end:\n"                                                   \
      ".byte 0\n"                                                 \
      ".popsection\n");                                           \
  extern "C" {                                                    \
  extern const char stint_vocab_##name[];                         \
  extern const char stint_vocab_##name##_end[];                   \
  }                                                               \
  vocabulary::arrays name() noexcept {                            \
    return between(stint_vocab_##name, stint_vocab_##name##_end); \
  }

namespace stint::tokenizer::vocab {
namespace {

vocabulary::arrays between(const char* begin, const char* end) noexcept {
  const std::span<const char> block(begin, end);
#if defined(MADV_POPULATE_READ)
  // Whoever loads an encoding pays for its page faults, not the first requests. Only a hint.
  constexpr std::uintptr_t page = 4096;
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(begin) & ~(page - 1);
  const std::uintptr_t last = reinterpret_cast<std::uintptr_t>(end);
  (void)madvise(reinterpret_cast<void*>(first), last - first, MADV_POPULATE_READ);
#endif
  const auto arrays = open_vocabulary(std::as_bytes(block));
  if (!arrays) std::abort();  // the build made it
  return *arrays;
}

}  // namespace

STINT_EMBED(cl100k_base)
STINT_EMBED(deepseek_v3)
STINT_EMBED(o200k_base)
STINT_EMBED(p50k_base)
STINT_EMBED(qwen3)
STINT_EMBED(r50k_base)

}  // namespace stint::tokenizer::vocab
