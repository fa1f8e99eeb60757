// Tested by tests/tokenizer/models/named_encodings_test.cpp.
#include "tokenizer/bpe/nfc_encoding.hpp"

#include "tokenizer/unicode/nfc.hpp"

namespace stint::tokenizer {

std::int64_t nfc_encoding::count(std::string_view text) const {
  return is_surely_nfc(text) ? normal_.count(text) : normal_.count(to_nfc(text));
}

// In UTF-8 this form has at most three times the bytes (Unicode Standard Annex 15, section 9.1, by
// way of U+1D160).
std::int64_t nfc_encoding::tokens_max(std::size_t bytes) const noexcept {
  return 3 * normal_.tokens_max(bytes);
}

std::vector<std::uint32_t> nfc_encoding::encode(std::string_view text) const {
  return is_surely_nfc(text) ? normal_.encode(text) : normal_.encode(to_nfc(text));
}

// The border must be one of the text for the form, and one of the form for the pieces. Where it is
// not both, an earlier one is looked for; a text that has none in a few tries (each character
// composed, and cut in the middle of its form) may have to be kept.
std::size_t nfc_encoding::stable_prefix(std::string_view text) const {
  constexpr int tries = 8;
  std::string_view head = text.substr(0, nfc_stable_prefix(text));
  if (is_surely_nfc(head)) return normal_.stable_prefix(head);
  const std::string composed = to_nfc(head);
  std::string_view normal = composed;
  for (int left = tries; left > 0; --left) {
    const std::size_t border = normal_.stable_prefix(normal);
    const nfc_cut cut = nfc_cut_at(head, border);
    if (cut.normal == border) return cut.text;
    head = head.substr(0, cut.text);
    normal = normal.substr(0, cut.normal);
  }
  return 0;
}

}  // namespace stint::tokenizer
