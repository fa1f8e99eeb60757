// Tested by tests/gateway/call/hold/late_count_test.cpp.
#include "gateway/call/hold/late_count.hpp"

#include <atomic>
#include <chrono>
#include <new>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/memory/memory_reserve.hpp"

namespace stint {

namespace asio = boost::asio;

// What the pool and the call share.
struct late_count::job {
  std::shared_ptr<const uncounted_prompt> prompt;
  std::atomic<bool> wanted{true};
  late_count* owner = nullptr;  // io thread only; null once the call is over, or has its count
  std::optional<tokenizer::prompt_tokens> counted;  // before is_over
  std::atomic<bool> is_over{false};
};

late_count::late_count(late_counting how, asio::io_context& home, examined_call& call,
                       std::function<void()> counted)
    : how_(how), home_(home), call_(call), counted_(std::move(counted)) {}

late_count::~late_count() {
  if (done_) return;
  how_.counts.prompt_counted(prompt_count_time::not_needed);
  if (!job_) return;
  job_->wanted.store(false, std::memory_order_relaxed);
  job_->owner = nullptr;
}

namespace {
// For a count of which nobody was told, for want of memory to tell with.
constexpr std::chrono::seconds look_again_after{1};

// Nothing: there is no memory to count with. The call is on its way already and has to be settled, if
// at the bound that let it in.
std::optional<tokenizer::prompt_tokens> counted_if_possible(const uncounted_prompt& prompt) {
  try {
    return prompt.count();
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}
}  // namespace

void late_count::begin() {
  if (done_ || job_) return;
  if (call_.text_bytes <= how_.inline_bytes_max) {
    return take(counted_if_possible(*call_.uncounted));
  }
  job_ = std::make_shared<job>();
  job_->prompt = call_.uncounted;
  job_->owner = this;
  // The pool is joined before the io contexts end.
  asio::post(how_.pool, [work = job_, home = &home_] {
    if (!work->wanted.load(std::memory_order_relaxed)) return;
    work->counted = counted_if_possible(*work->prompt);
    work->is_over.store(true, std::memory_order_release);
    try {
      asio::post(*home, [work] {
        if (work->owner != nullptr) work->owner->take(work->counted);
      });
    } catch (const std::bad_alloc&) {
      restore_memory_reserve();  // finish() looks by itself
    }
  });
}

void late_count::take(std::optional<tokenizer::prompt_tokens> prompt) {
  done_ = true;
  if (job_) job_->owner = nullptr;
  job_.reset();  // and with it the parsed request, which may be many times the body's size
  const tokenizer::prompt_tokens bound = call_.prompt;
  call_.take_count(prompt.value_or(bound));
  counted_();
  how_.counts.prompt_counted(prompt_count_time::after_forwarding);
  if (wake_) wake_->cancel();
}

asio::awaitable<void> late_count::finish() {
  constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
  begin();
  if (done_) co_return;
  wake_.emplace(home_);
  while (!done_) {
    wake_->expires_after(look_again_after);
    co_await wake_->async_wait(as_outcome);
    if (!done_ && job_->is_over.load(std::memory_order_acquire)) take(job_->counted);
  }
}

}  // namespace stint
