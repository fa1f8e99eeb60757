// Tested by tests/gateway/call/relay/told_tier_test.cpp.
#include "gateway/call/relay/told_tier.hpp"

#include <algorithm>
#include <cstddef>

#include "pricing/text/ascii.hpp"

namespace stint {

void take_told_tier(const dialect& speaks, std::string_view fields,
                    std::optional<usage_report>& report) {
  const std::string_view wanted = speaks.facts().tier_field;
  if (wanted.empty() || !report || report->tier || !report->tier_word.empty()) return;
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find("\r\n"));
    fields.remove_prefix(std::min(line.size() + 2, fields.size()));
    const std::size_t colon = line.find(':');
    if (colon != wanted.size() || !equals_ignoring_case(line.substr(0, colon), wanted)) continue;
    constexpr std::size_t word_bytes_max = 64;
    report->tier_word = without_surrounding_space(line.substr(colon + 1)).substr(0, word_bytes_max);
    report->tier = parse_service_tier(report->tier_word);
    return;
  }
}

}  // namespace stint
