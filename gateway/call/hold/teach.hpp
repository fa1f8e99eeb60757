// Compares what the provider reports of a prompt with what was estimated, shows it in the metrics
// and teaches the learner, where the two can be compared at all.
#pragma once

#include <string_view>

#include "gateway/call/hold/call_end.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/service/service.hpp"

namespace stint {

// Does not wait. Call once, for a call that is settled.
void teach_from(service& shared, const examined_call& call, tokenizer::chat_api api,
                const call_end& ended, std::string_view tenant) noexcept;

// The same for how much was generated.
void teach_output(service& shared, const examined_call& call, const call_end& ended,
                  const attribution& charged) noexcept;

// Calls that are expected to generate alike.
[[nodiscard]] output_key output_key_of(const attribution& charged) noexcept;

// The model that answered is the one that was asked, perhaps by its dated name.
[[nodiscard]] bool answered_by(std::string_view asked, std::string_view served) noexcept;

}  // namespace stint
