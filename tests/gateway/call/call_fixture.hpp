// All that a call needs between its examination and its settlement, without a socket: a real ledger in a scratch
// directory, two models at round prices, a sweep, and a client that goes when the test says so. One
// thread drives everything; run() waits for a coroutine under an overall deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/admin/api/services.hpp"
#include "gateway/call/hold/held_call.hpp"
#include "gateway/call/hold/ledger_wait.hpp"
#include "gateway/call/hold/reserve.hpp"
#include "gateway/call/hold/teach.hpp"
#include "gateway/call/hold/worst_case.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/metrics/exposition.hpp"
#include "gateway/service/service.hpp"
#include "pricing/price_samples.hpp"
#include "scratch_directory.hpp"

namespace stint {

// A client without a socket.
class fake_client final : public client_presence {
 public:
  [[nodiscard]] bool client_gone() const noexcept override { return gone_; }
  [[nodiscard]] bool cut() const noexcept override { return cut_; }
  void look_for_client() noexcept override {
    ++looked_for;
    gone_ = gone_ || left_unnoticed;
  }
  void watch_client(std::function<void()> when_gone) noexcept override {
    when_gone_ = std::move(when_gone);
  }
  void watch_writes(std::function<void(monotonic::duration)> while_slow) noexcept override {
    while_slow_ = std::move(while_slow);
  }
  void unwatch_client() noexcept override {
    when_gone_ = nullptr;
    while_slow_ = nullptr;
  }

  // As the sweep notices it.
  void go() {
    gone_ = true;
    tell();
  }
  // The end of the gateway.
  void be_cut() {
    cut_ = true;
    tell();
  }
  // It takes nothing of what is written to it.
  void be_slow(monotonic::duration since) {
    if (while_slow_) while_slow_(since);
  }
  [[nodiscard]] bool watched() const noexcept { return when_gone_ != nullptr; }

  bool left_unnoticed = false;  // it went, and will be missed when it is looked for
  int looked_for = 0;

 private:
  void tell() {
    if (when_gone_) std::exchange(when_gone_, nullptr)();
  }

  std::function<void()> when_gone_;
  std::function<void(monotonic::duration)> while_slow_;
  bool gone_ = false;
  bool cut_ = false;
};

class call_fixture {
 public:
  static constexpr const char* usual_caps =
      "  - {name: all-tokens, window: forever, unit: tokens, limit: 10k}\n";

  // `caps` as in the configuration file, one a line.
  explicit call_fixture(const std::string& caps = usual_caps,
                        const std::function<void(config&)>& change = nullptr,
                        std::size_t queue_max = ledger_options().queue_max)
      : settings(settings_of(directory_, caps, change)),
        ledger_(std::make_unique<ledger_thread>(options_in(settings.data_directory, queue_max))),
        shared{settings, priced, std::nullopt, keys, *ledger_, seen, learned, outputs, counting},
        thread(shared, context) {
    thread.watch().add_periodic([](monotonic::time_point) { end_late_waits(); });
    thread.watch().start();
  }
  // Every coroutine that was started must be able to end by now.
  ~call_fixture() {
    counting.join();
    settle_down();
    ledger_.reset();  // answers whoever still waits in line
    settle_down();
  }
  call_fixture(const call_fixture&) = delete;
  call_fixture& operator=(const call_fixture&) = delete;

  [[nodiscard]] ledger_thread& ledger() noexcept { return *ledger_; }
  [[nodiscard]] deadline_watch& sweeps() noexcept { return thread.watch(); }
  [[nodiscard]] call_home home() noexcept { return {context, thread.watch()}; }
  [[nodiscard]] asking_call asking() noexcept {
    return {*ledger_, settings, seen, counting, context, client};
  }
  [[nodiscard]] examiner examining() noexcept {
    return {settings,          prices,   shared.ceiling,        learned,
            shared.remembered, counting, &shared.usage_refused, &shared.memory};
  }
  [[nodiscard]] late_counting counting_late() noexcept {
    return {counting, settings.limits.count_inline_bytes_max, seen};
  }
  [[nodiscard]] hold_means means() noexcept {
    return {*ledger_, prices, outputs, settings.admission, counting_late()};
  }

