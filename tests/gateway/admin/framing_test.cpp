// Goal: nothing that follows a request is taken for one of its own where two readers could divide the
// bytes in two ways; orders are read as they look; strangers and the silent shut nobody out. Method: raw
// bytes over real sockets to a real server.
#include <vector>

#include <boost/test/unit_test.hpp>
#include <netinet/tcp.h>

#include "gateway/admin/api/repeated_key.hpp"
#include "gateway/admin/known_hosts.hpp"
#include "gateway/admin/raw_admin_client.hpp"
#include "gateway/admin/running_admin.hpp"
#include "gateway/admin/session.hpp"

using namespace stint;
BOOST_AUTO_TEST_SUITE(admin_framing)

namespace {

// A whole second request, which makes a key where it is run.
std::string hidden_order(const running_admin& admin) {
  const std::string order = "{\"tenant\":\"hidden\"}";
  return "POST /api/v1/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + admin.token() +
         "\r\nContent-Length: " + std::to_string(order.size()) + "\r\n\r\n" + order;
}

}  // namespace

// In most of these the bytes behind the first request ran as a second one.
BOOST_AUTO_TEST_CASE(what_stands_behind_an_ambiguous_request_is_never_run) {
  running_admin admin;
  const std::string hidden = hidden_order(admin);
  const std::string length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
  const std::string open = "POST /healthz HTTP/1.1\r\nHost: localhost\r\n";
  const std::string none = "Content-Length: 0\r\n";
  for (const std::string& first : std::vector<std::string>{
           open + length + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           open + "Transfer-Encoding: chunked\r\n" + length + "\r\n0\r\n\r\n",
           open + none + length + "\r\n",
           open + length + none + "\r\n",
           open + "Content-Length: 0, " + std::to_string(hidden.size()) + "\r\n\r\n",
           open + "Content-Length: +0\r\n\r\n",
           open + "Content-Length: 0x0\r\n\r\n",
           open + "Content-Length : " + std::to_string(hidden.size()) + "\r\n\r\n",
           open + "Transfer-Encoding: xchunked\r\n\r\n",
           open + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
           open + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
           open + "Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n",
           open + "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n",
           open + "X: y\r\n " + length + "\r\n",
           open + "X: y\r\nContent-Length: 0\n\r\n",
           open + "X: y\rContent-Length: 0\r\n\r\n",
           std::string("POST /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST /healthz HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n"),
           std::string("GET http://other/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
           std::string("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n"),
           std::string("GET /healthz HTTP/1.1\r\n\r\n")}) {
    const reply got = send_raw(admin, first + hidden);
    BOOST_TEST(got.status >= 400, first);
    BOOST_TEST(got.body.find("HTTP/1.1 2") == std::string::npos, first);
    BOOST_TEST(admin.keys().list().empty(), first);
  }
}

BOOST_AUTO_TEST_CASE(a_chunked_order_is_read_whole_and_what_follows_it_is_the_next) {
  running_admin admin;
  const std::string order =
      "POST /api/v1/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + admin.token() +
      "\r\nTransfer-Encoding: chunked\r\n\r\n"
      "9\r\n{\"tenant\"\r\n9;x=y\r\n:\"acme\"}\n\r\n0\r\n\r\n";
  const reply got = send_raw(
      admin, order + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  BOOST_TEST(got.status == 201);
  BOOST_TEST(got.body.ends_with("\r\n\r\nok\n"));
  BOOST_TEST(admin.keys().list().size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_has_no_body) {
  running_admin admin;
  const reply got =
      send_raw(admin, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.head.find("Content-Length: 3") != std::string::npos);
  BOOST_TEST(got.body.empty());
}

BOOST_AUTO_TEST_CASE(a_name_that_stands_twice_in_an_order_is_refused) {
  running_admin admin;
  for (const char* order :
       {R"({"tenant":"acme","tenant":"beta"})", R"({"tenant":"acme","\u0074enant":"beta"})",
        R"({"tenant":"acme","features":[{"a":1,"a":2}]})"}) {
    const reply got = ask(admin, "POST", "/api/v1/keys", admin.token(), order);
    BOOST_TEST(got.status == 400, order);
    BOOST_TEST(got.body.find("stands twice") != std::string::npos, order);
  }
  BOOST_TEST(admin.keys().list().empty());
  BOOST_TEST(!repeated_key(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})").has_value());
  BOOST_TEST(!repeated_key("").has_value());
  BOOST_TEST(!repeated_key("{\"a\":").has_value());
  BOOST_TEST(repeated_key(R"([{"a":1,"b":2,"a":3}])").value() == "a");
}

// What a page in a browser gets whose own name was made to resolve to this address.
BOOST_AUTO_TEST_CASE(a_host_that_is_not_ours_is_not_answered) {
  running_admin admin;
  for (const char* path : {"/metrics", "/healthz", "/api/v1/keys"}) {
    const std::string asked = std::string("GET ") + path + " HTTP/1.1\r\nConnection: close\r\n";
    BOOST_TEST(send_raw(admin, asked + "Host: rebound.example:8081\r\n\r\n").status == 421, path);
    BOOST_TEST(send_raw(admin, asked + "Host: localhost.rebound.example\r\n\r\n").status == 421);
    BOOST_TEST(send_raw(admin, asked + "Host: 127.0.0.1:8081\r\n\r\n").status != 421, path);
  }
}

BOOST_AUTO_TEST_CASE(addresses_localhost_and_listed_names_are_known) {
  config settings;
  for (const char* host :
       {"", "localhost", "LocalHost:8081", "127.0.0.1", "10.0.0.7:80", "[::1]", "[::1]:8081"}) {
    BOOST_TEST(knows_host(settings, host), host);
  }
  BOOST_TEST(!knows_host(settings, "stint.internal.example"));
  settings.admin_hosts = {"stint.internal.example"};
  BOOST_TEST(knows_host(settings, "Stint.Internal.Example:8081"));
  BOOST_TEST(knows_host(settings, "stint.internal.example.:8081"));
  BOOST_TEST(knows_host(settings, "localhost."));
  BOOST_TEST(!knows_host(settings, "stint.internal.example.."));
  BOOST_TEST(!knows_host(settings, "other.example"));
  settings.admin.address = "0.0.0.0";
  BOOST_TEST(!knows_host(settings, "other.example"));
  settings.admin_hosts.clear();
  BOOST_TEST(knows_host(settings, "other.example"));
}

BOOST_AUTO_TEST_CASE(connections_that_say_nothing_shut_nobody_out) {
  running_admin admin;
  boost::asio::io_context context;
  const auto connected = [&] {
    boost::asio::ip::tcp::socket socket(context);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), admin.port()});
    return socket;
  };
  auto kept = connected();
  const std::string asked = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto is_answered = [&] {
    boost::system::error_code failed;
    boost::asio::write(kept, boost::asio::buffer(asked), failed);
    std::string answer;
    boost::asio::read_until(kept, boost::asio::dynamic_buffer(answer), "\r\n\r\nok\n", failed);
    return !failed && answer.find("200 OK") != std::string::npos;
  };
  BOOST_TEST(is_answered());
  std::vector<boost::asio::ip::tcp::socket> silent;
  for (int i = 0; i < 400; ++i) {
    silent.push_back(connected());
    if (i % 2 == 0) boost::asio::write(silent.back(), boost::asio::buffer("GET /hea", 8));
  }
  BOOST_TEST(ask(admin, "GET", "/healthz", "").status == 200);
  BOOST_TEST(ask(admin, "GET", "/readyz", "").status == 200);
  BOOST_TEST(ask(admin, "GET", "/metrics", "").status == 200);
  BOOST_TEST(is_answered());  // who asked before is not the one that is shown out
}

