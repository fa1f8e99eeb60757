// A call that is held, between a provider and a client that are played: what a relay finds when it
// begins. The call is one of OpenAI's API, so that every token is known.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/call/relay/deliver.hpp"
#include "gateway/call/relay/fake_answer.hpp"
#include "gateway/call/relay/relay.hpp"

namespace stint {

// So many tokens.
inline std::string words(int count) {
  std::string text;
  for (int n = 0; n < count; ++n)
    text += " word";
  return text;
}
inline std::string text_event(const std::string& text) {
  return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o",)"
         R"("choices":[{"index":0,"delta":{"content":")" +
         text + "\"}}]}\n\n";
}
inline std::string usage_event(std::int64_t output_tokens) {
  return R"(data: {"id":"c1","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":10,)"
         R"("completion_tokens":)" +
         std::to_string(output_tokens) + ",\"total_tokens\":" + std::to_string(10 + output_tokens) +
         "}}\n\n";
}
inline const std::string finish_event =
    R"(data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
    "\n\n";
inline const std::string done_event = "data: [DONE]\n\n";

class relay_fixture : public call_fixture {
 public:
  explicit relay_fixture(const std::string& caps = usual_caps,
                         const std::function<void(config&)>& change = nullptr)
      : call_fixture(caps, change) {
    from.said.status = 200;
    from.said.media = answer_media::event_stream;
    from.said.fields = "content-type: text/event-stream\r\n";
    from.said.first_byte = admitted + std::chrono::seconds(1);
    from.from = settings.providers.front();
  }

  void admit(examined_call examined_one) {
    call.emplace(std::move(examined_one));
    call->expected.burst_tokens = 1;  // it is known how much of its kind comes at once
    admit(worst_of(*call), &*call);
  }
  // Of an answer that streams, with so much output at the most.
  void admit_stream(int bound_tokens) {
    admit(short_call(R"("stream":true,"max_tokens":)" + std::to_string(bound_tokens)));
  }
  void admit_whole(int bound_tokens) {
    from.said.media = answer_media::json;
    from.said.fields = "content-type: application/json\r\n";
    admit(short_call(R"("max_tokens":)" + std::to_string(bound_tokens)));
  }
  void admit_passthrough() {
    passthrough_config rule;
    rule.provider = "openai";
    admit(unmetered_hold(terms(), purpose(), rule), nullptr);
  }

  [[nodiscard]] relay_order order() {
    return {settings,
            prices,
            seen,
            counting,
            shared.memory,
            *held,
            call ? &*call : nullptr,
            *find_dialect("openai"),
            granted.tightest};
  }
  [[nodiscard]] relayed relay_it() {
    held->forwarded();
    return run(relay(order(), from, to));
  }
  [[nodiscard]] std::shared_ptr<std::optional<relayed>> start_relay() {
    held->forwarded();
    return start(relay(order(), from, to));
  }
  // Whether the relay ends although the counting pool does nothing; it has ended afterwards.
  [[nodiscard]] bool ends_without_the_pool() {
    std::promise<void> free_again;
    asio::post(counting, [wait = free_again.get_future().share()] { wait.wait(); });
    const auto made = start_relay();
    wait_until([&] { return from.finished == 1; });
    settle_down();
    const bool has_ended = made->has_value();
    free_again.set_value();
    wait_until([&] { return made->has_value(); });
    from.finished = 0;
    held.reset();
    return has_ended;
  }
  // What the client gets of a stream once the call is settled.
  [[nodiscard]] std::string rest_of(relayed& made) {
    const std::size_t before = to.passed().size();
    const told_bill bill;
    run(deliver(std::move(made.unsent), bill, to));
    return to.passed().substr(before);
  }
  // Somebody else spends all that is left, what is kept for calls that grow too.
  void take_all_room() { spend(standing().left()); }
  [[nodiscard]] std::string upstream_errors(const std::string& category) const {
    return figure("stint_upstream_errors_total{category=\"" + category + "\",provider=\"openai\"}");
  }

  std::optional<examined_call> call;
  hold_request worst;
  admission granted;
  std::optional<held_call> held;
  fake_source from;
  fake_sink to{*find_dialect("openai"), client};

 private:
  void admit(hold_request asked, examined_call* metered) {
    worst = std::move(asked);
    granted = hold(worst);
    BOOST_REQUIRE(!granted.refused);
    held.emplace(means(), home(), worst, granted, metered, *find_dialect("openai"));
  }
};

}  // namespace stint
