// Both ends of a relay without a socket: a provider's answer that comes as a test wrote it down, and a
// client that remembers what it got, and can be made to go, to be slow, or to take nothing more.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/call/relay/answer_sink.hpp"
#include "gateway/call/relay/answer_source.hpp"
#include "gateway/dialect/table.hpp"

namespace stint {

// Gives its steps one by one; after the last of them the answer is complete.
class fake_source final : public answer_source {
 public:
  struct step {
    std::string bytes;
    body_progress progress = body_progress::more;
    std::function<void()> meanwhile;     // happens while the step is waited for
    std::chrono::milliseconds takes{0};  // more than the reader's patience: it times out
    bool closes = false;                 // nothing is on its way any more
  };

  [[nodiscard]] const answer_facts& facts() const noexcept override { return said; }
  [[nodiscard]] const provider_config& provider() const noexcept override { return from; }
  [[nodiscard]] boost::asio::awaitable<body_progress> read_piece(
      std::string& out, std::chrono::milliseconds patience) override {
    patiences.push_back(patience);
    if (steps.empty()) co_return body_progress::complete;
    const step next = std::move(steps.front());
    steps.pop_front();
    if (next.meanwhile) next.meanwhile();
    boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor,
                                    std::min(next.takes, patience));
    co_await pause.async_wait(boost::asio::use_awaitable);
    if (next.takes > patience) co_return body_progress::timed_out;
    out += next.bytes;
    given += next.bytes;
    is_closed = is_closed || next.closes;
    co_return next.progress;
  }
  [[nodiscard]] bool has_unread() const noexcept override { return has_first_piece; }
  [[nodiscard]] bool closed() const noexcept override { return is_closed; }
  void half_close() noexcept override {
    ++half_closed;
    if (when_half_closed) std::exchange(when_half_closed, nullptr)();
  }
  void hurry(std::chrono::milliseconds patience) noexcept override { hurried.push_back(patience); }
  void finish() noexcept override { ++finished; }
  void abandon() noexcept override { ++abandoned; }

  void gives(std::string bytes, std::function<void()> meanwhile = nullptr) {
    step next;
    next.bytes = std::move(bytes);
    next.meanwhile = std::move(meanwhile);
    steps.push_back(std::move(next));
  }
  void ends(body_progress how, std::string bytes = {}) {
    step last;
    last.bytes = std::move(bytes);
    last.progress = how;
    last.closes = how == body_progress::broken;
    steps.push_back(std::move(last));
  }

  answer_facts said;
  provider_config from;
  std::deque<step> steps;
  std::function<void()> when_half_closed;
  bool is_closed = false;
  bool has_first_piece = false;  // it came with the head

  std::string given;
  std::vector<std::chrono::milliseconds> patiences;
  std::vector<std::chrono::milliseconds> hurried;
  int half_closed = 0;
  int finished = 0;
  int abandoned = 0;
};

// A client that remembers what it was written.
class fake_sink final : public answer_sink {
 public:
  fake_sink(const dialect& spoken, fake_client& reader) : speaks(spoken), at(reader) {}

  [[nodiscard]] client_presence& client() noexcept override { return at; }
  [[nodiscard]] boost::asio::awaitable<bool> write_whole(int told, std::string_view lines,
                                                         std::string_view content) override {
    ++wholes;
    status = told;
    fields = lines;
    body = content;
    return written();
  }
  [[nodiscard]] boost::asio::awaitable<bool> begin_stream(int told, std::string_view lines,
                                                          bool goes_on) override {
    ++begun;
    head_waited = goes_on;
    status = told;
    fields = lines;
    return written();
  }
  [[nodiscard]] boost::asio::awaitable<bool> write_chunk(std::string_view content,
                                                         bool is_last) override {
    chunks.emplace_back(content);
    lasts += is_last ? 1 : 0;
    return written();
  }
  [[nodiscard]] boost::asio::awaitable<void> refuse(problem why) override {
    refusals.push_back(std::move(why));
    co_return;
  }
  [[nodiscard]] std::string error_event(const problem& why) const override {
    return speaks.error_event(why, call_id());
  }
  void close_afterwards() noexcept override { ++closes; }

  [[nodiscard]] std::string passed() const {
    std::string all;
    for (const std::string& chunk : chunks)
      all += chunk;
    return all;
  }

  const dialect& speaks;
  fake_client& at;
  int writes_left = 1'000'000;  // then the client is found gone
  // Happens while the client takes a chunk.
  std::function<boost::asio::awaitable<void>()> while_taking;

  int status = 0;
  std::string fields;
  std::string body;
  std::vector<std::string> chunks;
  std::vector<problem> refusals;
  int wholes = 0;
  int begun = 0;
  bool head_waited = false;
  int lasts = 0;
  int closes = 0;

 private:
  boost::asio::awaitable<bool> written() {
    if (while_taking && !chunks.empty()) co_await while_taking();
    if (writes_left-- > 0) co_return true;
    at.left_unnoticed = true;
    at.look_for_client();
    co_return false;
  }
};

// A meter that remembers what it was given, and whose endings say which they are.
class fake_meter final : public stream_meter {
 public:
  void consume(std::string_view bytes, std::string& out) override {
    consumed += bytes;
    if (passes) out += bytes;
  }
  void release(std::string& out) override { out += "[the rest]"; }
  void stop_passing() noexcept override { passes = false; }
  void end_early(const usage& used, std::string& out) const override {
    out += "[ended at " + std::to_string(used.output_tokens) + "]";
  }
  [[nodiscard]] bool generating() const noexcept override { return true; }
  [[nodiscard]] bool complete() const noexcept override { return false; }
  [[nodiscard]] std::optional<usage_report> reported() const override { return std::nullopt; }
  [[nodiscard]] bool saw_implausible_usage() const noexcept override { return false; }
  [[nodiscard]] std::optional<usage> reported_input() const override { return std::nullopt; }
  [[nodiscard]] std::int64_t counted_output_tokens() override { return 0; }
  [[nodiscard]] std::int64_t output_tokens_bound() const noexcept override { return 0; }
  [[nodiscard]] std::size_t recount_bytes() const noexcept override { return 0; }
  [[nodiscard]] bool saw_error() const noexcept override { return false; }

  std::string consumed;
  bool passes = true;
};

}  // namespace stint
