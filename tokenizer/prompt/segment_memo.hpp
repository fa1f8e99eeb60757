// How many tokens texts are that were counted before. Chat requests repeat their prefix on every
// turn, so nearly all of a long conversation has been counted already.
//
// A text is remembered in segments of some kilobytes, cut where counts add up exactly under every
// rule (segment_end), so that a text that has grown at its end costs its end. A segment is known by
// a keyed digest (keyed_hash.hpp), its length, the encoding and the scope it was counted for; its
// text is not kept. Scopes share nothing: what one tenant sent can neither be found out by another,
// from how long a count takes, nor change another's count.
//
// Fixed memory, any number of threads: an entry is written by whoever gets it, and is skipped while
// that lasts. Nothing waits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "tokenizer/bpe/encoding.hpp"
#include "tokenizer/prompt/keyed_hash.hpp"

namespace stint::tokenizer {

class segment_memo {
 public:
  // Shorter texts are counted faster than recognised.
  static constexpr std::size_t text_bytes_min = 64;
  static constexpr std::size_t segment_bytes = 4096;

  // `bytes` of memory, rounded down to a power of two of entries, four at least.
  explicit segment_memo(std::size_t bytes);

  // The scope of a tenant: whoever may share counts. Equal names have equal scopes.
  [[nodiscard]] std::uint64_t scope_of(std::string_view tenant) const noexcept;

  // Equal to words.count(text). `words` outlives the memo.
  [[nodiscard]] std::int64_t count(const encoding& words, std::uint64_t scope,
                                   std::string_view text);

  // Bytes that were counted, and bytes that did not have to be.
  [[nodiscard]] std::uint64_t counted_bytes() const noexcept {
    return counted_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t known_bytes() const noexcept {
    return known_.load(std::memory_order_relaxed);
  }

  // Where the first segment of `text` ends: at the first place from segment_bytes on where every
  // rule cuts for certain, or at the end.
  [[nodiscard]] static std::size_t segment_end(std::string_view text) noexcept;

 private:
  // What an entry says, as words that can be read while another thread writes them.
  struct saying {
    keyed_hash::digest digest;
    std::uint64_t scope;
    std::uint64_t words;
    std::uint64_t size_and_tokens;  // 32 bits each
  };
  struct alignas(64) entry {
    std::atomic<std::uint64_t> version{0};  // odd while it is written
    std::array<std::atomic<std::uint64_t>, 7> said{};
  };
  static constexpr std::size_t ways = 4;

  [[nodiscard]] std::int64_t count_segment(const encoding& words, std::uint64_t scope,
                                           std::string_view segment);
  [[nodiscard]] static bool read(const entry& from, saying& into) noexcept;
  static void write(entry& into, const saying& what) noexcept;

  keyed_hash hash_;
  std::size_t sets_;
  std::unique_ptr<entry[]> entries_;
  std::atomic<std::uint64_t> counted_{0};
  std::atomic<std::uint64_t> known_{0};
};

}  // namespace stint::tokenizer
