// Tested by tests/tokenizer/prompt/prompt_tally_test.cpp, openai_chat_test.cpp and
// tests/tokenizer/calibration/calibrated_count_test.cpp.
#include "tokenizer/prompt/prompt_tally.hpp"

#include <cmath>

namespace stint::tokenizer {
namespace {

std::int64_t scaled(std::int64_t tokens, std::int64_t permille) noexcept {
  const std::int64_t product = saturating_multiply(tokens, permille);
  return product == INT64_MAX ? product : (product + 999) / 1000;
}

std::int32_t narrowed(std::int64_t tokens) noexcept {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(tokens, 0, INT32_MAX));
}

}  // namespace

std::string_view to_string(part_kind kind) noexcept {
  // clang-format off
  constexpr std::array<std::string_view, 19> words = {
      "learnt base", "request framing", "message framing", "role", "name", "system", "content",
      "thinking", "tool call", "tool result", "image", "audio", "file", "tool framing",
      "tool definitions", "tool choice", "response format", "hidden input", "other fields"};
  // clang-format on
  static_assert(words.size() == static_cast<std::size_t>(part_kind::other) + 1);
  return words[static_cast<std::size_t>(kind)];
}

void prompt_tally::show_to(count_observer& observer) {
  observer_ = &observer;
  const token_range base = {.expected = result().expected, .upper = result().upper_bound};
  if (base.upper == 0) return;
  counted_part part;
  part.kind = part_kind::learned_base;
  part.counted = part.total = base;
  observer.add(part);
}

void prompt_tally::show(token_range counted, const class_shares* sort) const {
  const prompt_tokens so_far = result();
  counted_part part;
  part.kind = kind_;
  part.message = message_;
  part.is_text = sort != nullptr;
  if (sort != nullptr && !model_.exact) part.sort = *sort;
  part.counted = counted;
  part.total = {.expected = so_far.expected, .upper = so_far.upper_bound};
  observer_->add(part);
}

prompt_features prompt_tally::features() const noexcept {
  prompt_features out;
  for (std::size_t i = 0; i < by_class_.size(); ++i)
    out.class_tokens[i] = narrowed(by_class_[i].expected);
  out.tools = narrowed(tools_);
  out.framing = narrowed(fixed_.expected - media_.expected - discount_);
  const bool is_whole = text_.upper <= INT32_MAX && fixed_.upper <= INT32_MAX;
  out.learnable = comparable_ && is_whole && measure_ == text_measure::tokens;
  return out;
}

token_range prompt_tally::by_factors() const noexcept {
  const std::int64_t expected =
      saturating_add(scaled(text_.expected, model_.factor_permille), fixed_.expected);
  return {.expected = expected - discount_,
          .upper = saturating_add(scaled(text_.upper, model_.upper_permille), fixed_.upper)};
}

// Media stay as they are. Of the fixed parts' bounds, what every request and tools may add is learnt;
// the rest (the framing of each message) varies from call to call and is kept. Text that is only bounded counts
// in the bound at its class's ratio.
token_range prompt_tally::by_calibration(prompt_features seen) const noexcept {
  token_range learned = learned_->of(seen);
  prompt_features at_most = seen;
  if (measure_ == text_measure::tokens) {
    for (std::size_t i = 0; i < by_class_.size(); ++i)
      at_most.class_tokens[i] = narrowed(by_class_[i].upper);
    learned.upper = learned_->of(at_most).upper;
  } else {
    // Bytes are of no class. An estimate grows with each class's tokens, and a bound is convex in
    // them, so no mixture of as many is above the dearest class alone.
    for (std::size_t i = 0; i < by_class_.size(); ++i) {
      at_most.class_tokens = {};
      at_most.class_tokens[i] = narrowed(text_.upper);
      const token_range alone = learned_->of(at_most);
      learned.expected = std::max(learned.expected, alone.expected);
      learned.upper = std::max(learned.upper, alone.upper);
    }
  }
  const std::int64_t slack = fixed_.upper - fixed_.expected - learned_slack_;
  return {.expected = saturating_add(learned.expected, media_.expected),
          .upper = saturating_add(saturating_add(learned.upper, media_.expected), slack)};
}

// A bound learnt from few calls goes from the fixed one down to its own. Above the fixed one it is
// believed at once.
std::int64_t prompt_tally::doubted(std::int64_t learned_upper) const noexcept {
  const std::int64_t fixed = by_factors().upper;
  if (fixed <= learned_upper) return learned_upper;
  const auto open = static_cast<double>(fixed - learned_upper);
  return learned_upper + static_cast<std::int64_t>(std::ceil(open * learned_->doubt()));
}

prompt_tokens prompt_tally::result() const noexcept {
  prompt_tokens out;
  out.features = features();
  // Beyond 2^31 nothing was learnt.
  const bool fits = text_.upper <= INT32_MAX || measure_ == text_measure::bytes;
  out.learned = learned_ != nullptr && learned_->is_fitted() && fits;
  token_range total = out.learned ? by_calibration(out.features) : by_factors();
  if (learned_ != nullptr) {
    if (out.learned && learned_->doubt() > 0) total.upper = doubted(total.upper);
    out.features.raised = learned_->raised(tools_ > 0);
    total.upper = saturating_add(total.upper, out.features.raised);
  }
  out.expected = std::max<std::int64_t>(0, total.expected);
  out.upper_bound = std::max(out.expected, total.upper);
  out.audio_tokens = std::min(audio_, out.upper_bound);
  out.exact = exact_;
  out.hidden_input = hidden_;
  return out;
}

}  // namespace stint::tokenizer
