// Compares what the provider reports of a prompt with what was estimated, shows it in the metrics
// and teaches the learner, where the two can be compared at all.
#pragma once

#include <string_view>

#include "gateway/call/hold/call_end.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/learning/output_learner.hpp"
#include "gateway/learning/prompt_learner.hpp"
#include "gateway/metrics/metrics.hpp"

namespace stint {

// Who is taught, and where it is shown.
struct prompt_teaching {
  prompt_learner& learner;
  metrics& counts;
};

// Does not wait. Call once, for a call that is settled.
void teach_from(prompt_teaching to, const examined_call& call, tokenizer::chat_api api,
                const call_end& ended, std::string_view tenant) noexcept;

// The same for how much was generated.
void teach_output(output_learner& to, const examined_call& call, const call_end& ended,
                  const attribution& charged) noexcept;

// Calls that are expected to generate alike.
[[nodiscard]] output_key output_key_of(const attribution& charged) noexcept;

// The model that answered is the one that was asked, perhaps by its dated name.
[[nodiscard]] bool answered_by(std::string_view asked, std::string_view served) noexcept;

}  // namespace stint