// Each was taken for one that is being answered, for as long as it may not read: half a minute.
BOOST_AUTO_TEST_CASE(connections_that_do_not_read_their_answers_shut_nobody_out) {
  running_admin admin;
  for (int tenant = 0; tenant < 200; ++tenant)
    admin.spend("tenant-" + std::to_string(tenant) + std::string(100, 'x'), 1, nanodollars{1});
  // So that little fits between the two.
  const boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_MAXSEG> small_segments(536);
  boost::asio::io_context context;
  std::vector<boost::asio::ip::tcp::socket> deaf;
  for (int i = 0; i < 300; ++i) {
    auto& socket = deaf.emplace_back(context);
    boost::system::error_code refused;
    socket.open(boost::asio::ip::tcp::v4(), refused);
    socket.set_option(boost::asio::socket_base::receive_buffer_size(4'096), refused);
    socket.set_option(small_segments, refused);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), admin.port()}, refused);
    const std::string asked = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    boost::asio::write(socket, boost::asio::buffer(asked), refused);
  }
  // As soon as their answers are made: far sooner than they are given up.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (ask(admin, "GET", "/healthz", "").status != 200)
    BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < until));
  BOOST_TEST(ask(admin, "GET", "/readyz", "").status == 200);
}

BOOST_AUTO_TEST_CASE(of_connections_that_wait_the_one_goes_that_is_least_likely_to_go_on) {
  admin_guest first;
  admin_guest second;
  BOOST_TEST(first.waiting());
  BOOST_TEST(first.goes_before(second));
  first.is_served();
  BOOST_TEST(!first.waiting());
  first.wait_for_reader();
  BOOST_TEST(first.waiting());
  BOOST_TEST(second.goes_before(first));
  second.is_served();
  second.wait_for_request();
  BOOST_TEST(second.goes_before(first));
  second.wait_for_reader();
  BOOST_TEST(first.goes_before(second));
}

BOOST_AUTO_TEST_SUITE_END()
