// What the encoders of ledger_format share: the version in front of every value, times, and usage.
// Private to ledger_format*.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "budgets/store/byte_codec.hpp"
#include "pricing/usage.hpp"
#include "pricing/wall_time.hpp"

namespace stint::ledger_format {

// The first byte of every value: lets one kind of record change without a change of the others.
inline constexpr std::uint8_t record_version = 1;

inline void write_time(byte_writer& write, wall_time at) {
  write.signed_number(at.time_since_epoch().count());
}

[[nodiscard]] inline wall_time read_time(byte_reader& read) {
  return wall_time{std::chrono::microseconds{read.signed_number()}};
}

// Behind the version, which must be record_version; otherwise it has failed.
[[nodiscard]] inline byte_reader reader_of(std::string_view bytes) {
  byte_reader read(bytes);
  if (read.byte() != record_version) return byte_reader({});
  return read;
}

// For a kind of record that has changed: behind the version, which is 1 … `newest`; otherwise the
// version is 0.
struct versioned_reader {
  byte_reader read;
  std::uint8_t written_as = 0;
};
[[nodiscard]] inline versioned_reader reader_of(std::string_view bytes, std::uint8_t newest) {
  byte_reader read(bytes);
  const std::uint8_t written_as = read.byte();
  if (written_as == 0 || written_as > newest) return {byte_reader({}), 0};
  return {read, written_as};
}

// Which kinds there are, as bits in the order of usage_kinds, then how much of each.
inline void write_usage(byte_writer& write, const usage& used) {
  std::uint64_t present = 0;
  for (std::size_t at = 0; at < usage_kinds.size(); ++at) {
    if (used.*usage_kinds[at].count != 0) present |= std::uint64_t{1} << at;
  }
  write.number(present);
  for (const usage_kind& kind : usage_kinds) {
    if (used.*kind.count != 0) write.signed_number(used.*kind.count);
  }
}

inline void read_usage(byte_reader& read, usage& into) {
  const std::uint64_t present = read.number();
  if ((present >> usage_kinds.size()) != 0) read.refuse();
  for (std::size_t at = 0; at < usage_kinds.size(); ++at) {
    if ((present >> at & 1) != 0) into.*usage_kinds[at].count = read.signed_number();
  }
}

// As formats 1 and 2 wrote it: the nine kinds that there were, each in its place.
inline void read_dense_usage(byte_reader& read, usage& into) {
  for (std::size_t at = 0; at < 9; ++at)
    into.*usage_kinds[at].count = read.signed_number();
}

}  // namespace stint::ledger_format
