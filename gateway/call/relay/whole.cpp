// Tested by tests/gateway/call/relay/whole_test.cpp and tests/end_to_end/upstream_fault_test.py.
#include "gateway/call/relay/whole.hpp"

#include <algorithm>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/relay/broken_answer.hpp"

namespace stint {

namespace {
// Reading so much JSON takes a quarter of a millisecond.
constexpr std::size_t read_here_bytes_max = 512 * 1024;

// `facts` are of the provider's head.
asio::awaitable<void> read_usage(const relay_order& order, std::string_view body,
                                 const answer_facts& facts, call_end& ended) {
  if (order.call == nullptr) co_return;
  // An error without usage was not billed; a success without usage was, so it is counted here.
  ended.generated = facts.status < 400;
  if (facts.coding == content_coding::unreadable) {
    ended.unknown = ended.generated && facts.status < 300;
    co_return;
  }
  service& shared = order.shared;
  auto read = [&] { ended.report = order.speaks.read_answer(body, ended.implausible); };
  auto count = [&] {
    ended.counted_output_tokens =
        order.speaks.count_answer(body, order.call->provider->counted(order.call->base_model));
  };
  if (body.size() <= read_here_bytes_max) {
    read();
  } else {
    co_await on_counting_pool(shared.counting, read);
  }
  if (ended.report || !ended.generated) co_return;
  if (body.size() <= shared.settings.limits.count_inline_bytes_max) {
    count();
  } else {
    co_await on_counting_pool(shared.counting, count);
  }
}

// A stream was asked for and something else comes, which cannot be followed: it may be as long as
// the bound. A no cannot stop the provider any more, which has generated it all by now: what it
// bills is settled, and flagged over_hold.
asio::awaitable<void> hold_bound(held_call& held) {
  running_hold& hold = held.hold();
  co_await hold.answered();
  if (hold.output_tokens() >= hold.bound_tokens()) co_return;
  held.ask(hold.bound_tokens(), 0);
  co_await hold.answered();
}

asio::awaitable<body_progress> read_all(answer_source& from, std::size_t bytes_max,
                                        std::string& body) {
  const std::uint64_t announced = from.facts().content_length;
  body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(announced, bytes_max)));
  body_progress progress = body_progress::more;
  while (progress == body_progress::more && body.size() <= bytes_max)
    progress = co_await from.read_piece(body, from.usual_patience());
  // One that is too large is given up like one that broke.
  co_return progress == body_progress::more ? body_progress::broken : progress;
}
}  // namespace

asio::awaitable<relayed> relay_whole(relay_order order, answer_source& from,
                                     client_presence& client) {
  const answer_facts& facts = from.facts();
  relayed made;
  call_end& ended = made.ended;
  ended.status = facts.status;
  ended.first_byte = facts.first_byte;
  if (order.call != nullptr && facts.status < 400) co_await hold_bound(order.held);
  whole_answer answer;
  const body_progress progress =
      co_await read_all(from, order.shared.settings.limits.answer_bytes_max, answer.body);
  client.unwatch_client();
  if (progress != body_progress::complete) {
    count_break(order.shared.metrics, from.provider(), progress);
    from.abandon();
    problem why = broken_answer(from.provider(), progress);
    ended.outcome = client.client_gone() ? call_outcome::client_gone : call_outcome::upstream_gone;
    ended.status = why.status;
    co_await read_usage(order, answer.body, facts, ended);
    ended.unknown = ended.generated;
    made.unsent = std::move(why);
    co_return made;
  }
  from.finish();
  ended.outcome = facts.status < 400 ? call_outcome::completed : call_outcome::upstream_error;
  if (client.client_gone()) ended.outcome = call_outcome::client_gone;
  co_await read_usage(order, answer.body, facts, ended);
  if (order.call != nullptr && facts.status == 401) {
    // The key that was wrong is ours, not the client's.
    made.unsent = make_problem(
        problem_kind::upstream_refused,
        "provider '" + from.provider().name + "' does not accept the gateway's credential");
    co_return made;
  }
  answer.status = facts.status;
  answer.fields = facts.fields;
  made.unsent = std::move(answer);
  co_return made;
}

}  // namespace stint
