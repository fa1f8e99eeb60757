// Tested by tests/gateway/call/hold/running_hold_test.cpp.
#include "gateway/call/hold/running_hold.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/call/hold/ledger_wait.hpp"

namespace stint {

namespace asio = boost::asio;

running_hold::running_hold(ledger_thread& ledger, asio::io_context& home, const hold_request& held,
                           const admission& admitted) noexcept
    : ledger_(ledger),
      home_(home),
      held_(held),
      bound_tokens_(admitted.output_tokens),
      output_tokens_(admitted.held_output_tokens) {}

running_hold::~running_hold() {
  if (asked_) asked_->owner = nullptr;
}

void running_hold::ask(std::int64_t output_tokens, const usage& known, nanodollars known_cost) {
  const std::int64_t wanted = std::min(output_tokens, bound_tokens_);
  hold_extension what;
  what.id = held_.id;
  what.past_bound = bound_tokens_ == usage_count_max;
  what.to = with_output(held_, wanted);
  what.known = known;
  what.known_cost = known_cost;
  asked_ = std::make_shared<question>();
  asked_->owner = this;
  // The settlement is answered after this, so the io thread is there for the answer.
  auto answer = [asked = asked_, wanted, home = &home_](const extension& got) {
    asio::post(*home, [asked, wanted, granted = got.granted] {
      if (asked->owner != nullptr) asked->owner->take(wanted, granted);
    });
  };
  ledger_.extend(std::move(what), std::move(answer));
}

void running_hold::take(std::int64_t output_tokens, bool granted) noexcept {
  asked_.reset();
  refusals_ = granted ? 0 : refusals_ + 1;
  if (granted) output_tokens_ = output_tokens;
  if (wake_) wake_->cancel();
}

asio::awaitable<void> running_hold::answered() {
  constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
  if (!asking()) co_return;
  if (!wake_) wake_.emplace(home_);
  const auto until = monotonic::now() + ledger_patience;
  wake_->expires_at(until);
  while (asking()) {
    co_await wake_->async_wait(as_outcome);
    if (!asking() || monotonic::now() < until) continue;
    asked_->owner = nullptr;
    asked_.reset();
    ++refusals_;
  }
}

}  // namespace stint
