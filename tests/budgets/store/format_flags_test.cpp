// What is said in a single bit or byte of a record is said there alone, and what stands for nothing
// is refused.
#include <algorithm>
#include <functional>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/store/format.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_format_flags_suite)

namespace {

namespace format = ledger_format;

[[nodiscard]] std::string row_bytes(const ledger_row& row) {
  std::string bytes;
  format::append_row(bytes, row, 1);
  return bytes;
}
[[nodiscard]] bool reads_row(std::string_view bytes) {
  return format::read_row(numbered_id(42), bytes).has_value();
}

}  // namespace

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
  ledger_row streamed;
  streamed.streaming = true;
  expect(row_bytes({}), row_bytes(streamed), reads_row);
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

BOOST_AUTO_TEST_CASE(each_record_begins_with_its_version) {
  std::string bytes;
  format::append_counter(bytes, {});
  BOOST_TEST(bytes.at(0) == 3);
  bytes.clear();
  format::append_sums(bytes, {});
  BOOST_TEST(bytes.at(0) == 3);
  bytes.clear();
  format::append_hold(bytes, {});
  BOOST_TEST(bytes.at(0) == 3);
  BOOST_TEST(row_bytes({}).at(0) == 2);
}

BOOST_AUTO_TEST_CASE(the_number_of_the_format_has_32_bits) {
  std::string most;
  format::append_format(most, UINT32_MAX);
  BOOST_TEST(format::read_format(most).value() == UINT32_MAX);
  // The number follows the words, seven bits in each byte: 2^32 instead.
  std::string beyond = most.substr(0, most.size() - 5) + "\x80\x80\x80\x80\x10";
  BOOST_TEST(!format::read_format(beyond));
}

// The last byte but one says what there is of a context, in a row without legs.
BOOST_AUTO_TEST_CASE(each_part_of_a_context_has_a_bit_of_its_own) {
  const auto tail_with = [](const std::function<void(call_context&)>& change) {
    ledger_row row;
    change(row.context.emplace());
    const std::string bytes = row_bytes(row);
    const std::string none = row_bytes({});
    BOOST_REQUIRE(none.ends_with(std::string(2, '\0')));
    BOOST_TEST(bytes.substr(0, none.size() - 2) == none.substr(0, none.size() - 2));
    return bytes.substr(none.size() - 2);
  };
  using namespace std::string_literals;
  BOOST_TEST(tail_with([](call_context& of) { of.session = "x"; }) == "\x01\x01x\0"s);
  BOOST_TEST(tail_with([](call_context& of) { of.parent = "x"; }) == "\x02\x01x\0"s);
  BOOST_TEST(tail_with([](call_context& of) { of.arm = "x"; }) == "\x04\x01x\0"s);
  BOOST_TEST(tail_with([](call_context& of) { of.prompt_version = "x"; }) == "\x08\x01x\0"s);
  BOOST_TEST(tail_with([](call_context& of) { of.region = "x"; }) == "\x10\x01x\0"s);
  BOOST_TEST(tail_with([](call_context& of) { of.attempts = 2; }) == "\x20\x04\0"s);
  BOOST_TEST(tail_with([](call_context& of) { of.attempts = 0; }) == "\x20\0\0"s);
  std::string unknown = row_bytes({});
  BOOST_TEST(reads_row(unknown));
  unknown[unknown.size() - 2] = 0x40;
  BOOST_TEST(!reads_row(unknown));
}

BOOST_AUTO_TEST_CASE(a_single_leg_is_written_as_the_row_itself) {
  ledger_row row;
  row.legs.resize(1);
  BOOST_TEST(!reads_row(row_bytes(row)));
  row.legs.resize(2);
  BOOST_TEST(reads_row(row_bytes(row)));
}

// Two rows that differ in one byte: the last word there is, and the one after it.
BOOST_AUTO_TEST_CASE(words_are_read_up_to_the_last_there_is) {
  const auto expect = [](const std::function<void(ledger_row&)>& change) {
    ledger_row first;
    first.source = usage_source::provider;
    first.legs.resize(2);
    ledger_row last = first;
    change(last);
    const std::string without = row_bytes(first);
    std::string with = row_bytes(last);
    BOOST_TEST(reads_row(with));
    BOOST_REQUIRE(with.size() == without.size());
    ++*std::mismatch(without.begin(), without.end(), with.begin()).second;
    BOOST_TEST(!reads_row(with));
  };
  constexpr auto last_tier = static_cast<service_tier>(service_tier_count - 1);
  expect([](ledger_row& row) { row.tier = last_tier; });
  expect([](ledger_row& row) { row.source = usage_source::none; });
  expect([](ledger_row& row) { row.outcome = call_outcome::cut; });
  expect([](ledger_row& row) { row.legs[1].tier = last_tier; });
  expect([](ledger_row& row) { row.legs[1].why = leg_reason::correction; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
