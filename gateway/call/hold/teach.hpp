// Compares what the provider reports of a prompt with what was estimated, shows it in the metrics
// and teaches the learner, where the two can be compared at all.
#pragma once

#include <string_view>

#include "gateway/call/hold/settlement.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/service/service.hpp"

namespace stint {

// Does not wait. Call once, for a call that is settled.
void teach_from(service& shared, const examined_call& call, tokenizer::chat_api api,
                const relay_outcome& ended, std::string_view tenant) noexcept;

// The same for how much was generated.
void teach_output(service& shared, const examined_call& call, const relay_outcome& ended,
                  const attribution& charged) noexcept;

// The model that answered is the one that was asked, perhaps by its dated name.
[[nodiscard]] bool answered_by(std::string_view asked, std::string_view served) noexcept;

}  // namespace stint
