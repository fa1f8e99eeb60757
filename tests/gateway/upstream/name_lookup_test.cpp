// Goal: a name is looked up once whoever asks, never for longer than a caller waits, and what was known is better than
// nothing. Method: a resolver that answers when the test says so.
#include "gateway/upstream/name_lookup.hpp"

#include <new>

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/http/deadline_watch.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(name_lookup_suite)

namespace {

using std::chrono::milliseconds;
using tcp = asio::ip::tcp;

tcp::endpoint address(const char* text) {
  return {asio::ip::make_address(text), 443};
}

struct slow_names {
  slow_names()
      : wire(tcp::socket(context)),
        sweeps(context),
        client(sweeps, wire),
        lookup(context, "api.example.test", 443,
               [this](const std::string&, std::uint16_t, name_lookup::callback answer_to) {
                 if (out_of_memory) throw std::bad_alloc();
                 asked.push_back(std::move(answer_to));
               }) {}

  void get(milliseconds patience = std::chrono::seconds(20)) {
    const auto deadline = monotonic::now() + patience;
    asio::co_spawn(context, lookup.get(deadline, client),
                   [this](const std::exception_ptr&, name_lookup::found found) {
                     told.push_back(std::move(found));
                   });
    context.restart();
    context.poll();
  }
  void answer(const error_code& error, name_lookup::endpoints all) {
    const auto next = std::move(asked.front());
    asked.erase(asked.begin());
    next(error, std::move(all));
    context.restart();
    context.poll();
  }

  asio::io_context context;
  transport wire;
  deadline_watch sweeps;
  watched client;
  bool out_of_memory = false;
  std::vector<name_lookup::callback> asked;
  std::vector<name_lookup::found> told;
  name_lookup lookup;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(however_many_ask_there_is_one_look_up, slow_names) {
  for (int i = 0; i < 100; ++i)
    get();
  BOOST_TEST(asked.size() == 1U);
  BOOST_TEST(told.empty());
  answer({}, {address("192.0.2.1"), address("192.0.2.2")});
  BOOST_TEST(told.size() == 100U);
  BOOST_TEST(told.back().addresses.size() == 2U);
  get();
  BOOST_TEST(told.size() == 101U);
  BOOST_TEST(asked.empty());
}

BOOST_FIXTURE_TEST_CASE(a_look_up_without_an_end_keeps_nobody_past_its_deadline, slow_names) {
  get(milliseconds(1));
  context.restart();
  context.run_for(std::chrono::seconds(10));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST((told.front().error == asio::error::timed_out));
  BOOST_TEST(told.front().addresses.empty());
  get(milliseconds(1));
  BOOST_TEST(asked.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_leaves_waits_for_no_name, slow_names) {
  get();
  sweeps.close_all();
  context.restart();
  context.run_for(std::chrono::seconds(10));
  BOOST_TEST(told.size() == 1U);
  answer({}, {address("192.0.2.1")});  // finds nobody
}

BOOST_FIXTURE_TEST_CASE(what_was_known_is_used_where_a_look_up_fails, slow_names) {
  get();
  answer({}, {address("192.0.2.1")});
  lookup.doubt();
  get();
  BOOST_TEST(told.size() == 2U);  // nothing is looked up again within a second
  BOOST_TEST(told.back().addresses.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_failure_is_told_and_not_repeated_for_every_call, slow_names) {
  get();
  answer(asio::error::host_not_found, {});
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST((told.front().error == asio::error::host_not_found));
  get();
  BOOST_TEST(asked.empty());
  BOOST_REQUIRE(told.size() == 2U);
  BOOST_TEST((told.back().error == asio::error::host_not_found));
}

BOOST_FIXTURE_TEST_CASE(the_address_that_answered_is_tried_first, slow_names) {
  get();
  answer({}, {address("192.0.2.1"), address("192.0.2.2"), address("192.0.2.3")});
  lookup.prefer(address("192.0.2.3"));
  get();
  BOOST_REQUIRE(told.back().addresses.size() == 3U);
  BOOST_TEST((told.back().addresses[0] == address("192.0.2.3")));
  BOOST_TEST((told.back().addresses[1] == address("192.0.2.1")));
}

BOOST_AUTO_TEST_CASE(an_address_is_not_looked_up) {
  for (const char* const text : {"192.0.2.1", "2001:db8::1"}) {
    asio::io_context context;
    transport wire{tcp::socket(context)};
    deadline_watch sweeps(context);
    watched client(sweeps, wire);
    name_lookup lookup(context, text, 443,
                       [](const auto&, auto, const auto&) { BOOST_ERROR("looked up"); });
    std::size_t found = 0;
    asio::co_spawn(context, lookup.get(monotonic::now(), client),
                   [&](const std::exception_ptr&, const name_lookup::found& all) {
                     found = all.addresses.size();
                   });
    context.poll();
    BOOST_TEST(found == 1U);
  }
}

// The thread took it for asked, and never asked again.
BOOST_FIXTURE_TEST_CASE(a_look_up_that_could_not_be_begun_is_begun_by_the_next_call, slow_names) {
  out_of_memory = true;
  get();
  BOOST_TEST(asked.empty());
  out_of_memory = false;
  told.clear();
  get();
  BOOST_TEST_REQUIRE(asked.size() == 1U);
  answer({}, {address("192.0.2.1")});
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told.front().addresses.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
