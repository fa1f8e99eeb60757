// An answer that came compressed, as it would have come otherwise: the relay meters and passes on
// what it means. Decodes no more at a time than a read of an answer that was not compressed brings.
// Belongs to one call, on its io thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/call/relay/answer_source.hpp"
#include "gateway/http/content_coding.hpp"

namespace stint {

class decoded_answer final : public answer_source {
 public:
  // As much as the connection's buffer holds: what the pace of streams is learnt from must not
  // depend on the coding.
  static constexpr std::size_t piece_bytes_max = 32 * 1024;

  // The coding of `from` can be decoded, and its fields say nothing of it any more.
  explicit decoded_answer(std::unique_ptr<answer_source> from)
      : from_(std::move(from)), decoder_(from_->facts().coding) {}

  [[nodiscard]] const answer_facts& facts() const noexcept override { return from_->facts(); }
  [[nodiscard]] const provider_config& provider() const noexcept override {
    return from_->provider();
  }
  // Broken, too, when the coding is corrupt, or has not ended where the body does.
  [[nodiscard]] asio::awaitable<body_progress> read_piece(
      std::string& out, std::chrono::milliseconds patience) override;
  // What came may be too little to decode anything of.
  [[nodiscard]] bool has_unread() const noexcept override { return has_more_; }
  // What the provider's compressor had not let out yet, when its connection ended, was generated
  // and will not come.
  [[nodiscard]] bool closed() const noexcept override {
    return from_->closed() && !has_more_ && decoder_.gave_all();
  }
  void half_close() noexcept override { from_->half_close(); }
  void hurry(std::chrono::milliseconds patience) noexcept override { from_->hurry(patience); }
  void finish() noexcept override { from_->finish(); }
  void abandon() noexcept override { from_->abandon(); }

 private:
  std::unique_ptr<answer_source> from_;
  content_decoder decoder_;
  std::string coded_;        // of the last read
  std::string_view unused_;  // its end
  bool has_more_ = false;    // of the last read: to be given out before the next one
  body_progress behind_ = body_progress::more;  // how it goes on behind the last read
};

}  // namespace stint
