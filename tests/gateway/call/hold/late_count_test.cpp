// Goal: a prompt that was let through uncounted is counted once, where it holds up nobody, and not at all when
// nobody needs it any more. Method: the real counting pool, held up by the test where it matters; what was
// tokenized is seen in the memory of texts.
#include "gateway/call/hold/late_count.hpp"

#include <future>
#include <thread>

#include <boost/asio/post.hpp>

#include "gateway/call/call_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(late_count_of_a_prompt)

namespace {
struct counted_late : call_fixture {
  // Texts of up to so many bytes are counted at once.
  explicit counted_late(std::size_t inline_bytes_max)
      : call_fixture(usual_caps,
                     [&](config& c) { c.limits.count_inline_bytes_max = inline_bytes_max; }) {
    shared.remembered = &texts;
    call = long_call(8'000);
    BOOST_TEST_REQUIRE((call.uncounted != nullptr));
    bound = call.prompt.upper_bound;
  }

  [[nodiscard]] std::unique_ptr<late_count> make_late() {
    return std::make_unique<late_count>(counting_late(), context, call, [this] {
      ++told;
      told_on = std::this_thread::get_id();
      told_of = call.prompt.expected;
    });
  }
  [[nodiscard]] std::string counts(const std::string& when) const {
    return figure("stint_prompt_counts_total{when=\"" + when + "\"}");
  }
  // Nothing behind it begins before it is let go.
  [[nodiscard]] std::promise<void> hold_up_the_pool() {
    std::promise<void> let_go;
    asio::post(counting, [waits = std::make_shared<std::future<void>>(let_go.get_future())] {
      waits->wait();
    });
    return let_go;
  }

  tokenizer::segment_memo texts{1 << 16};
  examined_call call;
  std::int64_t bound = 0;
  int told = 0;
  std::int64_t told_of = 0;
  std::thread::id told_on;
};
struct counted_here : counted_late {
  counted_here() : counted_late(64 * 1024) {}
};
struct counted_on_the_pool : counted_late {
  counted_on_the_pool() : counted_late(1'024) {}
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_short_text_is_counted_where_it_is_asked_for, counted_here) {
  auto late = make_late();
  BOOST_TEST(told == 0);
  late->begin();
  BOOST_TEST(told == 1);
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(call.prompt.exact);
  BOOST_TEST(told_of == call.prompt.expected);  // it is the count by then
  BOOST_TEST(call.prompt.upper_bound < bound);
  late.reset();
  BOOST_TEST(counts("after_forwarding") == "1");
  BOOST_TEST(counts("not_needed") == "0");
}

BOOST_FIXTURE_TEST_CASE(a_long_text_is_counted_on_the_pool_and_told_of_at_home,
                        counted_on_the_pool) {
  auto let_go = hold_up_the_pool();
  auto late = make_late();
  late->begin();
  BOOST_TEST(told == 0);
  BOOST_TEST((call.uncounted != nullptr));
  let_go.set_value();
  wait_until([&] { return told > 0; });
  BOOST_TEST((told_on == std::this_thread::get_id()));
  BOOST_TEST(call.prompt.exact);
  BOOST_TEST((call.uncounted == nullptr));
  late.reset();
  BOOST_TEST(told == 1);
  BOOST_TEST(counts("after_forwarding") == "1");
  BOOST_TEST(counts("not_needed") == "0");
}

BOOST_FIXTURE_TEST_CASE(a_text_of_just_the_size_that_is_counted_here_is_counted_here,
                        counted_on_the_pool) {
  settings.limits.count_inline_bytes_max = call.text_bytes;
  const auto late = make_late();
  late->begin();
  BOOST_TEST(told == 1);
}

BOOST_FIXTURE_TEST_CASE(a_text_is_counted_once_however_often_it_is_begun, counted_on_the_pool) {
  const auto late = make_late();
  late->begin();
  late->begin();
  run(late->finish());
  late->begin();
  run(late->finish());
  counting.join();
  settle_down();
  BOOST_TEST(told == 1);
  BOOST_TEST(texts.counted_bytes() + texts.known_bytes() < 2 * call.text_bytes);
}

BOOST_FIXTURE_TEST_CASE(who_needs_the_count_waits_for_it, counted_on_the_pool) {
  auto let_go = hold_up_the_pool();
  const auto late = make_late();
  const auto waiting = start(late->finish());
  settle_down();
  BOOST_TEST(!waiting->has_value());
  let_go.set_value();
  wait_until([&] { return waiting->has_value(); });
  BOOST_TEST(told == 1);
  BOOST_TEST(call.prompt.exact);
}

BOOST_FIXTURE_TEST_CASE(who_needs_a_short_count_has_it_at_once, counted_here) {
  const auto late = make_late();
  run(late->finish());
  BOOST_TEST(told == 1);
}

BOOST_FIXTURE_TEST_CASE(a_count_that_was_never_begun_is_not_made, counted_here) {
  make_late().reset();
  BOOST_TEST(told == 0);
  BOOST_TEST((call.uncounted != nullptr));
  BOOST_TEST(call.prompt.upper_bound == bound);
  BOOST_TEST(texts.counted_bytes() == 0U);
  BOOST_TEST(counts("not_needed") == "1");
  BOOST_TEST(counts("after_forwarding") == "0");
}

BOOST_FIXTURE_TEST_CASE(a_count_that_is_not_needed_any_more_is_not_made, counted_on_the_pool) {
  auto let_go = hold_up_the_pool();
  auto late = make_late();
  late->begin();
  late.reset();
  let_go.set_value();
  counting.join();
  settle_down();
  BOOST_TEST(told == 0);
  BOOST_TEST(call.prompt.upper_bound == bound);
  BOOST_TEST(texts.counted_bytes() == 0U);
  BOOST_TEST(counts("not_needed") == "1");
  BOOST_TEST(counts("after_forwarding") == "0");
}

BOOST_FIXTURE_TEST_CASE(a_count_that_comes_after_the_call_s_end_is_dropped, counted_on_the_pool) {
  auto late = make_late();
  late->begin();
  counting.join();  // it is on its way home
  late.reset();
  settle_down();
  BOOST_TEST(told == 0);
  BOOST_TEST(call.prompt.upper_bound == bound);
  BOOST_TEST(counts("not_needed") == "1");
  BOOST_TEST(counts("after_forwarding") == "0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
