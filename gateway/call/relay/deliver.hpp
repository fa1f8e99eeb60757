// Writes what a call's settlement was waited for with: the whole answer with its cost, the end of a
// stream, or why there is none.
#pragma once

#include <cstdint>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/relay/answer_sink.hpp"
#include "gateway/call/relay/relayed.hpp"
#include "pricing/money.hpp"

namespace stint {

// What the client is told of the bill.
struct told_bill {
  bool metered = false;
  nanodollars cost;
  usage used;
  std::int64_t output_limit_tokens = 0;  // where the bound was lowered; else 0
  std::optional<cap_standing> tightest;
};

[[nodiscard]] asio::awaitable<void> deliver(unsent_answer unsent, const told_bill& bill,
                                            answer_sink& to);

}  // namespace stint
