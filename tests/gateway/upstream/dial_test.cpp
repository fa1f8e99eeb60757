// Goal: one dead address of two costs a quarter of a second, not the call. Method: listeners on loopback; an address
// that is silent is one whose queue of connections is full.
#include "gateway/upstream/dial.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "gateway/call/run_to_end.hpp"
#include "gateway/http/deadline_watch.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(dial_suite)

namespace {

using std::chrono::milliseconds;
using tcp = asio::ip::tcp;

struct addresses {
  asio::io_context context;
  tcp::acceptor good{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  transport wire{tcp::socket(context)};
  deadline_watch sweeps{context};
  watched client{sweeps, wire};
  // Of a listener that takes nobody: the kernel answers no further connection.
  tcp::acceptor full{context};
  std::vector<tcp::socket> waiting;

  addresses() {
    full.open(tcp::v4());
    full.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    full.listen(0);
    for (int i = 0; i < 4; ++i) {
      tcp::socket& each = waiting.emplace_back(context);
      each.open(tcp::v4());
      each.non_blocking(true);
      // Asio's own would wait for the answer, non-blocking or not.
      const tcp::endpoint to = full.local_endpoint();
      (void)::connect(each.native_handle(), to.data(), static_cast<socklen_t>(to.size()));
    }
  }
  [[nodiscard]] tcp::endpoint closed() {
    const tcp::acceptor gone(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return gone.local_endpoint();
  }
  [[nodiscard]] dialled dial_all(std::vector<tcp::endpoint> all, milliseconds patience) {
    return run_to_end(context, dial(context, std::move(all), monotonic::now() + patience, client));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_silent_address_keeps_nobody_from_the_next, addresses) {
  const auto begin = monotonic::now();
  const auto made =
      dial_all({full.local_endpoint(), good.local_endpoint()}, std::chrono::seconds(20));
  BOOST_TEST(!made.error);
  BOOST_TEST((made.socket.remote_endpoint() == good.local_endpoint()));
  BOOST_TEST((monotonic::now() - begin >= milliseconds(250)));
  BOOST_TEST((monotonic::now() - begin < std::chrono::seconds(10)));
}

BOOST_FIXTURE_TEST_CASE(an_address_that_refuses_is_left_at_once, addresses) {
  const auto made = dial_all({closed(), closed(), good.local_endpoint()}, std::chrono::seconds(20));
  BOOST_TEST(!made.error);
  BOOST_TEST((made.socket.remote_endpoint() == good.local_endpoint()));
}

BOOST_FIXTURE_TEST_CASE(where_all_refuse_it_is_told_why, addresses) {
  const auto made = dial_all({closed(), closed()}, std::chrono::seconds(20));
  BOOST_TEST((made.error == asio::error::connection_refused));
}

BOOST_FIXTURE_TEST_CASE(all_addresses_share_one_deadline, addresses) {
  const auto made = dial_all({full.local_endpoint(), full.local_endpoint(), full.local_endpoint()},
                             milliseconds(400));
  BOOST_TEST((made.error == asio::error::timed_out));
}

BOOST_FIXTURE_TEST_CASE(no_address_is_an_error, addresses) {
  BOOST_TEST((dial_all({}, std::chrono::seconds(20)).error == asio::error::host_not_found));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_gateway_ends_it, addresses) {
  asio::post(context, [this] { sweeps.close_all(); });
  const auto made = dial_all({full.local_endpoint()}, std::chrono::seconds(20));
  BOOST_TEST((made.error == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
