// Tested by tests/tokenizer/bpe/encoding_test.cpp.
#include "tokenizer/bpe/byte_pair.hpp"

#include <algorithm>
#include <functional>

#include "tokenizer/bpe/short_merge.hpp"

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

// The merging of one window of a long piece: the same, with a heap of keys in which outdated ones
// are skipped.
class window_merge {
 public:
  // Fills `starts` with where each token begins, relative to the window, and the window's size at
  // the end.
  void run(const vocabulary& words, const byte* window, std::size_t size,
           std::vector<std::uint32_t>& starts) {
    const auto end = static_cast<std::uint32_t>(size);
    makes_.assign(size, no_symbol);
    symbols_.resize(size);
    next_.resize(size + 1);
    previous_.resize(size + 1);
    heap_.clear();
    for (std::uint32_t at = 0; at < end; ++at) {
      symbols_[at] = words.symbol_of(window[at]);
      next_[at] = at + 1;
      previous_[at + 1] = at;
    }
    for (std::uint32_t at = 0; at + 1 < end; ++at) {
      makes_[at] = words.merged_bytes(window + at);
      if (makes_[at] != no_symbol) heap_.push_back(std::uint64_t{makes_[at]} << 32 | at);
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
    while (!heap_.empty()) {
      const std::uint64_t least = pop();
      const auto at = static_cast<std::uint32_t>(least);
      if (makes_[at] != static_cast<std::uint32_t>(least >> 32)) continue;
      const std::uint32_t gone = next_[at];
      symbols_[at] = makes_[at];
      makes_[gone] = no_symbol;
      next_[at] = next_[gone];
      previous_[next_[gone]] = at;
      rekey(words, end, at);
      if (at > 0) rekey(words, end, previous_[at]);
    }
    starts.clear();
    for (std::uint32_t at = 0; at < end; at = next_[at])
      starts.push_back(at);
    starts.push_back(end);
  }

  // The symbol of the token that begins at a position, after run().
  [[nodiscard]] std::uint32_t symbol(std::uint32_t at) const noexcept { return symbols_[at]; }

 private:
  std::uint64_t pop() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    const std::uint64_t least = heap_.back();
    heap_.pop_back();
    return least;
  }

  void rekey(const vocabulary& words, std::uint32_t end, std::uint32_t at) {
    const std::uint32_t second = next_[at];
    makes_[at] = second < end ? words.merged(symbols_[at], symbols_[second]) : no_symbol;
    if (makes_[at] == no_symbol) return;
    heap_.push_back(std::uint64_t{makes_[at]} << 32 | at);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
  }

  std::vector<std::uint64_t> heap_;
  std::vector<std::uint32_t> makes_;
  std::vector<std::uint32_t> symbols_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
};

// The tokens of a piece longer than short_merge takes, window by window.
//
// Why that is exact: a sequence of tokens is the encoding of its bytes if and only if each two
// neighbours are the encoding of their own bytes. (If a merge crossed a border in the whole, take
// the first that does: until then the two sides went through the very steps they go through alone,
// so it would happen there too.) Hence, when the encodings of two overlapping windows have one
// token in common, the first up to that token followed by the second after it is the encoding of
// their union: every two neighbours stand side by side in one of the two. A window begins where a
// token of the one before begins; whatever token they share, both encode the bytes between in the same
// way, so they share that first one or none. If they do not, the earlier window is made longer, at worst
// until it holds the rest of the piece.
class long_piece {
 public:
  static constexpr std::size_t window_bytes = 4096;
  static constexpr std::uint32_t overlap_bytes = 512;

