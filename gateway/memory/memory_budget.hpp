// How much memory the bodies, parsed prompts and whole answers of all calls in flight may take, and how
// much of it those of one key. Without it the limits for one call, times the connections there may be,
// are more than any machine has. What is small is not counted: short bodies take no lock.
//
// Bodies may take three quarters: a call that is refused for want of room has cost nothing yet, while
// the answer of one that was let in is paid for and must find room. Of one key, bodies and parsed prompts
// may take a quarter each: a call whose body is in finds room to be read, whatever the key's other bodies
// do, and what others have is never more than half taken. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace stint {

enum class memory_verdict : std::uint8_t { granted, key_is_full, all_is_full };

class memory_budget {
 public:
  // Of one body or answer, so much is not counted.
  static constexpr std::uint64_t uncounted_bytes = 64 * 1024;
  // Of what is read out of one body, so much is of no key's share: about what such a body can come to.
  static constexpr std::uint64_t parsed_of_nobody_bytes = 1024 * 1024;

  // Before the first claim.
  void set_limit(std::uint64_t bytes) noexcept { limit_ = bytes; }
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::uint64_t bodies_limit() const noexcept { return limit_ - limit_ / 4; }
  [[nodiscard]] std::uint64_t key_limit() const noexcept { return limit_ / 4; }
  [[nodiscard]] std::uint64_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }

 private:
  friend class memory_claim;
  struct account {
    std::uint64_t body_bytes = 0;
    std::uint64_t parsed_bytes = 0;
    std::uint64_t claims = 0;
  };
  using accounts = std::unordered_map<std::string, account>;

  [[nodiscard]] bool take(std::uint64_t bytes, std::uint64_t limit) noexcept;
  void give_back(std::uint64_t bytes) noexcept;

  std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();
  std::atomic<std::uint64_t> used_{0};
  std::mutex mutex_;
  accounts of_keys_;
};

// What one body, parsed prompt or answer has of it; given back at the latest when this ends. Belongs to
// one thread at a time. The budget outlives it.
class memory_claim {
 public:
  memory_claim() noexcept = default;
  explicit memory_claim(memory_budget& from) noexcept : from_(&from) {}
  ~memory_claim() { release(); }
  memory_claim(memory_claim&& other) noexcept { swap(other); }
  memory_claim& operator=(memory_claim&& other) noexcept {
    swap(other);
    return *this;
  }

  // Has so many bytes in all from then on; nothing changes where they are not granted. All of one claim
  // are of one key and one kind.
  [[nodiscard]] memory_verdict grow_body(std::string_view key, std::uint64_t bytes);
  // What is small is of no key's share, and takes no lock.
  [[nodiscard]] memory_verdict grow_parsed(std::string_view key, std::uint64_t bytes);
  // The same, for what is of no key's share.
  [[nodiscard]] bool grow_answer(std::uint64_t bytes) noexcept;
  // Has no more than so many from then on.
  void shrink(std::uint64_t bytes) noexcept;
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  void release() noexcept;

 private:
  void swap(memory_claim& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(account_, other.account_);
    std::swap(share_, other.share_);
    std::swap(bytes_, other.bytes_);
    std::swap(bytes_of_key_, other.bytes_of_key_);
  }
  [[nodiscard]] bool grow(std::uint64_t bytes, std::uint64_t limit) noexcept;
  [[nodiscard]] memory_verdict grow_of_key(std::string_view key,
                                           std::uint64_t memory_budget::account::*share,
                                           std::uint64_t bytes);

  memory_budget* from_ = nullptr;  // null: everything is granted
  memory_budget::accounts::value_type* account_ = nullptr;
  std::uint64_t memory_budget::account::*share_ = nullptr;  // of the account, which one
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_of_key_ = 0;  // what of them the account counts
};

}  // namespace stint
