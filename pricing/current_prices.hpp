// The price book by which new calls are priced. It may be replaced while calls run: each takes the one that is current when
// it arrives, and keeps it from its hold to its settlement. Thread-safe; taking it holds one of the standard library's locks
// for as long as a pointer is copied.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "pricing/price_book.hpp"

namespace stint {

class current_prices {
 public:
  explicit current_prices(price_book book)
      : book_(std::make_shared<const price_book>(std::move(book))) {}

  // Lives as long as somebody has it.
  [[nodiscard]] std::shared_ptr<const price_book> get() const noexcept {
    return std::atomic_load(&book_);
  }
  void replace(price_book book) {
    std::atomic_store(&book_, std::shared_ptr<const price_book>(
                                  std::make_shared<const price_book>(std::move(book))));
  }

 private:
  std::shared_ptr<const price_book> book_;
};

}  // namespace stint
