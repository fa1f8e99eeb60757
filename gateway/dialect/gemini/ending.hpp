// The end of a Gemini stream that is cut before its provider ends it: what must be remembered of the
// chunks that were passed on, and the chunk that ends it as the provider itself does at
// maxOutputTokens. Belongs to one stream.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include "pricing/usage.hpp"

namespace stint {

class gemini_ending {
 public:
  gemini_ending(std::string_view model, std::int64_t candidates);

  // A chunk that the client got.
  void note(std::string_view chunk);
  // The client knows why each candidate ended. A stream may go on all the same: it is not finished again
  // once more text has come.
  [[nodiscard]] bool finished() const noexcept {
    return is_blocked_ || finished_.count() >= candidates_;
  }
  // One candidate for each that has not ended, and the usage.
  [[nodiscard]] std::string last_chunk(const usage& used) const;

 private:
  static constexpr std::size_t candidates_max = 128;

  std::string model_;  // as served, once a chunk has said so
  std::string id_;
  std::size_t candidates_;
  std::bitset<candidates_max> finished_;
  bool is_blocked_ = false;  // the prompt was refused: there are no candidates
};

}  // namespace stint
