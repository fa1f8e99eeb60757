// The running sum of a prompt: text, whose count is scaled at the end where the model's tokenizer
// is not public, and fixed amounts (framing, images), which are not. Saturating: a hostile request
// cannot make it wrap. Not thread-safe; one per request.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "tokenizer/encoding.hpp"
#include "tokenizer/prompt_count.hpp"

namespace stint::tokenizer {

[[nodiscard]] inline std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

[[nodiscard]] inline std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

// An estimate and what it cannot exceed. Both ≥ 0.
struct token_range {
  std::int64_t expected = 0;
  std::int64_t upper = 0;
};

// What a text's amount is: its tokens, or as many as its bytes allow, which costs nothing to know.
enum class text_measure : std::uint8_t { tokens, bytes };

class prompt_tally {
 public:
  prompt_tally(const model_encoding& model, text_measure measure) noexcept
      : model_(model), measure_(measure), exact_(model.exact) {}

  [[nodiscard]] text_measure measure() const noexcept { return measure_; }
  [[nodiscard]] std::int64_t count(std::string_view text) const noexcept {
    return measure_ == text_measure::tokens ? model_.text->count(text) : count_bytes(text.size());
  }
  // Of text that is not there, but known to be so long at most.
  [[nodiscard]] std::int64_t count_bytes(std::size_t bytes) const noexcept {
    return model_.text->tokens_max(bytes);
  }
  [[nodiscard]] const encoding& words() const noexcept { return *model_.text; }

  void add_text(std::string_view text) noexcept { add_text_tokens(count(text)); }
  void add_text_tokens(std::int64_t tokens) noexcept {
    add(text_, {.expected = tokens, .upper = tokens});
  }
  // Text of which only a bound is known: what the provider really renders is not public.
  void add_estimated_text(token_range tokens) noexcept {
    add(text_, tokens);
    exact_ = false;
  }
  // Amounts in the provider's own tokens, known for sure.
  void add_fixed(std::int64_t tokens) noexcept {
    add(fixed_, {.expected = tokens, .upper = tokens});
  }
  void add_estimated(token_range tokens) noexcept {
    add(fixed_, tokens);
    exact_ = false;
  }
  void add_audio(token_range tokens) noexcept {
    add_estimated(tokens);
    audio_ = saturating_add(audio_, tokens.upper);
  }
  void add_hidden(token_range tokens) noexcept {
    add_estimated(tokens);
    hidden_ = true;
  }
  // What an estimated rendering saves against its parts; the upper bound does without.
  void discount_estimate(std::int64_t tokens) noexcept {
    discount_ += tokens;
    exact_ = false;
  }
  void mark_estimated() noexcept { exact_ = false; }

  // All text so far, before any factor.
  [[nodiscard]] std::int64_t text() const noexcept { return text_.upper; }
  [[nodiscard]] prompt_tokens result() const noexcept {
    prompt_tokens out;
    const std::int64_t expected =
        saturating_add(scaled(text_.expected, model_.factor_permille), fixed_.expected);
    out.expected = std::max<std::int64_t>(0, expected - discount_);
    const std::int64_t upper =
        saturating_add(scaled(text_.upper, model_.upper_permille), fixed_.upper);
    out.upper_bound = std::max(out.expected, upper);
    out.audio_tokens = std::min(audio_, out.upper_bound);
    out.exact = exact_;
    out.hidden_input = hidden_;
    return out;
  }

 private:
  static void add(token_range& sum, token_range more) noexcept {
    sum.expected = saturating_add(sum.expected, more.expected);
    sum.upper = saturating_add(sum.upper, std::max(more.expected, more.upper));
  }
  static std::int64_t scaled(std::int64_t tokens, std::int64_t permille) noexcept {
    const std::int64_t product = saturating_multiply(tokens, permille);
    return product == INT64_MAX ? product : (product + 999) / 1000;
  }

  model_encoding model_;
  text_measure measure_;
  token_range text_;
  token_range fixed_;
  std::int64_t audio_ = 0;
  std::int64_t discount_ = 0;
  bool exact_;
  bool hidden_ = false;
};

}  // namespace stint::tokenizer
