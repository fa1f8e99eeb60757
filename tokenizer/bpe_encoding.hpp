// An encoding made of a pre-tokenizer and a vocabulary. Immutable; any number of threads may use it
// at once.
#pragma once

#include "tokenizer/byte_pair.hpp"
#include "tokenizer/encoding.hpp"
#include "tokenizer/split.hpp"

namespace stint::tokenizer {

class bpe_encoding final : public encoding {
 public:
  // `number` tells the encodings of one process apart in the per-thread cache; < 256.
  bpe_encoding(std::string_view name, std::uint32_t number, split_rule rule,
               std::string_view rank_file)
      : name_(name), number_(number), rule_(rule), words_(rank_file), merges_(words_) {}

  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] std::int64_t count(std::string_view text) const noexcept override;
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text) const override;
  [[nodiscard]] std::size_t stable_prefix(std::string_view text) const noexcept override;

 private:
  [[nodiscard]] std::int64_t count_piece(const std::uint8_t* piece, std::size_t size,
                                         const std::uint8_t* readable) const;

  std::string_view name_;
  std::uint32_t number_;
  split_rule rule_;
  vocabulary words_;
  byte_pair merges_;
};

}  // namespace stint::tokenizer
