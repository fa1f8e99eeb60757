// Tested by tests/gateway/memory/memory_budget_test.cpp and tests/end_to_end/memory_test.py.
#include "gateway/memory/memory_budget.hpp"

namespace stint {

// What finds no room is never counted, not for a moment: another thread would be refused what is there for it.
bool memory_budget::take(std::uint64_t bytes, std::uint64_t limit) noexcept {
  std::uint64_t before = used_.load(std::memory_order_relaxed);
  do {
    if (before > limit || bytes > limit - before) return false;
  } while (!used_.compare_exchange_weak(before, before + bytes, std::memory_order_relaxed));
  return true;
}

void memory_budget::give_back(std::uint64_t bytes) noexcept {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
}

bool memory_claim::grow(std::uint64_t bytes, std::uint64_t limit) noexcept {
  if (from_ == nullptr || bytes <= bytes_) return true;
  if (!from_->take(bytes - bytes_, limit)) return false;
  bytes_ = bytes;
  return true;
}

bool memory_claim::grow_answer(std::uint64_t bytes) noexcept {
  return from_ == nullptr || grow(bytes, from_->limit());
}

memory_verdict memory_claim::grow_body(std::string_view key, std::uint64_t bytes) {
  return grow_of_key(key, &memory_budget::account::body_bytes, bytes);
}

memory_verdict memory_claim::grow_parsed(std::string_view key, std::uint64_t bytes) {
  if (from_ == nullptr) return memory_verdict::granted;
  if (bytes > memory_budget::parsed_of_nobody_bytes)
    return grow_of_key(key, &memory_budget::account::parsed_bytes, bytes);
  return grow(bytes, from_->bodies_limit()) ? memory_verdict::granted : memory_verdict::all_is_full;
}

memory_verdict memory_claim::grow_of_key(std::string_view key,
                                         std::uint64_t memory_budget::account::*share,
                                         std::uint64_t bytes) {
  if (from_ == nullptr || bytes <= bytes_) return memory_verdict::granted;
  const std::scoped_lock lock(from_->mutex_);
  if (account_ == nullptr) {
    account_ = &*from_->of_keys_.try_emplace(std::string(key)).first;
    ++account_->second.claims;
    share_ = share;
  }
  const std::uint64_t more = bytes - bytes_of_key_;
  std::uint64_t& of_key = account_->second.*share_;
  if (of_key + more > from_->key_limit()) return memory_verdict::key_is_full;
  if (!grow(bytes, from_->bodies_limit())) return memory_verdict::all_is_full;
  of_key += more;
  bytes_of_key_ = bytes;
  return memory_verdict::granted;
}

void memory_claim::shrink(std::uint64_t bytes) noexcept {
  if (bytes >= bytes_) return;
  if (bytes_of_key_ > bytes) {
    const std::scoped_lock lock(from_->mutex_);
    account_->second.*share_ -= bytes_of_key_ - bytes;
    bytes_of_key_ = bytes;
  }
  from_->give_back(bytes_ - bytes);
  bytes_ = bytes;
}

void memory_claim::release() noexcept {
  if (account_ != nullptr) {
    const std::scoped_lock lock(from_->mutex_);
    account_->second.*share_ -= bytes_of_key_;
    if (--account_->second.claims == 0) from_->of_keys_.erase(account_->first);
    account_ = nullptr;
    bytes_of_key_ = 0;
  }
  if (bytes_ > 0) from_->give_back(bytes_);
  bytes_ = 0;
}

}  // namespace stint
