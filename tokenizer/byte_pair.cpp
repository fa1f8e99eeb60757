#include "tokenizer/byte_pair.hpp"

#include <algorithm>
#include <array>

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

// The merging of a short piece. Parts are a linked list over the piece's positions. The pair that
// begins at a position has one key, rank above position, so that the least key is the leftmost of
// the lowest rank, and finding it is a plain minimum over an array that needs no compaction.
class short_merge {
 public:
  static constexpr std::size_t capacity = byte_pair::short_piece_max;

  short_merge(const vocabulary& words, const byte* piece, std::size_t size, const byte* readable)
      : words_(words), piece_(piece), readable_(readable), size_(static_cast<std::uint32_t>(size)) {
    for (std::uint32_t at = 0; at < size_; ++at) {
      next_[at] = static_cast<byte>(at + 1);
      previous_[at + 1] = static_cast<byte>(at);
    }
    for (std::uint32_t at = 0; at + 1 < size_; ++at) {
      keys_[at] = key(words_.rank_pair(piece_ + at), at);
    }
    const std::uint32_t padded = (size_ + lanes - 1) / lanes * lanes;
    for (std::uint32_t at = size_ - 1; at < padded; ++at)
      keys_[at] = none;
    padded_ = padded;
    parts_ = size_;
    run();
  }

  [[nodiscard]] std::uint32_t parts() const noexcept { return parts_; }
  [[nodiscard]] std::uint32_t next(std::uint32_t at) const noexcept { return next_[at]; }

 private:
  static constexpr std::int32_t none = INT32_MAX;
  static constexpr std::uint32_t lanes = 8;
  static constexpr int position_bits = 7;

  static std::int32_t key(std::uint32_t rank, std::uint32_t at) noexcept {
    return rank == no_rank ? none : static_cast<std::int32_t>(rank << position_bits | at);
  }

  [[nodiscard]] std::int32_t least() const noexcept {
    std::array<std::int32_t, lanes> best;
    best.fill(none);
    for (std::uint32_t at = 0; at < padded_; at += lanes) {
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        best[lane] = std::min(best[lane], keys_[at + lane]);
      }
    }
    return *std::min_element(best.begin(), best.end());
  }

  void rekey(std::uint32_t at) noexcept {
    const std::uint32_t second = next_[at];
    if (second >= size_) {
      keys_[at] = none;
      return;
    }
    const std::uint32_t stop = next_[second];
    keys_[at] = key(words_.rank(piece_ + at, stop - at, readable_), at);
  }

  void run() noexcept {
    for (std::int32_t found = least(); found != none; found = least()) {
      const auto at = static_cast<std::uint32_t>(found) & ((1U << position_bits) - 1);
      const std::uint32_t gone = next_[at];
      next_[at] = next_[gone];
      previous_[next_[gone]] = static_cast<byte>(at);
      keys_[gone] = none;
      --parts_;
      rekey(at);
      if (at > 0) rekey(previous_[at]);
    }
  }

  const vocabulary& words_;
  const byte* piece_;
  const byte* readable_;
  std::uint32_t size_;
  std::uint32_t padded_ = 0;
  std::uint32_t parts_ = 0;
  std::array<std::int32_t, capacity> keys_;
  std::array<byte, capacity + 1> next_;
  std::array<byte, capacity + 1> previous_;
};

// The merging of one window of a long piece: the same, with a heap of keys in which outdated ones
// are skipped.
class window_merge {
 public:
  // Fills `starts` with where each token begins, relative to the window, and the window's size at
  // the end.
  void run(const vocabulary& words, const byte* window, std::size_t size, const byte* readable,
           std::vector<std::uint32_t>& starts) {
    const auto end = static_cast<std::uint32_t>(size);
    ranks_.assign(size, no_rank);
    next_.resize(size + 1);
    previous_.resize(size + 1);
    heap_.clear();
    for (std::uint32_t at = 0; at < end; ++at) {
      next_[at] = at + 1;
      previous_[at + 1] = at;
    }
    for (std::uint32_t at = 0; at + 1 < end; ++at) {
      ranks_[at] = words.rank_pair(window + at);
      if (ranks_[at] != no_rank) heap_.push_back(std::uint64_t{ranks_[at]} << 32 | at);
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
    while (!heap_.empty()) {
      const std::uint64_t least = pop();
      const auto at = static_cast<std::uint32_t>(least);
      if (ranks_[at] != static_cast<std::uint32_t>(least >> 32)) continue;
      const std::uint32_t gone = next_[at];
      ranks_[gone] = no_rank;
      next_[at] = next_[gone];
      previous_[next_[gone]] = at;
      rekey(words, window, end, readable, at);
      if (at > 0) rekey(words, window, end, readable, previous_[at]);
    }
    starts.clear();
    for (std::uint32_t at = 0; at < end; at = next_[at])
      starts.push_back(at);
    starts.push_back(end);
  }

 private:
  std::uint64_t pop() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    const std::uint64_t least = heap_.back();
    heap_.pop_back();
    return least;
  }

  void rekey(const vocabulary& words, const byte* window, std::uint32_t end, const byte* readable,
             std::uint32_t at) {
    const std::uint32_t second = next_[at];
    ranks_[at] = second < end ? words.rank(window + at, next_[second] - at, readable) : no_rank;
    if (ranks_[at] == no_rank) return;
    heap_.push_back(std::uint64_t{ranks_[at]} << 32 | at);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
  }

