// Tested by tests/tokenizer/vocab/rank_file_test.cpp.
#include "tokenizer/vocab/vocabulary_source.hpp"

#include <string_view>
#include <unordered_set>

namespace stint::tokenizer {
namespace {

std::string flaw_of_token(const std::string& token) {
  if (token.empty()) return "is empty";
  if (token.size() <= token_bytes_max) return {};
  return "has " + std::to_string(token.size()) + " bytes, and at most " +
         std::to_string(token_bytes_max) + " are taken";
}

}  // namespace

std::string flaw_of(const vocabulary_source& words) {
  if (words.tokens.size() > vocabulary_tokens_max) {
    return std::to_string(words.tokens.size()) + " tokens, and at most " +
           std::to_string(vocabulary_tokens_max) + " are taken";
  }
  std::unordered_set<std::string_view> tokens;
  std::unordered_set<std::uint32_t> ids;
  tokens.reserve(words.tokens.size());
  ids.reserve(words.tokens.size());
  for (std::size_t i = 0; i < words.tokens.size(); ++i) {
    std::string flaw = flaw_of_token(words.tokens[i]);
    if (flaw.empty() && !tokens.insert(words.tokens[i]).second) flaw = "is there twice";
    if (flaw.empty() && !ids.insert(words.ids[i]).second) flaw = "shares its id with another";
    if (!flaw.empty()) return "the token with id " + std::to_string(words.ids[i]) + ' ' + flaw;
  }
  for (int value = 0; value < 256; ++value) {
    const auto single = static_cast<char>(value);
    if (!tokens.contains(std::string_view(&single, 1))) {
      return "byte " + std::to_string(value) +
             " is no token; only byte-level vocabularies are read";
    }
  }
  return {};
}

}  // namespace stint::tokenizer
