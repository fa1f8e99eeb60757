// An encoding of text that is brought into Normalization Form C first: another encoding behind a
// quick look at the text, which nearly always is in that form. Immutable; any number of threads may
// use it at once.
#pragma once

#include "tokenizer/bpe/bpe_encoding.hpp"

namespace stint::tokenizer {

class nfc_encoding final : public encoding {
 public:
  nfc_encoding(std::string_view name, std::uint32_t number, split_rule rule,
               const vocabulary::arrays& words)
      : normal_(name, number, rule, words) {}

  [[nodiscard]] std::string_view name() const noexcept override { return normal_.name(); }
  [[nodiscard]] std::int64_t count(std::string_view text) const override;
  [[nodiscard]] std::int64_t tokens_max(std::size_t bytes) const noexcept override;
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text) const override;
  [[nodiscard]] std::size_t stable_prefix(std::string_view text) const override;

 private:
  bpe_encoding normal_;
};

}  // namespace stint::tokenizer