  std::vector<std::uint64_t> heap_;
  std::vector<std::uint32_t> ranks_;
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
// token of the one before begins; if no token is common to both, the earlier window is made longer,
// at worst until it holds the rest of the piece.
class long_piece {
 public:
  static constexpr std::size_t window_bytes = 4096;
  static constexpr std::uint32_t overlap_bytes = 512;

  // Calls token(begin, size) for each token in order.
  template <class Token>
  void run(const vocabulary& words, const byte* piece, std::size_t size, const byte* readable,
           Token token) {
    std::size_t begin = 0;         // where the first token of `current_` begins in the piece
    std::uint32_t first_size = 0;  // what size that token must have; 0: any
    std::size_t window = window_bytes;
    following_bytes_ = {};
    for (;;) {
      const std::size_t length = std::min(window, size - begin);
      merge_.run(words, piece + begin, length, readable, current_);
      while (begin + current_.back() < size && (first_size == 0 || current_[1] == first_size)) {
        const std::size_t kept = overlap_start();
        const std::size_t from = begin + current_[kept];
        merge_following(words, piece + from, std::min(window_bytes, size - from), readable);
        const auto [ours, theirs] = common_token(kept);
        if (theirs == following_.size()) break;
        for (std::size_t i = 0; i < ours; ++i) {
          token(piece + begin + current_[i], current_[i + 1] - current_[i]);
        }
        begin = from + following_[theirs];
        first_size = following_[theirs + 1] - following_[theirs];
        adopt_following(theirs);
        window = window_bytes;
      }
      if (begin + current_.back() == size) break;
      window *= 2;
    }
    for (std::size_t i = 0; i + 1 < current_.size(); ++i) {
      token(piece + begin + current_[i], current_[i + 1] - current_[i]);
    }
  }

 private:
  // A run of one character, or anything else of a short period, shows the same window again and
  // again: its tokens are known.
  void merge_following(const vocabulary& words, const byte* window, std::size_t size,
                       const byte* readable) {
    const std::string_view bytes(reinterpret_cast<const char*>(window), size);
    if (bytes != following_bytes_) merge_.run(words, window, size, readable, following_);
    following_bytes_ = bytes;
  }

  // The first token of `current_` that begins in the overlap, but never the first of all: each step
  // must advance.
  [[nodiscard]] std::size_t overlap_start() const {
    const std::uint32_t end = current_.back();
    const std::uint32_t zone = end > overlap_bytes ? end - overlap_bytes : 0U;
    const auto found = std::lower_bound(current_.begin() + 1, current_.end() - 1, zone);
    return static_cast<std::size_t>(found - current_.begin());
  }

  // Positions in `current_` and `following_` of the first token they share; following_.size() if
  // there is none.
  [[nodiscard]] std::pair<std::size_t, std::size_t> common_token(std::size_t kept) const {
    const std::uint32_t shift = current_[kept];
    std::size_t ours = kept;
    std::size_t theirs = 0;
    while (ours + 2 < current_.size() && theirs + 2 < following_.size()) {
      const std::uint32_t mine = current_[ours] - shift;
      if (mine < following_[theirs]) {
        ++ours;
      } else if (mine > following_[theirs]) {
        ++theirs;
      } else if (current_[ours + 1] - shift == following_[theirs + 1]) {
        return {ours, theirs};
      } else {
        ++ours;
        ++theirs;
      }
    }
    return {ours, following_.size()};
  }

  void adopt_following(std::size_t from) {
    const std::uint32_t shift = following_[from];
    current_.clear();
    for (std::size_t i = from; i < following_.size(); ++i)
      current_.push_back(following_[i] - shift);
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

}  // namespace

std::int64_t byte_pair::count(const std::uint8_t* piece, std::size_t size,
                              const std::uint8_t* readable) const {
  if (words_->rank(piece, size, readable) != no_rank) return 1;
  return count_merged(piece, size, readable);
}

std::int64_t byte_pair::count_merged(const std::uint8_t* piece, std::size_t size,
                                     const std::uint8_t* readable) const {
  if (size <= short_piece_max) return short_merge(*words_, piece, size, readable).parts();
  std::int64_t tokens = 0;
  long_piece_of_thread().run(*words_, piece, size, readable,
                             [&](const byte*, std::size_t) { ++tokens; });
  return tokens;
}

void byte_pair::encode(const std::uint8_t* piece, std::size_t size, const std::uint8_t* readable,
                       std::vector<std::uint32_t>& ids) const {
  const std::uint32_t whole = words_->rank(piece, size, readable);
  if (whole != no_rank) {
    ids.push_back(whole);
    return;
  }
  const auto token = [&](const byte* begin, std::size_t length) {
    ids.push_back(words_->rank(begin, length, readable));
  };
  if (size > short_piece_max) {
    long_piece_of_thread().run(*words_, piece, size, readable, token);
    return;
  }
  const short_merge merged(*words_, piece, size, readable);
  for (std::uint32_t at = 0; at < size; at = merged.next(at)) {
    token(piece + at, merged.next(at) - at);
  }
}

}  // namespace stint::tokenizer
