// Tested by tests/tokenizer/vocab/tokenizer_json_test.cpp.
#include "tokenizer/vocab/merge_list.hpp"

#include <algorithm>

namespace stint::tokenizer {
namespace {

constexpr std::uint32_t none = UINT32_MAX;

std::string quoted(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char each : bytes) {
    const auto value = static_cast<std::uint8_t>(each);
    if (value >= 0x20 && value < 0x7F && value != '"' && value != '\\') {
      out += each;
    } else {
      out += {'\\', 'x', digits[value >> 4], digits[value & 15]};
    }
  }
  return out + '"';
}

class checker {
 public:
  explicit checker(const merge_list& listed) : listed_(listed) {}

  // Empty, or what is wrong.
  std::string run() {
    put_single_bytes();
    if (words_.tokens.size() != 256) {
      return std::to_string(words_.tokens.size()) + " of the 256 single bytes are tokens";
    }
    std::string wrong = put_merged();
    if (wrong.empty() && listed_.whole_piece_first) put_unmerged();
    for (std::size_t i = 256; i < words_.tokens.size() && wrong.empty(); ++i)
      wrong = check(static_cast<std::uint32_t>(i));
    return wrong;
  }

  vocabulary_source take() {
    words_.whole_piece_first = listed_.whole_piece_first;
    return std::move(words_);
  }

 private:
  void put(const std::string& token, std::uint32_t id) {
    priority_.emplace(token, static_cast<std::uint32_t>(words_.tokens.size()));
    words_.tokens.push_back(token);
    words_.ids.push_back(id);
  }

  void put_by_id(std::vector<std::pair<std::uint32_t, const std::string*>>& tokens) {
    std::sort(tokens.begin(), tokens.end());
    for (const auto& [id, token] : tokens)
      put(*token, id);
  }

  void put_single_bytes() {
    std::vector<std::pair<std::uint32_t, const std::string*>> singles;
    for (const auto& [token, id] : listed_.ids) {
      if (token.size() == 1) singles.emplace_back(id, &token);
    }
    put_by_id(singles);
  }

  // Tokens in the order in which the list first makes them, and where it has each pair.
  std::string put_merged() {
    for (std::size_t i = 0; i < listed_.merges.size(); ++i) {
      const auto& [left, right] = listed_.merges[i];
      const std::string token = left + right;
      if (left.empty() || right.empty() || token.size() > token_bytes_max) {
        return at(i) + "makes a token of " + std::to_string(token.size()) + " bytes";
      }
      for (const std::string& part : {left, right, token}) {
        if (!listed_.ids.contains(part)) return at(i) + quoted(part) + " is not in the vocabulary";
      }
      if (!places_.emplace(key(token, left.size()), static_cast<std::uint32_t>(i)).second) {
        return at(i) + "this merge is there twice";
      }
      if (!priority_.contains(token)) put(token, listed_.ids.at(token));
    }
    return {};
  }

  // With ignore_merges, a token that no merge makes still stands for a piece that equals it.
  // Without, it is never met.
  void put_unmerged() {
    std::vector<std::pair<std::uint32_t, const std::string*>> rest;
    for (const auto& [token, id] : listed_.ids) {
      if (!priority_.contains(token)) rest.emplace_back(id, &token);
    }
    put_by_id(rest);
  }

  std::string check(std::uint32_t number) {
    const std::string& token = words_.tokens[number];
    const std::size_t left = last_step(token);
    if (left == 0) return {};
    const auto found = places_.find(key(token, left));
    if (found == places_.end()) {
      return "no merge of " + quoted(token.substr(0, left)) + " and " + quoted(token.substr(left)) +
             ", though merging by priority ends in it: this list cannot be read as priorities";
    }
    if (found->second < last_place_) {
      return at(found->second) + "out of order: tokens made later in the list have priority";
    }
    last_place_ = found->second;
    return {};
  }

  // Merging the token's own bytes by priority until two parts are left: how long the left one is.
  // 0 if that never happens, so that no merging ever makes this token.
  std::size_t last_step(std::string_view token) {
    starts_.clear();
    pairs_.clear();
    for (std::size_t i = 0; i <= token.size(); ++i)
      starts_.push_back(i);
    for (std::size_t i = 0; i + 1 < token.size(); ++i)
      pairs_.push_back(priority(token.substr(i, 2)));
    while (starts_.size() > 3) {
      const auto least = std::min_element(pairs_.begin(), pairs_.end());
      if (*least == none) return 0;
      const auto where = least - pairs_.begin();
      starts_.erase(starts_.begin() + where + 1);
      pairs_.erase(least);
      renew(token, where);
      if (where > 0) renew(token, where - 1);
    }
    return starts_[1];
  }

  void renew(std::string_view token, std::ptrdiff_t where) {
    const auto i = static_cast<std::size_t>(where);
    if (i < pairs_.size()) {
      pairs_[i] = priority(token.substr(starts_[i], starts_[i + 2] - starts_[i]));
    }
  }

  std::uint32_t priority(std::string_view token) {
    looked_up_.assign(token);
    const auto found = priority_.find(looked_up_);
    return found == priority_.end() ? none : found->second;
  }

  static std::string key(const std::string& token, std::size_t left) {
    return token + static_cast<char>(left);
  }
  static std::string at(std::size_t i) { return "merges[" + std::to_string(i) + "]: "; }

  const merge_list& listed_;
  vocabulary_source words_;
  std::unordered_map<std::string, std::uint32_t> priority_;  // token → its place in words_
  std::unordered_map<std::string, std::uint32_t> places_;    // pair → its place in the list
  std::uint32_t last_place_ = 0;
  std::vector<std::size_t> starts_;
  std::vector<std::uint32_t> pairs_;
  std::string looked_up_;
};

}  // namespace

boost::system::result<vocabulary_source, std::string> by_priority(const merge_list& listed) {
  checker over{listed};
  std::string wrong = over.run();
  if (!wrong.empty()) return wrong;
  return over.take();
}

}  // namespace stint::tokenizer
