// What is to be done with an answer: a function called once, with one argument. Unlike
// std::function it may hold what can only be moved (an awaiting coroutine's handler), and what fits
// in 64 bytes costs no allocation. Owned by the operation it answers; not thread-safe.
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace stint {

template <class Argument>
class completion {
 public:
  completion() noexcept = default;
  completion(std::nullptr_t) noexcept {}

  template <class Function>
  requires(!std::same_as<std::remove_cvref_t<Function>, completion> &&
           std::invocable<std::remove_cvref_t<Function>&, Argument>)
      completion(Function&& function) {
    using stored = std::remove_cvref_t<Function>;
    if constexpr (fits<stored>) {
      ::new (static_cast<void*>(storage_)) stored(std::forward<Function>(function));
      actions_ = &inline_actions<stored>;
    } else {
      ::new (static_cast<void*>(storage_)) stored*(new stored(std::forward<Function>(function)));
      actions_ = &heap_actions<stored>;
    }
  }

  completion(completion&& other) noexcept { take(other); }
  completion& operator=(completion&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;
  ~completion() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return actions_ != nullptr; }
  void operator()(Argument argument) {
    if (actions_ != nullptr) actions_->call(storage_, std::move(argument));
  }

 private:
  struct actions {
    void (*call)(void* at, Argument&& argument);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void* at) noexcept;
  };
  static constexpr std::size_t inline_bytes = 64;

  template <class Stored>
  static constexpr bool fits =
      sizeof(Stored) <= inline_bytes &&
      alignof(Stored) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<Stored>;

  template <class Stored>
  [[nodiscard]] static Stored& stored_at(void* at) noexcept {
    return *std::launder(static_cast<Stored*>(at));
  }

  template <class Stored>
  static constexpr actions inline_actions = {
      [](void* at, Argument&& argument) { stored_at<Stored>(at)(std::move(argument)); },
      [](void* from, void* to) noexcept {
        ::new (to) Stored(std::move(stored_at<Stored>(from)));
        stored_at<Stored>(from).~Stored();
      },
      [](void* at) noexcept { stored_at<Stored>(at).~Stored(); }};

  template <class Stored>
  static constexpr actions heap_actions = {
      [](void* at, Argument&& argument) { (*stored_at<Stored*>(at))(std::move(argument)); },
      [](void* from, void* to) noexcept { ::new (to) Stored*(stored_at<Stored*>(from)); },
      [](void* at) noexcept { delete stored_at<Stored*>(at); }};

  void take(completion& other) noexcept {
    actions_ = std::exchange(other.actions_, nullptr);
    if (actions_ != nullptr) actions_->move(other.storage_, storage_);
  }
  void reset() noexcept {
    if (actions_ != nullptr) std::exchange(actions_, nullptr)->destroy(storage_);
  }

  const actions* actions_ = nullptr;
  alignas(std::max_align_t) std::byte storage_[inline_bytes];
};

}  // namespace stint
