// An encoding made of a pre-tokenizer and a vocabulary. Immutable; any number of threads may use it
// at once.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/bpe/encoding.hpp"
#include "tokenizer/bpe/kernel.hpp"
#include "tokenizer/bpe/split.hpp"
#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

class bpe_encoding final : public encoding {
 public:
  // `number` tells the encodings of one process apart in each thread's caches; < encodings_max.
  static constexpr std::size_t encodings_max = 32;

  bpe_encoding(std::string_view name, std::uint32_t number, split_rule rule,
               const vocabulary::arrays& words)
      : name_(name), number_(number), rule_(rule), words_(words) {}

  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] std::int64_t count(std::string_view text) const override;
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text) const override;
  [[nodiscard]] std::size_t stable_prefix(std::string_view text) const override;

 private:
  [[nodiscard]] std::int64_t count_malformed(std::string_view text) const;

  std::string name_;
  std::uint32_t number_;
  split_rule rule_;
  vocabulary words_;
};

}  // namespace stint::tokenizer
