// Byte-pair encoding as its definition has it, with nothing clever: what the counting engine is
// compared with. Slow, quadratic in the length of a piece.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizer/bpe/split.hpp"
#include "tokenizer/unicode/char_class.hpp"
#include "tokenizer/unicode/nfc.hpp"
#include "tokenizer/vocab/vocabulary_source.hpp"

namespace stint::tokenizer {

class plain_encoding {
 public:
  plain_encoding(vocabulary_source words, split_rule rule, bool nfc)
      : words_(std::move(words)), rule_(rule), nfc_(nfc) {
    for (std::uint32_t i = 0; i < words_.tokens.size(); ++i)
      priority_.emplace(words_.tokens[i], i);
  }

  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view raw) const {
    std::string text = repaired(raw);
    if (nfc_) text = to_nfc(text);
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
    split_text cut{.end = begin + text.size(), .valid_utf8 = true};
    std::vector<std::uint32_t> ids;
    for (const std::uint8_t* at = begin; at != cut.end;) {
      const std::uint8_t* const after = next_piece(rule_, cut, at);
      merge({reinterpret_cast<const char*>(at), static_cast<std::size_t>(after - at)}, ids);
      at = after;
    }
    return ids;
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  static std::string repaired(std::string_view raw) {
    std::string out;
    const auto* at = reinterpret_cast<const std::uint8_t*>(raw.data());
    const auto* const end = at + raw.size();
    bool truncated = false;
    while (at != end) {
      const int length = sequence_length(at, end, truncated);
      if (length > 0)
        out.append(reinterpret_cast<const char*>(at), static_cast<std::size_t>(length));
      if (length < 0) out += "\uFFFD";
      at += std::abs(length);
    }
    return out;
  }

  [[nodiscard]] std::uint32_t find(std::string_view token) const {
    const auto found = priority_.find(std::string(token));
    return found == priority_.end() ? none : found->second;
  }

  void merge(std::string_view piece, std::vector<std::uint32_t>& ids) const {
    if (const std::uint32_t whole = find(piece); words_.whole_piece_first && whole != none) {
      return ids.push_back(words_.ids[whole]);
    }
    std::vector<std::size_t> starts;
    std::vector<std::uint32_t> pairs;  // pairs[i]: the priority of parts i and i + 1 together
    for (std::size_t at = 0; at <= piece.size(); ++at)
      starts.push_back(at);
    const auto pair = [&](std::size_t i) {
      return find(piece.substr(starts[i], starts[i + 2] - starts[i]));
    };
    for (std::size_t i = 0; i + 2 < starts.size(); ++i)
      pairs.push_back(pair(i));
    while (!pairs.empty()) {
      const auto least = std::min_element(pairs.begin(), pairs.end());
      if (*least == none) break;
      const auto i = static_cast<std::size_t>(least - pairs.begin());
      starts.erase(starts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      pairs.erase(least);
      if (i < pairs.size()) pairs[i] = pair(i);
      if (i > 0) pairs[i - 1] = pair(i - 1);
    }
    for (std::size_t i = 0; i + 1 < starts.size(); ++i)
      ids.push_back(words_.ids[find(piece.substr(starts[i], starts[i + 1] - starts[i]))]);
  }

  vocabulary_source words_;
  split_rule rule_;
  bool nfc_;
  std::unordered_map<std::string, std::uint32_t> priority_;
};

}  // namespace stint::tokenizer
