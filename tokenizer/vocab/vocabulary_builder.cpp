// Tested by tests/tokenizer/vocab/vocabulary_test.cpp.
#include "tokenizer/vocab/vocabulary_builder.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "tokenizer/unicode/utf8.hpp"
#include "tokenizer/vocab/perfect_table.hpp"
#include "tokenizer/vocab/vocabulary_block.hpp"

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

const byte* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const byte*>(text.data());
}

bool starts_three_bytes(std::string_view text) noexcept {
  return leads_three_bytes(*bytes_of(text));
}
bool is_three_bytes(std::string_view text) noexcept {
  return text.size() == 3 && starts_three_bytes(text);
}

std::string utf8_of(std::uint32_t point) {  // U+0800 … U+FFFF
  return {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
          static_cast<char>(0x80 | (point & 0x3F))};
}

// The next character of `rest`, or what there is of one at its end or its beginning.
std::string_view next_part(std::string_view& rest) noexcept {
  std::size_t size = 1;
  while (size < rest.size() && is_inner_byte(rest[size]))
    ++size;
  const std::string_view part = rest.substr(0, size);
  rest.remove_prefix(size);
  return part;
}

class builder {
 public:
  explicit builder(const vocabulary_source& source) : source_(source) {}

  // What is wrong with the source, or nothing.
  [[nodiscard]] std::string run() {
    if (std::string wrong = flaw_of(source_); !wrong.empty()) return wrong;
    number_bytes();
    find_pairs();
    if (std::string wrong = misplaced(); !wrong.empty()) return wrong;
    fill_pairs();
    if (too_linked_) return "more than 65,535 tokens that are parts of others";
    fill_pieces();
    if (pieces_.slots.empty() || pairs_.slots.empty()) return "no perfect hash was found";
    fill_characters();
    std::sort(strays_.begin(), strays_.end(), [&](const auto& a, const auto& b) {
      return arena_text(a.offset, a.size) < arena_text(b.offset, b.size);
    });
    return {};
  }

  [[nodiscard]] std::vector<std::uint64_t> block() const {
    return block_of({.byte_symbols = byte_symbols_,
                     .byte_pairs = byte_pairs_,
                     .piece_pilots = pieces_.pilots,
                     .pieces = pieces_.slots,
                     .pair_pilots = pairs_.pilots,
                     .pairs = pairs_.slots,
                     .links = links_,
                     .long_pieces = long_pieces_,
                     .arena = arena_,
                     .ids = source_.ids,
                     .strays = strays_,
                     .characters = characters_,
                     .bridges = bridges_,
                     .longest = longest_,
                     .piece_shift = pieces_.shift,
                     .pair_shift = pairs_.shift});
  }

 private:
  void number_bytes() {
    for (std::uint32_t symbol = 0; symbol < source_.tokens.size(); ++symbol) {
      const std::string& token = source_.tokens[symbol];
      if (token.size() == 1) byte_symbols_[static_cast<byte>(token[0])] = symbol;
      longest_ = std::max(longest_, token.size());
    }
  }

