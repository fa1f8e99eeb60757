// Goal: a connection is used again only if both sides may still send. Method: a listener on
// loopback that says nothing, under an overall deadline.
#include "gateway/upstream/pool.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(upstream_pool_suite)

namespace {
using tcp = asio::ip::tcp;

provider_config provider_at(const tcp::endpoint& at) {
  provider_config provider;
  provider.name = "quiet";
  provider.tls = false;
  provider.host = at.address().to_string();
  provider.port = at.port();
  return provider;
}

struct quiet_provider {
  quiet_provider()
      : listener(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        provider(provider_at(listener.local_endpoint())),
        seen(10),
        client(tcp::socket(context)),
        watch(context),
        entry(watch, client),
        pool(context, provider, nullptr) {}

  std::unique_ptr<upstream_connection> acquire() {
    std::unique_ptr<upstream_connection> got;
    std::exception_ptr failure;
    bool done = false;
    auto asked = [&]() -> asio::awaitable<void> {
      auto made = co_await pool.acquire(entry, seen);
      if (made) got = std::move(*made);
    };
    asio::co_spawn(context, asked, [&](const std::exception_ptr& why) {
      failure = why;
      done = true;
    });
    const auto until = monotonic::now() + std::chrono::seconds(10);
    while (!done && monotonic::now() < until) {
      context.restart();
      context.run_one_for(std::chrono::milliseconds(20));
    }
    BOOST_REQUIRE(done);
    BOOST_REQUIRE(!failure);
    BOOST_REQUIRE(got != nullptr);
    return got;
  }

  asio::io_context context;
  tcp::acceptor listener;
  provider_config provider;
  metrics seen;
  transport client;
  deadline_watch watch;
  watched entry;
  upstream_pool pool;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_quiet_connection_is_used_again, quiet_provider) {
  auto connection = acquire();
  const upstream_connection* first = connection.get();
  pool.give_back(std::move(connection));
  BOOST_TEST(acquire().get() == first);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_we_have_half_closed_is_not_used_again, quiet_provider) {
  auto connection = acquire();
  connection->wire.shutdown_send();
  pool.give_back(std::move(connection));
  auto next = acquire();
  BOOST_TEST(next->wire.may_send());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
