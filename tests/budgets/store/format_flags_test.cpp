// What is said in a single bit or byte of a record is said there alone, and what stands for nothing
// is refused.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/store/format.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_format_flags_suite)

namespace {
namespace format = ledger_format;
}

BOOST_AUTO_TEST_CASE(each_flag_of_a_cap_has_a_bit_of_its_own) {
  for (int flags = 0; flags < 8; ++flags) {
    format::cap_value value;
    value.number = 9;
    value.since_epoch = 2;
    value.match = "x";
    value.kind = window_kind::week;
    value.active = (flags & 1) != 0;
    value.rebuilding = (flags & 2) != 0;
    if ((flags & 4) != 0) value.incomplete = monday_ten;
    std::string bytes;
    format::append_cap(bytes, value);
    BOOST_TEST((format::read_cap(bytes) == value), flags);
    BOOST_TEST(bytes.at(0) == 2);  // the version of this record
    BOOST_TEST(bytes.at(6) == 2 * flags);
  }
}

BOOST_AUTO_TEST_CASE(a_rolling_cap_has_a_length_that_can_be_configured) {
  const auto reads = [](std::chrono::seconds length) {
    format::cap_value value;
    value.kind = window_kind::rolling;
    value.length = length;
    std::string bytes;
    format::append_cap(bytes, value);
    return format::read_cap(bytes).has_value();
  };
  BOOST_TEST(reads(rolling_length_least));
  BOOST_TEST(!reads(rolling_length_least - std::chrono::seconds{1}));
  BOOST_TEST(reads(rolling_length_most));
  BOOST_TEST(!reads(rolling_length_most + std::chrono::seconds{1}));
}

// Two records that differ in one byte, which is 0 in the one and 1 in the other.
BOOST_AUTO_TEST_CASE(yes_is_1_no_is_0_and_nothing_else_is_either) {
  const auto expect = [](const std::string& no, std::string yes, const auto& read) {
    const auto at = std::mismatch(no.begin(), no.end(), yes.begin()).second;
    BOOST_REQUIRE(*at == 1);
    *at = 2;
    BOOST_TEST(!read(yes));
  };
  const auto adjustment_of = [](bool every_scope) {
    adjustment made;
    made.every_scope = every_scope;
    std::string bytes;
    format::append_adjustment(bytes, made);
    return bytes;
  };
  const auto reads_adjustment = [](std::string_view bytes) {
    return format::read_adjustment(7, bytes).has_value();
  };
  expect(adjustment_of(false), adjustment_of(true), reads_adjustment);
  std::string endless = adjustment_of(false);
  BOOST_REQUIRE(endless.back() == 0);
  endless.back() = 2;
  BOOST_TEST(!reads_adjustment(endless));
  const auto row_of = [](bool streaming) {
    ledger_row row;
    row.streaming = streaming;
    std::string bytes;
    format::append_row(bytes, row, 1);
    return bytes;
  };
  expect(row_of(false), row_of(true), [](std::string_view bytes) {
    return format::read_row(numbered_id(42), bytes).has_value();
  });
  const auto hold_of_streaming = [](bool streaming) {
    active_hold hold;
    hold.request.streaming = streaming;
    std::string bytes;
    format::append_hold(bytes, hold);
    return bytes;
  };
  expect(hold_of_streaming(false), hold_of_streaming(true), [](std::string_view bytes) {
    return format::read_hold(numbered_id(42), bytes).has_value();
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
