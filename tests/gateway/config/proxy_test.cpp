// Goal: HTTPS_PROXY and NO_PROXY mean here what they mean to curl and the SDKs. Method: texts beside
// what they stand for.
#include "gateway/config/proxy.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(proxy_suite)

namespace {
using namespace stint;

struct listing {
  const char* list;
  const char* host;
  std::uint16_t port;
  bool has;
};
}  // namespace

BOOST_AUTO_TEST_CASE(a_proxy_is_named_by_host_and_port) {
  for (const char* text : {"http://proxy.corp:3128", "proxy.corp:3128", "http://proxy.corp:3128/",
                           "HTTP://proxy.corp:3128"}) {
    const auto read = parse_proxy(text);
    BOOST_TEST_REQUIRE(read.has_value(), text);
    BOOST_TEST(read->host == "proxy.corp");
    BOOST_TEST(read->port == 3128);
    BOOST_TEST(read->authorization.empty());
  }
  const auto v6 = parse_proxy("http://[::1]:8080");
  BOOST_TEST_REQUIRE(v6.has_value());
  BOOST_TEST(v6->host == "::1");
}

// RFC 7617, section 2: the example of user-id Aladdin.
BOOST_AUTO_TEST_CASE(user_and_password_of_a_proxy_are_read_with_their_escapes) {
  const auto plain = parse_proxy("http://Aladdin:open%20sesame@proxy:3128");
  BOOST_TEST_REQUIRE(plain.has_value());
  BOOST_TEST(plain->authorization.reveal() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  BOOST_TEST(basic_authorization("u:p@:%") == "Basic dTpwQDol");
  BOOST_TEST(parse_proxy("http://u:p%40%3a%25@proxy:1")->authorization.reveal() ==
             "Basic dTpwQDol");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_proxy_is_none) {
  for (const char* text :
       {"", "proxy", "http://proxy", "https://proxy:443", "socks5://proxy:1080", "http://proxy:0",
        "http://proxy:70000", "http://proxy:3128/path", "http://proxy:3128?x", "http://:3128"})
    BOOST_TEST(!parse_proxy(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(servers_that_are_listed_are_asked_directly) {
  for (const listing& each : {
           listing{"*", "api.openai.com", 443, true},
           listing{"", "api.openai.com", 443, false},
           listing{"openai.com", "openai.com", 443, true},
           listing{"openai.com", "api.openai.com", 443, true},
           listing{".openai.com", "api.openai.com", 443, true},
           listing{".openai.com", "openai.com", 443, true},
           listing{"OpenAI.com", "API.openai.com", 443, true},
           listing{"openai.com", "notopenai.com", 443, false},
           listing{"api.openai.com", "openai.com", 443, false},
           listing{"a.b, openai.com ,c", "api.openai.com", 443, true},
           listing{"a.b openai.com", "api.openai.com", 443, true},
           listing{"openai.com:443", "api.openai.com", 443, true},
           listing{"openai.com:8443", "api.openai.com", 443, false},
           listing{"127.0.0.1", "127.0.0.1", 80, true},
           listing{"127.0.0.1", "127.0.0.11", 80, false},
           listing{"127.0.0.1:80", "127.0.0.1", 80, true},
           listing{"0.0.1", "127.0.0.1", 80, false},
           listing{"10.0.0.0/8", "10.200.3.4", 443, true},
           listing{"10.1.2.3/8", "10.200.3.4", 443, true},
           listing{"10.0.0.0/8", "11.0.0.1", 443, false},
           listing{"10.0.0.0/33", "10.0.0.1", 443, false},
           listing{"10.0.0.0/8", "ten.example", 443, false},
           listing{"::1", "::1", 443, true},
           listing{"[::1]", "::1", 443, true},
           listing{"[::1]:443", "::1", 443, true},
           listing{"[::1]:80", "::1", 443, false},
           listing{"fd00::/8", "fd12:3456::1", 443, true},
           listing{"fd00::/8", "fe80::1", 443, false},
           listing{",,", "a", 1, false},
       })
    BOOST_TEST(is_listed(each.list, each.host, each.port) == each.has,
               "'" << each.list << "', " << each.host << ":" << each.port);
}

BOOST_AUTO_TEST_SUITE_END()
