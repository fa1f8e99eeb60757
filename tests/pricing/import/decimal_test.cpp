// Goal: an amount is what its owner wrote, to the last place, however JSON spells it. Method: texts beside whole
// numbers.
#include "pricing/import/decimal.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(import_decimal_suite)

namespace {
using namespace stint;
struct scaling {
  const char* text;
  int power;
  std::int64_t expected;
};
}  // namespace

BOOST_AUTO_TEST_CASE(amounts_are_scaled_in_decimal) {
  for (const scaling& each : {
           scaling{"2.5e-06", 15, 2'500'000'000},
           scaling{"2.5E-6", 15, 2'500'000'000},
           scaling{"1e-07", 15, 100'000'000},
           scaling{"0.0000001", 15, 100'000'000},
           scaling{"0", 15, 0},
           scaling{"0.0", 9, 0},
           scaling{"0e0", 15, 0},
           scaling{"1.25", 9, 1'250'000'000},
           scaling{"12", 9, 12'000'000'000},
           scaling{"1e3", 9, 1'000'000'000'000},
           scaling{"1e+3", 0, 1'000},
           scaling{"0.0000000001", 9, 0},
           scaling{"0.0000000005", 9, 1},
           scaling{"0.00000000149", 9, 1},
           scaling{"0.00000000150", 9, 2},
           // What floats leave behind.
           scaling{"3.0000000000000004e-07", 15, 300'000'000},
           scaling{"2.9999999999999997e-07", 15, 300'000'000},
           scaling{"0.30000000000000004441", 9, 300'000'000},
           scaling{"128000", 0, 128'000},
           scaling{"128000.0", 0, 128'000},
           scaling{"922337203685477580", 0, 922'337'203'685'477'580},
       }) {
    const auto read = scaled_decimal(each.text, each.power);
    BOOST_TEST_REQUIRE(read.has_value(), each.text);
    BOOST_TEST(*read == each.expected, each.text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_amount_is_none) {
  for (const char* text : {"", ".", ".5", "5.", "-1", "+1", "1e", "1e1000", "1.2.3", "1,5", "0x1",
                           "NaN", "null", "true", " 1", "1 ", "1e5.0", "99999999999999999999"})
    BOOST_TEST(!scaled_decimal(text, 0).has_value(), text);
  BOOST_TEST(!scaled_decimal("1e10", 15).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
