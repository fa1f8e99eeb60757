// Goal: a connection is used again only if both sides may still send. Method: a listener on
// loopback that says nothing, under an overall deadline.
#include "gateway/upstream/pool.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/run_to_end.hpp"

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

  upstream_connection_ptr acquire() {
    auto made = run_to_end(context, pool.acquire(entry, seen));
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
  }
  template <typename Condition>
  void run_until(Condition done) {
    const auto until = monotonic::now() + std::chrono::seconds(10);
    while (!done() && monotonic::now() < until) {
      context.restart();
      context.run_one_for(std::chrono::milliseconds(2));
    }
    BOOST_REQUIRE(done());
  }
  // We have closed our side of it.
  static bool is_closed(tcp::socket& far) {
    far.non_blocking(true);
    char byte = 0;
    error_code error;
    far.read_some(asio::buffer(&byte, 1), error);
    return error == asio::error::eof;
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

BOOST_FIXTURE_TEST_CASE(a_proxy_that_is_not_reached_is_told_by_its_address_and_port,
                        quiet_provider) {
  provider_config far = provider;
  far.proxy = parse_proxy("http://[::1]:1");
  far.proxy->source = "providers.quiet.proxy";
  upstream_pool through(context, far, nullptr);
  const auto made = run_to_end(context, through.acquire(entry, seen));
  BOOST_TEST_REQUIRE(!made.has_value());
  BOOST_TEST(made.error().message.find(
                 " cannot be reached: through the proxy [::1]:1 (providers.quiet.proxy): ") !=
                 std::string::npos,
             made.error().message);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_we_have_half_closed_is_not_used_again, quiet_provider) {
  auto connection = acquire();
  connection->wire.shutdown_send();
  pool.give_back(std::move(connection));
  auto next = acquire();
  BOOST_TEST(next->wire.may_send());
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_its_provider_closed_is_not_used_again, quiet_provider) {
  provider.connections_max = 1;  // and takes no other's place
  const auto connection = acquire();
  tcp::socket far = listener.accept();
  pool.give_back(connection);
  far.close();
  run_until([&] { return !connection->is_quiet(); });
  BOOST_TEST(acquire() != connection);
}

BOOST_FIXTURE_TEST_CASE(the_sweep_closes_what_providers_have_closed_and_what_is_old,
                        quiet_provider) {
  auto one = acquire();
  tcp::socket far_one = listener.accept();
  auto two = acquire();
  tcp::socket far_two = listener.accept();
  const upstream_connection* kept = two.get();
  pool.give_back(std::move(one));
  pool.give_back(std::move(two));
  far_one.shutdown(tcp::socket::shutdown_send);
  run_until([&] {
    pool.close_idle(monotonic::now());
    return is_closed(far_one);
  });
  BOOST_TEST(!is_closed(far_two));
  auto again = acquire();
  BOOST_TEST(again.get() == kept);
  pool.give_back(std::move(again));
  pool.close_idle(monotonic::now() + std::chrono::milliseconds(provider.pool_idle_ms - 1'000));
  BOOST_TEST(!is_closed(far_two));
  pool.close_idle(monotonic::now() + std::chrono::milliseconds(provider.pool_idle_ms));
  BOOST_TEST(is_closed(far_two));
}

BOOST_FIXTURE_TEST_CASE(a_new_connection_is_new_although_one_is_idle, quiet_provider) {
  auto connection = acquire();
  const upstream_connection* first = connection.get();
  pool.give_back(std::move(connection));
  BOOST_TEST(run_to_end(context, pool.acquire_new(entry, seen)).value().get() != first);
}

BOOST_FIXTURE_TEST_CASE(idle_connections_keep_no_loop_from_its_end, quiet_provider) {
  auto one = acquire();
  auto two = acquire();
  pool.give_back(std::move(one));
  pool.give_back(std::move(two));
  pool.close_all_idle();
  context.restart();
  context.run_for(std::chrono::seconds(10));
  BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
