// What the files of the kernels share. Included by nothing else.
#pragma once

#include <algorithm>

#include "tokenizer/bpe/block_cut.hpp"
#include "tokenizer/bpe/byte_pair.hpp"
#include "tokenizer/bpe/kernel.hpp"
#include "tokenizer/bpe/merge_queue.hpp"
#include "tokenizer/bpe/short_merge.hpp"
#include "tokenizer/unicode/char_class.hpp"

namespace stint::tokenizer {

inline constexpr block_rule o200k_blocks = {
    .case_split = true, .slash_tail = true, .contraction_joins = true, .single_digits = false};
inline constexpr block_rule cl100k_blocks = {
    .case_split = false, .slash_tail = false, .contraction_joins = false, .single_digits = false};
inline constexpr block_rule qwen2_blocks = {
    .case_split = false, .slash_tail = false, .contraction_joins = false, .single_digits = true};

extern const kernel plain_kernel;
#if defined(__x86_64__)
extern const kernel avx512_kernel;
extern const kernel avx2_kernel;
extern const kernel sse42_kernel;
#endif

}  // namespace stint::tokenizer
