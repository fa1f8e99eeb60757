// Normalization Form C (Unicode Standard Annex 15), which some tokenizers bring a text into before
// they cut it, Qwen's among them. As the reference has it, the NFC normalizer of Hugging Face's
// tokenizers, whose tables are those of Unicode 9.0: what was assigned later is left alone.
//
// Nearly every text is in this form already, and then finding that out is all there is to do. Pure
// functions over constant tables: safe from any thread. Linear in the text but for the sorting of
// the marks on one character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stint::tokenizer {

// Bytes that are not UTF-8 are left as they are: they stand for U+FFFD, which nothing happens to.

// Whether the text is in this form for certain: nothing in it could compose or move.
[[nodiscard]] bool is_surely_nfc(std::string_view text) noexcept;

[[nodiscard]] std::string to_nfc(std::string_view text);

// The longest prefix that no text appended later can change:
// to_nfc(text + more) == to_nfc(text[0, p)) + to_nfc(text[p…] + more) for every `more`.
[[nodiscard]] std::size_t nfc_stable_prefix(std::string_view text) noexcept;

// The longest prefix of such a kind within the text (its end is taken to be one) whose normal form
// has no more than `bytes_max` bytes.
struct nfc_cut {
  std::size_t text = 0;    // the prefix, in bytes of the text
  std::size_t normal = 0;  // in bytes of its normal form
};
[[nodiscard]] nfc_cut nfc_cut_at(std::string_view text, std::size_t bytes_max);

}  // namespace stint::tokenizer
