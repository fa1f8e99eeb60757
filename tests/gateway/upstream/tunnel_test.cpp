// Goal: a proxy is asked for a way to the provider and for nothing else, and whatever it answers, what comes
// then is the provider's or nothing. Method: a listener on loopback that plays the proxy.
#include "gateway/upstream/tunnel.hpp"

#include <thread>

#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/call/run_to_end.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(tunnel_suite)

namespace {
using tcp = asio::ip::tcp;

provider_config behind_proxy(const std::string& host) {
  provider_config provider;
  provider.name = "far";
  provider.host = host;
  provider.proxy = parse_proxy("http://u:p@127.0.0.1:1");
  return provider;
}

// Answers one CONNECT in pieces, and closes.
struct playing_proxy {
  playing_proxy() : listener(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  std::string open(const provider_config& provider, std::vector<std::string> answer) {
    std::jthread far([&] {
      tcp::socket wire = listener.accept();
      asio::streambuf read;
      const std::size_t size = asio::read_until(wire, read, "\r\n\r\n");
      asked.assign(asio::buffers_begin(read.data()),
                   asio::buffers_begin(read.data()) + static_cast<std::ptrdiff_t>(size));
      wire.set_option(tcp::no_delay(true));
      for (const std::string& piece : answer)
        asio::write(wire, asio::buffer(piece));
    });
    tcp::socket near(context);
    near.connect(listener.local_endpoint());
    transport wire(std::move(near));
    return run_to_end(context, open_tunnel(wire, provider));
  }

  asio::io_context context;
  tcp::acceptor listener;
  std::string asked;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_proxy_is_asked_for_the_provider_and_nothing_else, playing_proxy) {
  BOOST_TEST(open(behind_proxy("api.example.com"), {"HTTP/1.1 200 OK\r\n\r\n"}) == "");
  BOOST_TEST(asked ==
             "CONNECT api.example.com:443 HTTP/1.1\r\nhost: api.example.com:443\r\n"
             "proxy-authorization: Basic dTpw\r\n\r\n");
  provider_config v6 = behind_proxy("fd00::1");
  v6.proxy->authorization = {};
  BOOST_TEST(open(v6, {"HTTP/1.1 200 OK\r\n\r\n"}) == "");
  BOOST_TEST(asked == "CONNECT [fd00::1]:443 HTTP/1.1\r\nhost: [fd00::1]:443\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_tunnels_answer_has_no_body_whatever_its_head_says, playing_proxy) {
  const provider_config far = behind_proxy("h");
  BOOST_TEST(open(far, {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"}) == "");
  BOOST_TEST(open(far, {"HTTP/1.0 200 Connection established\r\n\r\n"}) == "");
  BOOST_TEST(open(far, {"HTTP/1.1 2", "00 OK\r\nvia: 1.1 p", "roxy\r\n\r", "\n"}) == "");
}

BOOST_FIXTURE_TEST_CASE(what_a_proxy_says_instead_is_told, playing_proxy) {
  const provider_config far = behind_proxy("h");
  BOOST_TEST(open(far, {"HTTP/1.1 407 Who\r\ncontent-length: 3\r\n\r\nwho"}) ==
             "it answered 407 to CONNECT: it wants a user and password, or others "
             "(proxy_credential_env)");
  BOOST_TEST(open(far, {"HTTP/1.1 403 No\r\n\r\n"}) ==
             "it answered 403 to CONNECT: it does not let this server through");
  BOOST_TEST(open(far, {"HTTP/1.1 502 Bad\r\n\r\n"}) == "it answered 502 to CONNECT");
  BOOST_TEST(open(far, {"HTTP/1.1 301 Moved\r\nlocation: /\r\n\r\n"}) ==
             "it answered 301 to CONNECT");
}

BOOST_FIXTURE_TEST_CASE(bytes_behind_a_tunnels_answer_are_nobodys, playing_proxy) {
  BOOST_TEST(open(behind_proxy("h"), {"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n"}) ==
             "it sent more than its answer");
}

BOOST_FIXTURE_TEST_CASE(a_proxy_that_breaks_off_or_babbles_is_left, playing_proxy) {
  const provider_config far = behind_proxy("h");
  BOOST_TEST(open(far, {"HTTP/1.1 200 OK\r\n"}) == "it closed the connection");
  BOOST_TEST(open(far, {"SSH-2.0-OpenSSH\r\n\r\n"}).starts_with("its answer is malformed: "));
  const std::string endless = open(far, {"HTTP/1.1 200 OK\r\nx: " + std::string(40'000, 'y')});
  BOOST_TEST((endless == "its answer is too long" || endless.starts_with("its answer is malf")),
             endless);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
