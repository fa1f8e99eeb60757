// Tested by tests/gateway/call/relay/whole_test.cpp and tests/end_to_end/upstream_fault_test.py.
#include "gateway/call/relay/whole.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/hold/weigh_report.hpp"
#include "gateway/call/relay/broken_answer.hpp"
#include "gateway/call/relay/told_tier.hpp"
#include "gateway/dialect/parts/event_stream.hpp"

namespace stint {

namespace {
// Reading so much JSON takes a quarter of a millisecond.
constexpr std::size_t read_here_bytes_max = 512 * 1024;

// Events came where one answer was asked for, or without saying what they are. A client that asked for
// a stream gets it as one, without the usage that only we had asked for.
void read_events(const relay_order& order, std::string& body, call_end& ended) {
  const examined_call& call = *order.call;
  const chat_request billing = call.billing();
  const auto meter = order.speaks.meter_stream(call.provider->counted(call.base_model), billing);
  std::string passed;
  meter->consume(body, passed);
  ended.report = meter->reported();
  ended.input_report = meter->reported_input();
  ended.implausible = meter->saw_implausible_usage();
  ended.no_answer = ended.generated && meter->failed_at_once();
  // Also beside a report, which may prove to be too wild to be believed.
  ended.counted_output_tokens = meter->counted_output_tokens();
  if (!call.request.stream) return;
  meter->release(passed);
  body = std::move(passed);
}

// Runs `work` here when it is about little, else on the counting pool.
template <typename Work>
asio::awaitable<void> run_for(const relay_order& order, bool is_little, Work& work) {
  if (is_little) {
    work();
  } else {
    co_await on_counting_pool(order.counting, work);
  }
}

// A success without usage: counted where it has text, and else told for what it is.
void judge_unreported(answer_nature nature, call_end& ended) {
  ended.no_answer = nature == answer_nature::none;
  ended.unknown = nature == answer_nature::unreadable;
}

// `facts` are the provider's; `is_whole`: the body did not break off.
asio::awaitable<void> read_usage(const relay_order& order, const answer_facts& facts, bool is_whole,
                                 std::string& body, call_end& ended) {
  if (order.call == nullptr) co_return;
  const limits_config& limits = order.settings.limits;
  const bool is_stream = begins_as_event_stream(body);
  // An error without usage was not billed; a success without usage was, so it is counted here.
  ended.generated = facts.status < 300;
  ended.no_answer = facts.is_redirect();
  if (facts.coding == content_coding::unreadable) {
    ended.unknown = ended.generated;
    co_return;
  }
  auto read = [&] {
    if (is_stream) return read_events(order, body, ended);
    ended.report = order.speaks.read_answer(body, ended.implausible);
    if (ended.report) ended.answer_id = ended.report->id;
  };
  const auto bytes = static_cast<std::int64_t>(body.size());
  const std::size_t most = is_stream ? limits.count_inline_bytes_max : read_here_bytes_max;
  co_await run_for(order, body.size() <= most, read);
  take_told_tier(order.speaks, facts.fields, ended.report);
  weigh_report(order.prices, *order.call, bytes, ended);
  if (!ended.report && ended.generated && !is_stream) {
    auto count = [&] {
      if (is_whole) judge_unreported(order.speaks.nature_of(body), ended);
      if (ended.no_answer) return;
      ended.counted_output_tokens =
          order.speaks.count_answer(body, order.call->provider->counted(order.call->base_model));
    };
    co_await run_for(order, body.size() <= limits.count_inline_bytes_max, count);
  }
  if (ended.no_answer) ended.generated = false;
}

// A stream was asked for and something else comes, which cannot be followed: it may be as long as
// the bound. A no cannot stop the provider any more, which has generated it all by now: what it
// bills is settled, and flagged over_hold.
asio::awaitable<void> hold_bound(held_call& held) {
  running_hold& hold = held.hold();
  co_await hold.answered();
  if (hold.holds_bound()) co_return;
  held.ask(hold.bound_tokens(), 0);
  co_await hold.answered();
}

// By twice what has come, so that it is seldom asked, where that can be had: what has come is paid for.
bool has_room(whole_answer& answer, std::size_t bytes_max) {
  const std::size_t bytes = answer.body.size();
  if (bytes <= memory_budget::uncounted_bytes || bytes <= answer.memory.bytes()) return true;
  return answer.memory.grow_answer(std::max(bytes, std::min(2 * bytes, bytes_max))) ||
         answer.memory.grow_answer(bytes);
}

// It was forwarded, so that it is the client's to know whether it wants to pay twice.
problem no_room_for(const provider_config& provider) {
  problem full = make_problem(problem_kind::internal,
                              "the answer of provider '" + provider.name +
                                  "' does not fit the gateway's memory beside those of the other "
                                  "calls in flight (limits.memory_bytes_max)");
  full.status = 503;
  return full;
}

struct whole_reading {
  body_progress progress = body_progress::more;
  bool no_room = false;
};

asio::awaitable<whole_reading> read_all(answer_source& from, std::size_t bytes_max,
                                        whole_answer& answer) {
  std::string& body = answer.body;
  const std::uint64_t announced = from.facts().content_length;
  body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(announced, bytes_max)));
  whole_reading made;
  while (made.progress == body_progress::more && body.size() <= bytes_max && !made.no_room) {
    made.progress = co_await from.read_piece(body, from.usual_patience());
    made.no_room = !has_room(answer, bytes_max);
  }
  // One that is too large is given up like one that broke.
  if (made.progress == body_progress::more)
    made.progress = made.no_room ? body_progress::broken : body_progress::too_large;
  co_return made;
}
}  // namespace

