// Tested by tests/gateway/cli/commands_test.cpp.
#include "gateway/cli/range_options.hpp"

#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"

namespace stint {

wall_time from_option(const std::string& word, wall_time now) {
  if (const auto from = first_moment(word, now)) return *from;
  throw misuse(
      "--from: expected today, yesterday, month, a date like 2026-11-01 or a time like "
      "2026-11-01T12:00:00Z");
}

wall_time to_option(const std::string& word, wall_time now) {
  if (const auto to = end_moment(word, now)) return *to;
  throw misuse(
      "--to: expected now, today, yesterday, a date like 2026-11-30 or a time like "
      "2026-11-30T12:00:00Z");
}

}  // namespace stint
