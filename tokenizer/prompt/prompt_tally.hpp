// The running sum of a prompt: text, whose count is scaled at the end where the model's tokenizer
// is not public, and fixed amounts (framing, images), which are not. Saturating: a hostile request
// cannot make it wrap. Not thread-safe; one per request.
//
// Text is also summed by content class, and what it cannot be compared with is noted, so that the
// call can teach a calibration (calibration.hpp), and be estimated by one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "tokenizer/calibration/fit.hpp"
#include "tokenizer/models/model_encoding.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint::tokenizer {

[[nodiscard]] inline std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

[[nodiscard]] inline std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

// What a text's amount is: its tokens, or as many as its bytes allow, which costs nothing to know.
enum class text_measure : std::uint8_t { tokens, bytes };

class prompt_tally {
 public:
  // `learned` may be null.
  prompt_tally(const model_encoding& model, text_measure measure, const learned_estimate* learned,
               known_counts known = {}) noexcept
      : model_(model),
        measure_(measure),
        learned_(model.exact ? nullptr : learned),
        known_(known),
        exact_(model.exact),
        comparable_(!model.exact) {}

  [[nodiscard]] text_measure measure() const noexcept { return measure_; }
  [[nodiscard]] std::int64_t count(std::string_view text) const {
    if (measure_ == text_measure::bytes) return count_bytes(text.size());
    if (known_.memo == nullptr || text.size() < segment_memo::text_bytes_min) {
      return model_.text->count(text);
    }
    return known_.memo->count(*model_.text, known_.scope, text);
  }
  // Of text that is not there, but known to be so long at most.
  [[nodiscard]] std::int64_t count_bytes(std::size_t bytes) const noexcept {
    return model_.text->tokens_max(bytes);
  }
  [[nodiscard]] const encoding& words() const noexcept { return *model_.text; }

  void add_text(std::string_view text) {
    const std::int64_t tokens = count(text);
    add(text_, {.expected = tokens, .upper = tokens});
    class_shares shares{};
    // Classes are of use only where the tokenizer is not public.
    if (!model_.exact && measure_ == text_measure::tokens) {
      shares = content_shares(text);
      const auto parts = split_by_class(tokens, shares);
      for (std::size_t i = 0; i < parts.size(); ++i)
        add(by_class_[i], {.expected = parts[i], .upper = parts[i]});
    }
    show_text({.expected = tokens, .upper = tokens}, shares);
  }
  // Text that was counted elsewhere.
  void add_text_tokens(std::int64_t tokens, content_class sort) noexcept {
    add(text_, {.expected = tokens, .upper = tokens});
    add(by_class_[static_cast<std::size_t>(sort)], {.expected = tokens, .upper = tokens});
    show_text({.expected = tokens, .upper = tokens}, shares_of(sort));
  }
  // Text of which only a bound is known: what the provider really renders is not public.
  void add_estimated_text(token_range tokens, content_class sort) noexcept {
    add(text_, tokens);
    add(by_class_[static_cast<std::size_t>(sort)], tokens);
    exact_ = false;
    show_text(tokens, shares_of(sort));
  }
  // Amounts in the provider's own tokens, known for sure.
  void add_fixed(std::int64_t tokens) noexcept {
    add(fixed_, {.expected = tokens, .upper = tokens});
    show_fixed({.expected = tokens, .upper = tokens});
  }
  void add_estimated(token_range tokens) noexcept {
    add(fixed_, tokens);
    exact_ = false;
    show_fixed(tokens);
  }
  // What is added to every request alike: a calibration learns it.
  void add_request_framing(token_range tokens) noexcept {
    learned_slack_ = saturating_add(learned_slack_, tokens.upper - tokens.expected);
    add_estimated(tokens);
  }
  // What tools add besides their text: a calibration learns it.
  void add_tool_framing(token_range tokens, std::int64_t definitions) noexcept {
    learned_slack_ = saturating_add(learned_slack_, tokens.upper - tokens.expected);
    tools_ = saturating_add(tools_, definitions);
    add_estimated(tokens);
  }
  void add_media(token_range tokens) noexcept {
    add(media_, tokens);
    comparable_ = false;
    add_estimated(tokens);
  }
  void add_audio(token_range tokens) noexcept {
    add_media(tokens);
    audio_ = saturating_add(audio_, tokens.upper);
  }
  void add_hidden(token_range tokens) noexcept {
    add_media(tokens);
    hidden_ = true;
  }
  // What an estimated rendering saves against its parts; the upper bound does without.
  void discount_estimate(std::int64_t tokens) noexcept {
    discount_ += tokens;
    exact_ = false;
    show_fixed({.expected = -tokens, .upper = 0});
  }
  void mark_estimated() noexcept { exact_ = false; }
  // The provider may leave out what was counted, or add to it: no calibration learns from this.
  void mark_incomparable() noexcept {
    exact_ = false;
    comparable_ = false;
  }

  // Once a request: what announces that documents are to be cited is not added for each.
  [[nodiscard]] bool is_first_citation() noexcept { return !std::exchange(cites_, true); }

  // What the next amounts are; only an observer sees it.
  void enter(part_kind kind) noexcept { kind_ = kind; }
  void enter_message(std::int32_t index) noexcept {
    kind_ = part_kind::message_framing;
    message_ = index;
  }
  void leave_messages() noexcept { message_ = -1; }
  void show_to(count_observer& observer);

  // All text so far, before any factor.
  [[nodiscard]] std::int64_t text() const noexcept { return text_.upper; }
  [[nodiscard]] prompt_tokens result() const noexcept;

 private:
  [[nodiscard]] static class_shares shares_of(content_class sort) noexcept {
    class_shares shares{};
    shares[static_cast<std::size_t>(sort)] = 1;
    return shares;
  }
  void show_text(token_range counted, const class_shares& sort) const noexcept {
    if (observer_ != nullptr) show(counted, &sort);
  }
  void show_fixed(token_range counted) const noexcept {
    if (observer_ != nullptr) show(counted, nullptr);
  }
  void show(token_range counted, const class_shares* sort) const;
  static void add(token_range& sum, token_range more) noexcept {
    sum.expected = saturating_add(sum.expected, more.expected);
    sum.upper = saturating_add(sum.upper, std::max(more.expected, more.upper));
  }
  [[nodiscard]] prompt_features features() const noexcept;
  [[nodiscard]] token_range by_factors() const noexcept;
  [[nodiscard]] token_range by_calibration(prompt_features seen) const noexcept;
  [[nodiscard]] std::int64_t doubted(std::int64_t learned_upper) const noexcept;

  model_encoding model_;
  text_measure measure_;
  const learned_estimate* learned_;
  known_counts known_;
  token_range text_;
  // Of text_, when it is measured in tokens of a model whose tokenizer is not public.
  std::array<token_range, content_class_count> by_class_{};
  token_range fixed_;  // media_ included
  token_range media_;
  std::int64_t tools_ = 0;
  std::int64_t learned_slack_ = 0;
  std::int64_t audio_ = 0;
  std::int64_t discount_ = 0;
  bool exact_;
  bool comparable_;
  bool hidden_ = false;
  bool cites_ = false;
  count_observer* observer_ = nullptr;
  part_kind kind_ = part_kind::request_framing;
  std::int32_t message_ = -1;
};

}  // namespace stint::tokenizer
