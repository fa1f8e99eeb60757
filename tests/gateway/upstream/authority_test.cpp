// Goal: whoever reads host and port one behind the other sees where the one ends.
#include "gateway/upstream/authority.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(authority_suite)

BOOST_AUTO_TEST_CASE(host_and_port_are_told_apart) {
  BOOST_TEST(host_and_port("proxy.corp", 3128) == "proxy.corp:3128");
  BOOST_TEST(host_and_port("10.0.0.1", 443) == "10.0.0.1:443");
  BOOST_TEST(host_and_port("fd00::1", 3128) == "[fd00::1]:3128");
}

BOOST_AUTO_TEST_CASE(the_port_of_the_scheme_is_left_out) {
  provider_config provider;
  provider.host = "2001:db8::1";
  provider.port = 8443;
  BOOST_TEST(authority_of(provider) == "[2001:db8::1]:8443");
  provider.port = 443;
  BOOST_TEST(authority_of(provider) == "[2001:db8::1]");
  provider.tls = false;
  BOOST_TEST(authority_of(provider) == "[2001:db8::1]:443");
  provider.port = 80;
  provider.host = "h";
  BOOST_TEST(authority_of(provider) == "h");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
