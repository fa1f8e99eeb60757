// What was learnt of the outputs of some thousand combinations, found by the hash of their names.
// When it is full, the one that was not added to for longest is forgotten. Thread-safe: in parts,
// each with a lock of its own that is held for less than a microsecond (for some ten while it is
// copied to be kept).
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/learning/output_lengths.hpp"

namespace stint {

struct output_observation {
  std::int64_t tokens = 0;        // of one choice
  bool is_least = false;          // it ended at a bound that we had lowered: more would have come
  std::int64_t burst_tokens = 0;  // the most that came within a quarter of a second; 0: not known
  std::optional<std::int64_t> counted_tokens;  // what we could count of them, when we did
  std::int64_t tokens_per_second = 0;          // of one choice, over the whole call; 0: not known
};

struct learned_output {
  output_lengths lengths;
  // The most lately: forgotten bit by bit. 0: no answer has shown it yet.
  std::int64_t burst_tokens = 0;
  // Reported tokens for 1,000 that we counted, at the most lately.
  std::int64_t reported_permille = 1'000;
  std::int64_t hidden = 0;             // above 0: much of the output could not be counted lately
  std::int64_t compared = 0;           // how often reported and counted tokens were compared
  std::int64_t tokens_per_second = 0;  // the most lately: forgotten bit by bit, more slowly
  std::int64_t paced = 0;              // from so many answers

  // `percent` places an answer that would have been longer.
  void add(const output_observation& seen, int percent) noexcept;
};

class output_memory {
 public:
  static constexpr std::size_t parts = 32;
  static constexpr std::size_t entries_per_part_max = 256;  // below 4 MB in all

  void add(std::uint64_t key, const output_observation& seen, int percent) noexcept;
  [[nodiscard]] std::optional<learned_output> find(std::uint64_t key) const noexcept;

  [[nodiscard]] std::string encode() const;
  // "" or why the bytes are not ones that encode() made; nothing is taken then. Before any other
  // thread knows this.
  [[nodiscard]] std::string decode(std::string_view bytes);

 private:
  struct entry {
    std::uint64_t key = 0;
    learned_output learned;
  };
  struct part {
    mutable std::mutex lock;
    std::list<entry> entries;  // added to last: first
    std::unordered_map<std::uint64_t, std::list<entry>::iterator> found;

    entry& touch(std::uint64_t key);
  };
  [[nodiscard]] part& part_of(std::uint64_t key) noexcept { return parts_[key % parts]; }
  [[nodiscard]] const part& part_of(std::uint64_t key) const noexcept {
    return parts_[key % parts];
  }

  std::array<part, parts> parts_;
};

}  // namespace stint