  // Drives the thread until `done` says so.
  template <typename Condition>
  void wait_until(Condition done) {
    const auto until = monotonic::now() + longest;
    while (!done() && monotonic::now() < until) {
      context.restart();
      context.run_one_for(std::chrono::milliseconds(20));
    }
    BOOST_REQUIRE(done());
  }
  // What is ready by now.
  void settle_down() {
    context.restart();
    context.poll();
  }
  // Starts a coroutine; nothing in the answer until it has ended.
  template <typename Answer>
  [[nodiscard]] std::shared_ptr<std::optional<Answer>> start(asio::awaitable<Answer> work) {
    const auto answer = std::make_shared<std::optional<Answer>>();
    asio::co_spawn(context, std::move(work), [answer](std::exception_ptr thrown, Answer got) {
      if (thrown) std::rethrow_exception(thrown);
      answer->emplace(std::move(got));
    });
    return answer;
  }
  [[nodiscard]] std::shared_ptr<std::optional<std::monostate>> start(asio::awaitable<void> work) {
    return start(answering(std::move(work)));
  }
  // Until it has ended.
  template <typename Answer>
  Answer run(asio::awaitable<Answer> work) {
    const auto answer = start(std::move(work));
    wait_until([&] { return answer->has_value(); });
    return std::move(**answer);
  }
  void run(asio::awaitable<void> work) { run(answering(std::move(work))); }