  // Merges `parts` by what is in merges_ so far; each time the lowest symbol, leftmost first.
  void merge(std::vector<std::uint32_t>& parts) const {
    for (;;) {
      std::uint32_t least = no_symbol;
      std::size_t where = 0;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const auto found = merges_.find(std::uint64_t{parts[i]} << 32 | parts[i + 1]);
        if (found == merges_.end() || found->second >= least) continue;
        least = found->second;
        where = i;
      }
      if (least == no_symbol) return;
      parts[where] = least;
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(where) + 1);
    }
  }

  [[nodiscard]] std::vector<std::uint32_t> merged(const std::string& token) const {
    std::vector<std::uint32_t> parts;
    for (const char c : token)
      parts.push_back(byte_symbols_[static_cast<byte>(c)]);
    merge(parts);
    return parts;
  }

  // In order of priority, so that merging a token's bytes uses just the symbols below it.
  void find_pairs() {
    merges_.reserve(2 * source_.tokens.size());
    for (std::uint32_t symbol = 0; symbol < source_.tokens.size(); ++symbol) {
      const std::string& token = source_.tokens[symbol];
      if (token.size() == 1) continue;
      const std::vector<std::uint32_t> parts = merged(token);
      if (parts.size() == 2) {
        merges_.emplace(std::uint64_t{parts[0]} << 32 | parts[1], symbol);
      } else if (source_.whole_piece_first) {
        strays_.push_back({.offset = keep(token),
                           .size = static_cast<std::uint32_t>(token.size()),
                           .id = source_.ids[symbol]});
      }
    }
  }

  // A stray that the reference would merge after all: it joins any two parts whose bytes together
  // are a token, also where the parts come later than what they make. Tables cannot say that.
  [[nodiscard]] std::string misplaced() const {
    if (strays_.empty() || !source_.joined_by_bytes) return {};
    std::unordered_map<std::string, std::uint32_t> symbols;
    for (std::uint32_t symbol = 0; symbol < source_.tokens.size(); ++symbol)
      symbols.emplace(source_.tokens[symbol], symbol);
    for (const vocabulary::stray& one : strays_) {
      std::vector<std::string> parts;
      for (const char c : arena_text(one.offset, one.size))
        parts.emplace_back(1, c);
      while (parts.size() > 1) {
        std::size_t where = 0;
        std::uint32_t least = no_symbol;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
          const auto found = symbols.find(parts[i] + parts[i + 1]);
          if (found == symbols.end() || found->second >= least) continue;
          least = found->second;
          where = i;
        }
        if (least == no_symbol) break;
        parts[where] += parts[where + 1];
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(where) + 1);
      }
      if (parts.size() == 1) {
        return "the token with the id " + std::to_string(one.id) +
               " is made of tokens that come after it";
      }
    }
    return {};
  }

  void fill_pairs() {
    byte_pairs_.assign(1 << 16, no_symbol);
    for (std::size_t first = 0; first < 256; ++first) {
      for (std::size_t second = 0; second < 256; ++second) {
        const auto found =
            merges_.find(std::uint64_t{byte_symbols_[first]} << 32 | byte_symbols_[second]);
        if (found != merges_.end()) byte_pairs_[first << 8 | second] = found->second;
      }
    }
    number_links();
    std::vector<std::uint64_t> slots = {no_symbol};  // of the key 0
    for (const auto& [parts, symbol] : merges_) {
      const std::uint64_t key =
          vocabulary::pair_key(links_[parts >> 32], links_[static_cast<std::uint32_t>(parts)]);
      slots.push_back(key << 32 | symbol);
    }
    pairs_ = fill_perfectly(slots, vocabulary::free_pair,
                            [](std::uint64_t slot) { return vocabulary::pair_hash(slot >> 32); });
  }

  // In order of priority: the most frequent are the lowest.
  void number_links() {
    std::vector<std::uint8_t> sides(source_.tokens.size());
    for (const auto& [parts, symbol] : merges_) {
      sides[parts >> 32] |= 1;
      sides[static_cast<std::uint32_t>(parts)] |= 2;
    }
    links_.assign(sides.size(), 0);
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    for (std::size_t symbol = 0; symbol < sides.size(); ++symbol) {
      if ((sides[symbol] & 1) != 0) links_[symbol] |= ++left << 16;
      if ((sides[symbol] & 2) != 0) links_[symbol] |= ++right;
    }
    too_linked_ = left > UINT16_MAX || right > UINT16_MAX;
  }

  void fill_pieces() {
    std::vector<piece_key> slots;
    long_pieces_.resize(1);
    for (const std::string& token : source_.tokens)
      long_pieces_.resize(long_pieces_.size() + (token.size() > piece_key::max_bytes ? 2 : 0));
    for (const std::string& token : source_.tokens) {
      const std::size_t count = source_.whole_piece_first ? 1 : merged(token).size();
      if (token.size() > piece_key::max_bytes) {
        place_long(token, count);
        continue;
      }
      slots.push_back(piece_key::of(bytes_of(token), token.size(), bytes_of(token) + token.size()));
      slots.back().high |= std::uint64_t{count} << piece_key::count_shift;
    }
    pieces_ = fill_perfectly(slots, piece_key{}, [](piece_key slot) { return slot.hash(); });
  }

  void place_long(const std::string& token, std::size_t count) {
    const std::uint64_t hash = vocabulary::long_hash(bytes_of(token), token.size());
    std::size_t at = part_of(hash, long_pieces_.size());
    while (long_pieces_[at].size != 0)
      at = (at + 1) % long_pieces_.size();
    long_pieces_[at] = {.hash = static_cast<std::uint32_t>(hash),
                        .offset = keep(token),
                        .size = static_cast<std::uint16_t>(token.size()),
                        .count = static_cast<std::uint16_t>(count)};
  }

  void fill_characters() {
    if (!strays_.empty()) return;  // a part could be looked up where only a whole piece may be
    characters_.assign(1 << 16, 0);
    bridges_.assign(vocabulary::bridge_bits / 64, 0);
    for (std::uint32_t point = 0x800; point < 0x10000; ++point)
      characters_[point] = static_cast<byte>(merged(utf8_of(point)).size());
    for (const std::string& token : source_.tokens) {
      std::string_view rest = token;
      for (std::string_view first = next_part(rest); !rest.empty();) {
        const std::string_view second = next_part(rest);
        bridge(first, second);
        first = second;
      }
    }
  }

  // Two parts of a token that stand side by side; the first may be the end of a character, the
  // second the beginning of one. Such a part is taken for every character that it could be of.
  void bridge(std::string_view first, std::string_view second) {
    const bool first_whole = is_three_bytes(first);
    const bool second_whole = is_three_bytes(second);
    if (first_whole && second_whole) {
      const std::size_t bit =
          vocabulary::bridge_bit(point_of_three(bytes_of(first)), point_of_three(bytes_of(second)));
      bridges_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    } else if (first_whole && starts_three_bytes(second)) {
      characters_[point_of_three(bytes_of(first))] |= vocabulary::open_right;
    } else if (second_whole && is_inner_byte(first[0])) {
      characters_[point_of_three(bytes_of(second))] |= vocabulary::open_left;
    } else if (is_inner_byte(first[0]) && starts_three_bytes(second)) {
      for (std::uint32_t point = 0x800; point < 0x10000; ++point) {
        if (utf8_of(point).ends_with(first)) characters_[point] |= vocabulary::open_right;
      }
    }
  }

  std::uint32_t keep(const std::string& token) {
    const auto offset = static_cast<std::uint32_t>(arena_.size());
    arena_.insert(arena_.end(), token.begin(), token.end());
    return offset;
  }
  [[nodiscard]] std::string_view arena_text(std::uint32_t offset, std::uint32_t size) const {
    return {reinterpret_cast<const char*>(&arena_[offset]), size};
  }

  const vocabulary_source& source_;
  std::unordered_map<std::uint64_t, std::uint32_t> merges_;
  std::array<std::uint32_t, 256> byte_symbols_{};
  std::vector<std::uint32_t> byte_pairs_;
  perfect_table<piece_key> pieces_;
  std::vector<vocabulary::long_piece> long_pieces_;
  perfect_table<std::uint64_t> pairs_;
  std::vector<std::uint32_t> links_;
  bool too_linked_ = false;
  std::vector<byte> arena_;
  std::vector<vocabulary::stray> strays_;
  std::vector<byte> characters_;
  std::vector<std::uint64_t> bridges_;
  std::size_t longest_ = 0;
};

}  // namespace

compiled_vocabulary compile_vocabulary(const vocabulary_source& source) {
  builder making(source);
  compiled_vocabulary out;
  out.error = making.run();
  if (out.error.empty()) out.block = making.block();
  return out;
}

}  // namespace stint::tokenizer
