// Tested by tests/gateway/call/relay/deliver_test.cpp.
#include "gateway/call/relay/deliver.hpp"

#include <string>
#include <utility>
#include <variant>

#include "gateway/call/relay/answer_head.hpp"

namespace stint {

namespace {
std::string tail_of(stream_end& last, const usage& used, const answer_sink& to) {
  std::string tail = std::move(last.passed);
  if (!last.meter) return tail;
  if (last.broken) {
    // An event that broke off stays behind: the error event would be glued to its half line and be
    // lost with it.
    last.meter->end_in_error(to.error_event(*last.broken), tail);
  } else if (last.cut) {
    last.meter->end_early(used, tail);
  } else {
    last.meter->release(tail);
  }
  return tail;
}
}  // namespace

asio::awaitable<void> deliver(unsent_answer unsent, const told_bill& bill, answer_sink& to) {
  if (auto* why = std::get_if<problem>(&unsent)) {
    // An answer that never came may have been generated, and is charged.
    if (bill.metered) add_cost_fields(bill.cost, bill.used, why->fields);
    add_budget_fields(bill.tightest, why->fields);
    co_await to.refuse(std::move(*why));
  } else if (auto* whole = std::get_if<whole_answer>(&unsent)) {
    add_limit_field(bill.output_limit_tokens, whole->fields);
    if (bill.metered) add_cost_fields(bill.cost, bill.used, whole->fields);
    add_budget_fields(bill.tightest, whole->fields);
    co_await to.write_whole(whole->status, whole->fields, whole->body);
  } else if (auto* last = std::get_if<stream_end>(&unsent)) {
    const std::string tail = tail_of(*last, bill.used, to);
    co_await to.write_chunk(tail, true);
  }
}

}  // namespace stint
