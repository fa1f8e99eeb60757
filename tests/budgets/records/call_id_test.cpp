#include "budgets/records/call_id.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(call_id_suite)

// The example of RFC 9562, appendix A.6.
BOOST_AUTO_TEST_CASE(the_example_of_the_rfc_is_reproduced) {
  const wall_time at{std::chrono::milliseconds{0x017F22E279B0}};
  const call_id id = make_call_id(at, 0xCC3, 0x18C4DC0C0C07398F);
  BOOST_TEST(to_string(id) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  BOOST_TEST((time_of(id) == at));
}

BOOST_AUTO_TEST_CASE(version_and_variant_are_set_whatever_the_random_bits) {
  const call_id id = make_call_id(wall_time{}, ~std::uint64_t{0}, ~std::uint64_t{0});
  BOOST_TEST((id.bytes[6] >> 4) == 7);
  BOOST_TEST((id.bytes[8] >> 6) == 2);
}

BOOST_AUTO_TEST_CASE(text_is_read_back_and_anything_else_is_refused) {
  const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  BOOST_REQUIRE(parse_call_id(text));
  BOOST_TEST(to_string(*parse_call_id(text)) == text);
  BOOST_TEST(to_string(*parse_call_id("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")) == text);
  for (const std::string wrong :
       {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e2x79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e279b07cc398c4dc0c0c07398f"}) {
    BOOST_TEST(!parse_call_id(wrong), wrong);
  }
}

BOOST_AUTO_TEST_CASE(every_digit_is_read_in_either_case) {
  const std::string text = "01234567-89ab-cdef-fedc-ba9876543210";
  BOOST_REQUIRE(parse_call_id(text));
  BOOST_TEST(to_string(*parse_call_id(text)) == text);
  BOOST_REQUIRE(parse_call_id("01234567-89AB-CDEF-FEDC-BA9876543210"));
  BOOST_TEST(to_string(*parse_call_id("01234567-89AB-CDEF-FEDC-BA9876543210")) == text);
  for (const char wrong : {'/', ':', '@', 'G', '`', 'g'})
    BOOST_TEST(!parse_call_id(std::string(1, wrong) + text.substr(1)), wrong);
}

BOOST_AUTO_TEST_CASE(ids_sort_by_time) {
  const wall_time at{std::chrono::seconds{1'772'445'600}};
  BOOST_TEST(
      (make_call_id(at, ~0ULL, ~0ULL) < make_call_id(at + std::chrono::milliseconds{1}, 0, 0)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
