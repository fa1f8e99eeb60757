// Goal: a listener that cannot have its place blames what is to be changed. Method: each error as the
// kernel gives it, some of them from it.
#include "gateway/cannot_listen.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(listening_refused)

namespace {
std::string said_of(const std::string& address, std::uint16_t port) {
  using tcp = boost::asio::ip::tcp;
  boost::asio::io_context context;
  tcp::acceptor acceptor(context);
  boost::system::error_code error;
  acceptor.open(tcp::v4(), error);
  acceptor.bind({boost::asio::ip::make_address(address), port}, error);
  BOOST_TEST_REQUIRE(error.failed());
  return cannot_listen({"listen", address, port}, error);
}
}  // namespace

// The port was blamed for it.
BOOST_AUTO_TEST_CASE(an_address_that_the_machine_has_not_is_told_as_such) {
  const auto said = said_of("192.0.2.1", 0);  // of documentation: nobody's (RFC 5737)
  BOOST_TEST(said.starts_with("listen.address: this machine has no address 192.0.2.1;"), said);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_told_as_such) {
  using tcp = boost::asio::ip::tcp;
  boost::asio::io_context context;
  tcp::acceptor first(context, {boost::asio::ip::address_v4::loopback(), 0});
  const auto port = first.local_endpoint().port();
  const auto said = said_of("127.0.0.1", port);
  BOOST_TEST(said.starts_with("listen.port: " + std::to_string(port) + " of 127.0.0.1 is in use;"),
             said);
}

BOOST_AUTO_TEST_CASE(what_else_it_may_be_is_told_in_the_systems_words) {
  namespace error = boost::asio::error;
  BOOST_TEST(cannot_listen({"admin", "127.0.0.1", 81}, error::access_denied)
                 .starts_with("admin.port: 81 is kept for the system"));
  BOOST_TEST(cannot_listen({"admin", "::1", 81}, error::address_family_not_supported)
                 .starts_with("admin.address: this machine does not speak the protocol of ::1"));
  BOOST_TEST(cannot_listen({"simulated", "127.0.0.1", 81}, error::no_descriptors)
                 .starts_with("simulated: cannot listen on 127.0.0.1:81: "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
