// What the encoders of ledger_format share: the version in front of every value, times, and usage.
// Private to ledger_format*.cpp.
#pragma once

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

template <class Used, class Visitor>
void each_count(Used& used, Visitor&& visit) {
  for (auto* count : {&used.input_tokens, &used.cached_input_tokens, &used.cache_write_5m_tokens,
                      &used.cache_write_1h_tokens, &used.audio_input_tokens, &used.output_tokens,
                      &used.reasoning_tokens, &used.audio_output_tokens, &used.web_searches}) {
    visit(*count);
  }
}

inline void write_usage(byte_writer& write, const usage& used) {
  each_count(used, [&](const std::int64_t& count) { write.signed_number(count); });
}

inline void read_usage(byte_reader& read, usage& into) {
  each_count(into, [&](std::int64_t& count) { count = read.signed_number(); });
}

}  // namespace stint::ledger_format
