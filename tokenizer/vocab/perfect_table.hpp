// Finding the pilots of a perfect hash (vocabulary.hpp). At build time, or when a vocabulary is
// loaded from a file: some 0.3 µs a key.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

// Keys, given by their hashes, on their way into a perfect hash.
class pilot_search {
 public:
  explicit pilot_search(std::vector<std::uint64_t> hashes)
      : hashes_(std::move(hashes)),
        slots_(std::bit_ceil(std::max<std::size_t>(hashes_.size() * 10 / 9, 1 << 16))),
        buckets_(hashes_.size() / keys_per_bucket + 1) {
    for (std::uint32_t i = 0; i < hashes_.size(); ++i)
      buckets_[part_of(hashes_[i], buckets_.size())].push_back(i);
    order_.resize(buckets_.size());
    std::iota(order_.begin(), order_.end(), 0);
    // The fullest first, while there is room.
    std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return buckets_[a].size() > buckets_[b].size();
    });
  }

  [[nodiscard]] bool run() {
    for (shift_ = 0; shift_ < 32; ++shift_) {
      if (place_all()) return true;
    }
    return false;
  }

  // After run().
  [[nodiscard]] const std::vector<std::uint16_t>& pilots() const { return pilots_; }
  [[nodiscard]] int shift() const { return shift_; }
  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] std::size_t place_of(std::size_t key) const { return places_[key]; }

 private:
  static constexpr std::size_t keys_per_bucket = 4;

  bool place_all() {
    pilots_.assign(buckets_.size(), 0);
    places_.assign(hashes_.size(), 0);
    used_.assign(slots_, false);
    return std::all_of(order_.begin(), order_.end(),
                       [&](std::uint32_t bucket) { return place_bucket(bucket); });
  }

  bool place_bucket(std::uint32_t bucket) {
    for (std::uint32_t pilot = 0; pilot <= UINT16_MAX; ++pilot) {
      std::size_t placed = 0;
      for (const std::uint32_t key : buckets_[bucket]) {
        const std::size_t place = perfect_hash::place(hashes_[key], pilot, shift_, slots_);
        if (used_[place]) break;
        used_[place] = true;
        places_[key] = place;
        ++placed;
      }
      if (placed == buckets_[bucket].size()) {
        pilots_[bucket] = static_cast<std::uint16_t>(pilot);
        return true;
      }
      for (std::size_t i = 0; i < placed; ++i)
        used_[places_[buckets_[bucket][i]]] = false;
    }
    return false;
  }

  std::vector<std::uint64_t> hashes_;
  std::size_t slots_;
  std::vector<std::vector<std::uint32_t>> buckets_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint16_t> pilots_;
  std::vector<std::size_t> places_;
  std::vector<bool> used_;
  int shift_ = 0;
};

template <class Slot>
struct perfect_table {
  std::vector<Slot> slots;
  std::vector<std::uint16_t> pilots;
  int shift = 0;
};

// Empty where no perfect hash was found.
template <class Slot, class Hash>
perfect_table<Slot> fill_perfectly(const std::vector<Slot>& wanted, const Slot& free, Hash hash) {
  std::vector<std::uint64_t> hashes;
  for (const Slot& one : wanted)
    hashes.push_back(hash(one));
  pilot_search search(std::move(hashes));
  if (!search.run()) return {};
  perfect_table<Slot> out{std::vector<Slot>(search.slots(), free), search.pilots(), search.shift()};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    out.slots[search.place_of(i)] = wanted[i];
  return out;
}

}  // namespace stint::tokenizer
