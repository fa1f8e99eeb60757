// Tested by tests/gateway/config/config_test.cpp.
#include "gateway/config/admission.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stint {
namespace {

// Longer than clients wait for the head of an answer.
constexpr std::int64_t wait_ms_max = 600'000;
constexpr std::int64_t tokens_max = 1'000'000;

}  // namespace

void read_admission(config_section& file, config_reading& run) {
  static const std::vector<std::pair<std::string, bool>> holds = {{"learned", true},
                                                                  {"bound", false}};
  static const std::vector<std::pair<std::string, bool>> unknown_calls = {{"hold", true},
                                                                          {"prompt", false}};
  auto section = file.section("admission");
  admission_config& into = run.into.admission;
  section.read("uncounted_room_share", into.uncounted_room_share, {0, 1'000'000});
  if (const auto word = section.text("output_holds")) {
    if (const auto chosen = choose(*word, holds, run.mistakes)) into.learned_holds = *chosen;
  }
  section.read("output_quantile", into.output_quantile, {50, 100});
  section.read("first_output_tokens", into.first_output_tokens, {1, tokens_max});
  section.read("output_min_tokens", into.output_min_tokens, {1, tokens_max});
  section.read("stream_margin_tokens", into.stream_margin_tokens, {1, tokens_max});
  section.read_duration_ms("wait", into.wait_ms, {0, wait_ms_max});
  if (const auto word = section.text("unknown_calls")) {
    if (const auto chosen = choose(*word, unknown_calls, run.mistakes))
      into.unknown_at_hold = *chosen;
  }
  section.read("unseen_tokens_per_second", into.unseen_tokens_per_second, {1, tokens_max});
  section.finish();
}

}  // namespace stint