  // Calls token(begin, size) for each token in order.
  template <class Token>
  void run(const vocabulary& words, const byte* piece, std::size_t size, Token token) {
    std::size_t begin = 0;         // where the first token of `current_` begins in the piece
    std::uint32_t first_size = 0;  // what size that token must have; 0: any
    std::size_t window = window_bytes;
    following_bytes_ = {};
    for (;;) {
      const std::size_t length = std::min(window, size - begin);
      merge_.run(words, piece + begin, length, current_);
      const bool goes_on = first_size == 0 || current_[1] == first_size;
      while (goes_on && begin + current_.back() < size && current_.size() > 2) {
        const std::size_t kept = overlap_start();
        const std::size_t from = begin + current_[kept];
        merge_following(words, piece + from, std::min(window_bytes, size - from));
        if (current_[kept + 1] - current_[kept] != following_[1]) break;
        for (std::size_t i = 0; i < kept; ++i)
          token(piece + begin + current_[i], current_[i + 1] - current_[i]);
        begin = from;
        first_size = following_[1];
        current_ = following_;
        window = window_bytes;
      }
      if (begin + current_.back() == size) break;
      window *= 2;
    }
    for (std::size_t i = 0; i + 1 < current_.size(); ++i)
      token(piece + begin + current_[i], current_[i + 1] - current_[i]);
  }

 private:
  // A run of one character, or anything else of a short period, shows the same window again and
  // again: its tokens are known.
  void merge_following(const vocabulary& words, const byte* window, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(window), size);
    if (bytes != following_bytes_) merge_.run(words, window, size, following_);
    following_bytes_ = bytes;
  }

  // The first token of `current_` that begins in the overlap, or else the last, but never the first of all:
  // each step must advance.
  [[nodiscard]] std::size_t overlap_start() const {
    const std::uint32_t end = current_.back();
    const std::uint32_t zone = end > overlap_bytes ? end - overlap_bytes : 0U;
    const auto found = std::lower_bound(current_.begin() + 1, current_.end() - 2, zone);
    return static_cast<std::size_t>(found - current_.begin());
  }

  window_merge merge_;
  std::vector<std::uint32_t> current_;
  std::vector<std::uint32_t> following_;
  std::string_view following_bytes_;  // the window that `following_` belongs to, within the piece
};

// Each thread keeps the windows' memory (about 0.1 MB) once it has met a long piece.
long_piece& long_piece_of_thread() {
  thread_local long_piece instance;
  return instance;
}

// The ids of a piece of any length up to short_merge::capacity, or of a longer token.
void append_merged(const vocabulary& words, const byte* piece, std::size_t size,
                   std::vector<std::uint32_t>& ids) {
  if (size == 1) return ids.push_back(words.id(words.symbol_of(*piece)));
  if (size > short_merge::capacity) {
    thread_local window_merge merge;
    thread_local std::vector<std::uint32_t> starts;
    merge.run(words, piece, size, starts);
    return ids.push_back(words.id(merge.symbol(0)));
  }
  const short_merge merged(words, piece, size);
  for (std::uint32_t at = 0; at < size; at = merged.next(at))
    ids.push_back(words.id(merged.symbol(at)));
}

}  // namespace

std::int64_t count_long_piece(const vocabulary& words, const byte* piece, std::size_t size) {
  std::int64_t tokens = 0;
  long_piece_of_thread().run(words, piece, size, [&](const byte*, std::size_t) { ++tokens; });
  return tokens;
}

std::int64_t count_merged(const vocabulary& words, const byte* piece, std::size_t size) {
  if (size == 1) return 1;
  if (size > short_merge::capacity) return count_long_piece(words, piece, size);
  return short_merge(words, piece, size).parts();
}

void encode_piece(const vocabulary& words, const byte* piece, std::size_t size,
                  std::vector<std::uint32_t>& ids) {
  if (const std::uint32_t whole = words.stray_id(piece, size); whole != no_symbol) {
    ids.push_back(whole);
  } else if (size == 1) {
    ids.push_back(words.id(words.symbol_of(*piece)));
  } else if (size > short_merge::capacity) {
    // A token never spans two windows' worth: its own bytes merge to it.
    long_piece_of_thread().run(words, piece, size, [&](const byte* begin, std::size_t length) {
      append_merged(words, begin, length, ids);
    });
  } else {
    append_merged(words, piece, size, ids);
  }
}

}  // namespace stint::tokenizer
