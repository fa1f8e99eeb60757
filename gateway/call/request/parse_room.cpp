// Tested by tests/gateway/call/request/parse_room_test.cpp and tests/end_to_end/memory_test.py.
#include "gateway/call/request/parse_room.hpp"

#include <algorithm>
#include <array>

#include "gateway/call/request/read_body.hpp"

namespace stint {

namespace {
// Of any document, in a parser's capacities; all of it is written for "[1,1,1,…" alone.
constexpr std::uint64_t parsed_bytes_per_byte = 14;
// A comma and the number behind it: two entries of the index, two of the tape.
constexpr std::uint64_t bytes_per_mark = 24;
constexpr std::uint64_t bytes_of_any = 4'096;
constexpr std::uint64_t index_entry_bytes = 4;
constexpr std::uint64_t tape_entry_bytes = 8;

constexpr std::array<bool, 256> is_mark = [] {
  std::array<bool, 256> made{};
  for (const char mark : {'{', '}', '[', ']', ',', ':', '"'})
    made[static_cast<unsigned char>(mark)] = true;
  return made;
}();
}  // namespace

// What is reserved and never written takes no memory: of an image, or of prose, nearly all.
std::uint64_t parsed_bytes_of(std::string_view body) noexcept {
  std::uint64_t marks = 0;
  for (const char c : body)
    marks += is_mark[static_cast<unsigned char>(c)] ? 1U : 0U;
  return std::min<std::uint64_t>(body.size() + bytes_per_mark * marks + bytes_of_any,
                                 parsed_bytes_per_byte * body.size());
}

std::optional<problem> claim_parsed(const memory_budget& of, std::string_view key,
                                    std::string_view body, memory_claim& into) {
  // The body is looked through only where that matters, or it is long: what is parsed on an io thread has
  // so much for no longer than it is parsed.
  if (body.size() <= parsed_here_bytes_max) {
    const std::uint64_t any = parsed_bytes_per_byte * body.size();
    if (into.grow_parsed(key, any) == memory_verdict::granted) return std::nullopt;
  }
  const std::uint64_t bytes = parsed_bytes_of(body);
  const memory_verdict found = into.grow_parsed(key, bytes);
  if (found == memory_verdict::granted) return std::nullopt;
  return no_room_for_body(of, found, bytes);
}

void keep_written(const simdjson::dom::parser& parser, std::string_view body,
                  memory_claim& of) noexcept {
  // The tape's first word says where it ends (simdjson, doc/tape.md).
  constexpr std::uint64_t payload = (std::uint64_t{1} << 56) - 1;
  const std::uint64_t tape_entries = parser.doc.tape[0] & payload;
  of.shrink(body.size() + index_entry_bytes * parser.implementation->n_structural_indexes +
            tape_entry_bytes * tape_entries + bytes_of_any);
}

}  // namespace stint
