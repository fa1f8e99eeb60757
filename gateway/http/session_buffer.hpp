// The bytes a client sent and nobody has used yet. Storage never moves while a request is being
// served, so that views of its head stay valid; it grows only between requests. Belongs to one
// connection.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace stint {

class session_buffer {
 public:
  // Holds most heads with a small body in one read, without costing an idle stream much.
  static constexpr std::size_t initial_bytes = 8 * 1024;
  static constexpr std::size_t kept_bytes_max = 32 * 1024;

  session_buffer()
      : storage_(std::make_unique_for_overwrite<char[]>(initial_bytes)), capacity_(initial_bytes) {}

  [[nodiscard]] std::string_view unread() const noexcept {
    return {storage_.get() + begin_, end_ - begin_};
  }
  [[nodiscard]] std::size_t free_bytes() const noexcept { return capacity_ - end_; }
  [[nodiscard]] boost::asio::mutable_buffer free_space() noexcept {
    return boost::asio::buffer(storage_.get() + end_, free_bytes());
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  void received(std::size_t bytes) noexcept { end_ += bytes; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  // Moves the unread bytes to the front and makes room for `bytes` more. Only between requests:
  // views die here.
  void make_room(std::size_t bytes) {
    if (begin_ == end_) begin_ = end_ = 0;
    const std::size_t kept = end_ - begin_;
    // Each large request makes it a little larger; what one needed is not kept for ever.
    const bool too_large = capacity_ > kept_bytes_max && kept + bytes <= initial_bytes;
    if (capacity_ - end_ >= bytes && !too_large) return;
    if (capacity_ - kept < bytes || too_large) {
      const std::size_t size = too_large ? initial_bytes : kept + bytes;
      auto other = std::make_unique_for_overwrite<char[]>(size);
      std::memcpy(other.get(), storage_.get() + begin_, kept);
      storage_ = std::move(other);
      capacity_ = size;
    } else {
      std::memmove(storage_.get(), storage_.get() + begin_, kept);
    }
    begin_ = 0;
    end_ = kept;
  }

  // Where the unread bytes begin; with everything read, rewind() offers the room from there on
  // again. What lies before it (the head that views point into) is left alone.
  [[nodiscard]] std::size_t position() const noexcept { return begin_; }
  void rewind(std::size_t position) noexcept {
    if (begin_ == end_) begin_ = end_ = position;
  }

 private:
  std::unique_ptr<char[]> storage_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace stint