asio::awaitable<relayed> relay_whole(relay_order order, answer_source& from,
                                     client_presence& client) {
  const answer_facts& facts = from.facts();
  relayed made;
  call_end& ended = made.ended;
  ended.status = facts.status;
  ended.first_byte = facts.first_byte;
  if (order.call != nullptr && facts.status < 300 && !order.held.hold().holds_bound())
    co_await hold_bound(order.held);
  whole_answer answer;
  answer.memory = memory_claim(order.memory);
  const whole_reading read =
      co_await read_all(from, order.settings.limits.answer_bytes_max, answer);
  const body_progress progress = read.progress;
  client.unwatch_client();
  if (progress != body_progress::complete) {
    count_break(order.counts, from.provider(), progress);
    from.abandon();
    problem why =
        read.no_room ? no_room_for(from.provider()) : broken_answer(from.provider(), progress);
    ended.outcome = progress == body_progress::too_large ? call_outcome::upstream_error
                                                         : call_outcome::upstream_gone;
    if (client.client_gone()) ended.outcome = call_outcome::client_gone;
    ended.status = why.status;
    co_await read_usage(order, facts, false, answer.body, ended);
    ended.unknown = ended.generated;
    made.unsent = std::move(why);
    co_return made;
  }
  from.finish();
  ended.outcome = facts.status < 400 ? call_outcome::completed : call_outcome::upstream_error;
  if (client.client_gone()) ended.outcome = call_outcome::client_gone;
  co_await read_usage(order, facts, true, answer.body, ended);
  if (facts.status == 401) {
    // The key that was wrong is ours, not the client's.
    made.unsent = make_problem(
        problem_kind::credential_refused,
        "provider '" + from.provider().name + "' does not accept the gateway's credential");
    co_return made;
  }
  if (order.call != nullptr && facts.is_redirect()) {
    problem why =
        make_problem(problem_kind::upstream_garbage,
                     "provider '" + from.provider().name + "' answered with a redirect (" +
                         std::to_string(facts.status) + "), which is not followed");
    ended.outcome = call_outcome::upstream_error;
    ended.status = why.status;
    made.unsent = std::move(why);
    co_return made;
  }
  answer.status = facts.status;
  answer.fields = facts.fields;
  made.unsent = std::move(answer);
  co_return made;
}

}  // namespace stint