  // The body as it is after read_body, which kept room behind it.
  [[nodiscard]] result<examined_call> examine_body(std::string body,
                                                   const std::string& api = "openai") {
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    return run(examine(examining(), *find_dialect(api), target, body, admitted, "acme"));
  }
  [[nodiscard]] examined_call examined(const std::string& body, const std::string& api = "openai") {
    auto call = examine_body(body, api);
    BOOST_REQUIRE_MESSAGE(call.has_value(), call.error().message);
    call->expected = shared.outputs.predict(output_key_of(purpose_of(*call).charged));
    return std::move(*call);
  }
  // Of gpt-4o, so that every token is known: a prompt of eight, and what is said of the output.
  [[nodiscard]] examined_call short_call(const std::string& fields = R"("max_tokens":100)") {
    return examined(R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],)" + fields +
                    "}");
  }
  // A prompt that is not counted yet: so many bytes of text, a fifth as many tokens.
  [[nodiscard]] examined_call long_call(std::size_t text_bytes,
                                        const std::string& fields = R"("max_tokens":100)") {
    std::string text;
    while (text.size() < text_bytes)
      text += "word ";
    return examined(R"({"model":"gpt-4o","messages":[{"role":"user","content":")" + text +
                    R"("}],)" + fields + "}");
  }

  [[nodiscard]] purpose purpose_of(const examined_call& call) const {
    purpose what_for;
    what_for.charged = {.tenant = "acme",
                        .feature = "chat",
                        .key = "key_1",
                        .user = call.user,
                        .model = call.base_model,
                        .provider = call.provider->name};
    what_for.tags = {{"session", "s1"}};
    return what_for;
  }
  [[nodiscard]] hold_terms terms() {
    return {thread.next_id(admitted), admitted, settings.admission, prices.version()};
  }
  [[nodiscard]] hold_request worst_of(const examined_call& call) {
    return worst_case_hold(terms(), purpose_of(call), call);
  }
  // Past the client and its line: what the ledger says of it.
  admission hold(hold_request asked) {
    return ask<admission>([&](auto answer) { ledger_->hold(std::move(asked), std::move(answer)); });
  }
  // Somebody else's call, which takes so much of every cap and does not end.
  void occupy(std::int64_t tokens, nanodollars cost = {}) {
    hold_request other;
    other.id = thread.next_id(admitted);
    other.admitted = admitted;
    other.charged.tenant = "other";
    other.worst.input_tokens = tokens;
    other.worst.cost = cost;
    BOOST_REQUIRE(!hold(std::move(other)).refused);
  }
  // What others have used of every cap.
  void spend(std::int64_t tokens) {
    ledger_row row;
    row.id = thread.next_id(admitted);
    row.admitted = row.ended = admitted;
    row.charged.tenant = "other";
    row.used.input_tokens = tokens;
    BOOST_REQUIRE(ask<settled>([&](auto answer) {
                    ledger_->record(std::move(row), std::move(answer));
                  }).recorded);
  }

  // What the books say, once the ledger has done all that it was told before.
  [[nodiscard]] std::vector<cap_standing> standings() {
    return ask<std::vector<cap_standing>>(
        [&](auto answer) { ledger_->standings(std::move(answer)); });
  }
  [[nodiscard]] cap_standing standing(const std::string& cap = "all-tokens",
                                      const std::string& scope = "") {
    for (cap_standing& each : standings()) {
      if (each.cap == cap && each.scope == scope) return std::move(each);
    }
    BOOST_FAIL("no standing of " + cap + " " + scope);
    return {};
  }
  [[nodiscard]] std::vector<ledger_row> rows() {
    static_cast<void>(standings());
    return ledger_->rows({});
  }
  // The row of the only call.
  [[nodiscard]] ledger_row only_row() {
    auto all = rows();
    BOOST_TEST_REQUIRE(all.size() == 1U);
    return std::move(all.front());
  }
  // As the next start of a gateway that posts orphans at what was known of them would find them, if
  // this one were killed now.
  [[nodiscard]] std::vector<ledger_row> rows_after_a_crash() {
    static_cast<void>(standings());
    const std::string copy = directory_.sub("copy" + std::to_string(copies_ += 1));
    work_progress progress;
    static_cast<void>(ledger_->backup(copy, progress));
    ledger_options options;
    options.directory = copy;
    options.caps = settings.caps;
    options.orphans_at_hold = false;
    const ledger_thread next(std::move(options));
    return next.rows({});
  }
  // One figure of the metrics: "stint_…{label=\"…\"}"; "" where there is none.
  [[nodiscard]] std::string figure(const std::string& series) const {
    const auto all = scrape(seen);
    const auto found = all.find(series);
    return found == all.end() ? std::string() : found->second;
  }

 private:
  static constexpr std::chrono::seconds longest{30};

  static config settings_of(const scratch_directory& directory, const std::string& caps,
                            const std::function<void(config&)>& change) {
    auto parsed = parse_config(
        "data_directory: " + directory.path() + "/data\n" + (caps.empty() ? "" : "caps:\n" + caps),
        "f", ".");
    BOOST_REQUIRE(std::holds_alternative<config>(parsed));
    config made = std::get<config>(std::move(parsed));
    made.providers = {provider_of("openai", "gpt-*"), provider_of("anthropic", "claude-*")};
    if (change) change(made);
    return made;
  }
  static provider_config provider_of(const std::string& api, const std::string& models) {
    provider_config one;
    one.name = api;
    one.dialects = dialects_spoken_as(api);
    one.tls = false;
    one.host = "127.0.0.1";
    one.models = {models};
    return one;
  }
  // A dollar is a thousand millions of nano-dollars, so a token of a model at $2 for a million costs
  // 2,000 of them.
  static std::vector<price> two_models() {
    price gpt = samples::plain_price(
        "gpt-4o", samples::plain_rates(2 * samples::dollar, 8 * samples::dollar));
    gpt.output_tokens_max = 4'096;
    samples::set_tier(gpt, service_tier::flex, 500);
    samples::set_tier(gpt, service_tier::priority, 2'000);
    price claude = samples::plain_price(
        "claude-sonnet-5", samples::plain_rates(3 * samples::dollar, 15 * samples::dollar));
    claude.output_tokens_max = 8'192;
    claude.web_search_nanodollars = samples::cent;
    return {gpt, claude};
  }
  ledger_options options_in(const std::string& directory, std::size_t queue_max) {
    ledger_options options;
    options.queue_max = queue_max;
    options.directory = directory;
    options.caps = settings.caps;
    options.on_committed = [this](std::span<const ledger_row> committed, auto crossings) {
      seen.committed(committed, crossings);
    };
    return options;
  }
  template <typename Answer, typename Enqueue>
  Answer ask(Enqueue enqueue) {
    auto answer = wait_for_answer<Answer>(std::move(enqueue));
    BOOST_REQUIRE(answer.has_value());
    return std::move(*answer);
  }
  static asio::awaitable<std::monostate> answering(asio::awaitable<void> work) {
    co_await std::move(work);
    co_return std::monostate();
  }

  scratch_directory directory_;
  int copies_ = 0;

 public:
  call_target target;  // of what is asked
  const wall_time admitted = wall_now();
  fake_client client;
  config settings;
  price_book prices{"test-1", two_models(), {}};
  current_prices priced{prices};
  metrics seen{1'000};
  key_ring keys{{}};
  prompt_learner learned{"", std::chrono::hours(1)};
  output_learner outputs{"", std::chrono::hours(1), learning_options()};
  asio::thread_pool counting{1};
  asio::io_context context{1};

 private:
  std::unique_ptr<ledger_thread> ledger_;

 public:
  service shared;
  thread_context thread;
};

}  // namespace stint
