// Every record reads as it was written, and nothing else is read: cut at every byte, longer by one,
// of another version.
#include "budgets/store/format.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/row.hpp"
#include "budgets/store/byte_codec.hpp"
#include "pricing/text/hex.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_format_suite)

namespace {

namespace format = ledger_format;

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

[[nodiscard]] ledger_row full_row() {
  ledger_row row;
  row.id = numbered_id(42);
  row.admitted = monday_ten + std::chrono::microseconds{1};
  row.first_byte = monday_ten + std::chrono::seconds{1};
  row.ended = monday_ten + std::chrono::seconds{2};
  row.charged = {.tenant = "acme",
                 .feature = "search/web",
                 .key = "key_1",
                 .user = std::string("a\0b", 3),
                 .model = "gpt-5",
                 .provider = "openai"};
  row.model_served = "gpt-5-2026-01-01";
  row.used = {.input_tokens = 1,
              .cached_input_tokens = 2,
              .cache_write_5m_tokens = 3,
              .cache_write_1h_tokens = 4,
              .audio_input_tokens = 5,
              .output_tokens = 6,
              .reasoning_tokens = 7,
              .audio_output_tokens = 8,
              .web_searches = 9};
  row.cost = nanodollars{most};
  row.price_version = "2026-11-01";
  row.held = {.input_tokens = 10, .output_tokens = 11, .cost = nanodollars{12}, .requests = 1};
  row.source = usage_source::counted;
  row.outcome = call_outcome::client_gone;
  row.tier = service_tier::fast;
  row.status = 499;
  row.flags = row_flag::counted | row_flag::over_hold;
  row.streaming = true;
  row.tags = {{"prompt_version", "7"}, {"session", ""}};
  return row;
}

// As full_row(), of several parts and with all that may be known beside.
[[nodiscard]] ledger_row row_with_legs() {
  ledger_row row = full_row();
  row.context = {.session = "s1",
                 .parent = "run-7",
                 .arm = "b",
                 .prompt_version = "12",
                 .region = "eu",
                 .attempts = 3};
  leg answer{.why = leg_reason::answer,
             .model = "claude-opus-5",
             .provider = "anthropic",
             .tier = service_tier::standard,
             .used = {.input_tokens = 100, .output_tokens = 7, .images = 2, .pages = 1},
             .cost = nanodollars{500},
             .price_version = "2026-11-01"};
  leg advisor = answer;
  advisor.why = leg_reason::advisor;
  advisor.model = "claude-haiku-5";
  advisor.used = {.output_tokens = 30,
                  .cache_write_12h_tokens = 4,
                  .media_milliseconds = 1'500,
                  .characters = 12,
                  .requests = 1};
  advisor.cost = nanodollars{20};
  leg correction = answer;
  correction.why = leg_reason::correction;
  correction.used = {.input_tokens = -40};
  correction.cost = nanodollars{-100};
  row.legs = {answer, advisor, correction};
  row.used = {.input_tokens = 60,
              .output_tokens = 37,
              .cache_write_12h_tokens = 4,
              .images = 2,
              .media_milliseconds = 1'500,
              .characters = 12,
              .requests = 1,
              .pages = 1};
  row.cost = nanodollars{420};
  return row;
}

// Of hexadecimal digits with blanks between them.
[[nodiscard]] std::string bytes_of(std::string hex) {
  std::erase(hex, ' ');
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  BOOST_REQUIRE(from_hex(hex, bytes));
  return {bytes.begin(), bytes.end()};
}

// The bytes are read whole; cut short at every place, longer by one, or of an unknown version they
// are not.
template <class Read>
void expect_strict(const std::string& bytes, Read&& read) {
  BOOST_TEST(read(bytes).has_value());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BOOST_TEST(!read(std::string_view(bytes).substr(0, size)).has_value(), "cut at " << size);
  }
  BOOST_TEST(!read(bytes + '\0').has_value());
  BOOST_TEST(!read('\x7f' + bytes.substr(1)).has_value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_of_every_size_read_as_written) {
  std::string bytes;
  byte_writer write(bytes);
  const std::vector<std::int64_t> numbers = {0, 1, -1, 63, 64, -64, -65, 1 << 20, most, least};
  for (const auto each : numbers)
    write.signed_number(each);
  for (const auto each : numbers)
    write.sortable_signed(each);
  byte_reader read(bytes);
  for (const auto each : numbers)
    BOOST_TEST(read.signed_number() == each);
  for (const auto each : numbers)
    BOOST_TEST(read.sortable_signed() == each);
  BOOST_TEST(read.finished());
}

BOOST_AUTO_TEST_CASE(a_number_beyond_64_bits_is_refused) {
  byte_reader too_long("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  (void)too_long.number();
  BOOST_TEST(!too_long.ok());
  byte_reader endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  (void)endless.number();
  BOOST_TEST(!endless.ok());
}

BOOST_AUTO_TEST_CASE(a_text_longer_than_the_record_is_refused) {
  std::string bytes;
  byte_writer(bytes).number(~std::uint64_t{0});
  byte_reader read(bytes);
  BOOST_TEST(read.text().empty());
  BOOST_TEST(!read.ok());
}

BOOST_AUTO_TEST_CASE(sortable_numbers_sort) {
  std::string last;
  for (const std::int64_t each :
       {least, std::int64_t{-5}, std::int64_t{0}, std::int64_t{256}, most}) {
    std::string bytes;
    byte_writer(bytes).sortable_signed(each);
    BOOST_TEST((last < bytes));  // as bytes, which is not how BOOST_TEST compares texts
    last = bytes;
  }
}

BOOST_AUTO_TEST_CASE(a_row_reads_as_written) {
  const ledger_row row = full_row();
  std::string bytes;
  format::append_row(bytes, row, 3);
  const auto found = format::read_row(row.id, bytes);
  BOOST_REQUIRE(found);
  BOOST_TEST((found->row == row));
  BOOST_TEST(found->epoch == 3U);
  expect_strict(bytes, [&](std::string_view each) { return format::read_row(row.id, each); });
}

BOOST_AUTO_TEST_CASE(a_row_of_several_legs_reads_as_written) {
  const ledger_row row = row_with_legs();
  std::string bytes;
  format::append_row(bytes, row, 3);
  const auto found = format::read_row(row.id, bytes);
  BOOST_REQUIRE(found);
  BOOST_TEST((found->row == row));
  BOOST_TEST(legs_of(found->row).size() == 3U);
  expect_strict(bytes, [&](std::string_view each) { return format::read_row(row.id, each); });
}

BOOST_AUTO_TEST_CASE(a_row_whose_legs_do_not_add_up_is_damaged) {
  ledger_row row = row_with_legs();
  row.cost = row.cost + nanodollars{1};
  std::string bytes;
  format::append_row(bytes, row, 3);
  BOOST_TEST(!format::read_row(row.id, bytes).has_value());
  row = row_with_legs();
  row.used.pages += 1;
  bytes.clear();
  format::append_row(bytes, row, 3);
  BOOST_TEST(!format::read_row(row.id, bytes).has_value());
}

BOOST_AUTO_TEST_CASE(legs_beyond_the_numbers_are_damage_and_no_end_of_the_process) {
  ledger_row row = full_row();
  row.used = {};
  row.legs.assign(2, leg{});
  for (leg& each : row.legs)
    each.cost = nanodollars{most};
  std::string bytes;
  format::append_row(bytes, row, 3);
  BOOST_TEST(!format::read_row(row.id, bytes).has_value());
}

BOOST_AUTO_TEST_CASE(eight_legs_are_read_and_nine_are_not) {
  ledger_row row = full_row();
  row.used = {};
  row.cost = nanodollars{};
  for (const std::size_t count : {legs_max, legs_max + 1}) {
    row.legs.assign(count, leg{});
    std::string bytes;
    format::append_row(bytes, row, 3);
    BOOST_TEST(format::read_row(row.id, bytes).has_value() == (count == legs_max));
  }
}

BOOST_AUTO_TEST_CASE(usage_costs_a_byte_for_what_was_not_used) {
  ledger_row row;
  row.id = numbered_id(1);
  std::string none;
  format::append_row(none, row, 1);
  row.used.images = 1;
  std::string one;
  format::append_row(one, row, 1);
  BOOST_TEST(one.size() == none.size() + 2);  // the kind needs a larger number, and its count
}

// A row and a hold as the second version of the format had them.
BOOST_AUTO_TEST_CASE(rows_and_holds_of_the_second_version_are_read) {
  const auto row = format::read_row(
      numbered_id(42),
      bytes_of("01 01 80a0f9e5f481a606 a0e297e6f481a606 80b2ede7f481a606 0461636d65 0463686174 "
               "056b65795f31 00 056770742d35 066f70656e6169 0a6770742d352d32303236 18 00 00 00 00 "
               "e003 00 00 02 f0d41d 0a323032362d30332d3031 18 d804 b0fe24 02 00 00 00 9003 00 01 "
               "01 0773657373696f6e 03616263"));
  BOOST_REQUIRE(row);
  BOOST_TEST(row->row.used.input_tokens == 12);
  BOOST_TEST(row->row.used.output_tokens == 240);
  BOOST_TEST(row->row.used.web_searches == 1);
  BOOST_TEST(row->row.cost.count() == 243'000);
  BOOST_TEST(row->row.held.output_tokens == 300);
  BOOST_TEST(row->row.status == 200);
  BOOST_TEST((row->row.tags == free_tags{{"session", "abc"}}));
  BOOST_TEST(!row->row.context.has_value());
  BOOST_TEST(row->row.legs.empty());
  const auto hold = format::read_hold(
      numbered_id(42),
      bytes_of("01 01 80a0f9e5f481a606 0461636d65 0463686174 056b65795f31 00 056770742d35 "
               "066f70656e6169 18 c801 b0c90c 02 18 00 00 00 00 00 00 00 00 f02e "
               "0a323032362d30332d3031 00 01 01 0773657373696f6e 03616263 01 01 8080d6c9e8ffa506 "
               "0461636d65 b0c90c"));
  BOOST_REQUIRE(hold);
  BOOST_TEST(hold->request.known.input_tokens == 12);
  BOOST_TEST(hold->request.known_cost.count() == 3'000);
  BOOST_TEST(hold->request.worst.output_tokens == 100);
  BOOST_TEST(hold->touches.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_hold_that_did_not_tell_its_searches_is_read) {
  const auto hold = format::read_hold(
      numbered_id(42),
      bytes_of("02 01 80a0f9e5f481a606 0461636d65 0463686174 056b65795f31 00 056770742d35 "
               "066f70656e6169 18 c801 b0c90c 02 01 18 f02e 0a323032362d30332d3031 00 01 00 00 01 "
               "01 8080d6c9e8ffa506 0461636d65 b0c90c"));
  BOOST_REQUIRE(hold);
  BOOST_TEST(hold->request.web_searches == 0);
  BOOST_TEST(hold->touches.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_hold_reads_as_written) {
  counter at;
  at.cap_number = 5;
  at.scope = "acme/chat";
  at.window.start = monday_ten;
  active_hold hold;
  hold.request = hold_of(7, 100);
  hold.request.flags = row_flag::estimated;
  hold.request.streaming = true;
  hold.request.tags = {{"a", "b"}};
  hold.request.context = {
      .session = "s1", .parent = "", .arm = "", .prompt_version = "", .region = "", .attempts = 2};
  hold.request.web_searches = 3;
  hold.epoch = 2;
  hold.touches.push_back({.at = &at, .start = at.window.start, .amount = 100});
  std::string bytes;
  format::append_hold(bytes, hold);
  const auto found = format::read_hold(hold.request.id, bytes);
  BOOST_REQUIRE(found);
  BOOST_TEST((found->request.id == hold.request.id));
  BOOST_TEST((found->request.admitted == hold.request.admitted));
  BOOST_TEST((found->request.charged == hold.request.charged));
  BOOST_TEST((found->request.worst == hold.request.worst));
  BOOST_TEST((found->request.known == hold.request.known));
  BOOST_TEST(found->request.known_cost.count() == 50);
  BOOST_TEST(found->request.price_version == hold.request.price_version);
  BOOST_TEST(found->request.flags == row_flag::estimated);
  BOOST_TEST(found->request.streaming);
  BOOST_TEST(found->request.web_searches == 3);
  BOOST_TEST((found->request.tags == hold.request.tags));
  BOOST_TEST((found->request.context == hold.request.context));
  BOOST_TEST(found->epoch == 2U);
  BOOST_REQUIRE(found->touches.size() == 1U);
  BOOST_TEST(found->touches.front().cap_number == 5U);
  BOOST_TEST(found->touches.front().scope == "acme/chat");
  BOOST_TEST((found->touches.front().start == monday_ten));
  BOOST_TEST(found->touches.front().amount == 100);
  expect_strict(bytes,
                [&](std::string_view each) { return format::read_hold(hold.request.id, each); });
}

BOOST_AUTO_TEST_CASE(small_records_read_as_written) {
  std::string bytes;
  const format::group_mark mark = {.sequence = ~std::uint64_t{0}, .last_seen = monday_ten};
  format::append_group(bytes, mark);
  BOOST_TEST((format::read_group(bytes) == mark));
  expect_strict(bytes, format::read_group);

  bytes.clear();
  const format::counter_value value = {.posted = most,
                                       .threshold = 100,
                                       .limit = most - 1,
                                       .fired_before = {{.limit = 5, .percent = 50}}};
  format::append_counter(bytes, value);
  BOOST_TEST((format::read_counter(bytes) == value));
  expect_strict(bytes, format::read_counter);

  bytes.clear();
  format::append_sums(bytes, sums_of(full_row()));
  BOOST_TEST((format::read_sums(bytes) == sums_of(full_row())));
  expect_strict(bytes, format::read_sums);

  bytes.clear();
  const format::cap_value registered = {.number = 9,
                                        .since_epoch = 2,
                                        .match = "x",
                                        .kind = window_kind::week,
                                        .active = true,
                                        .rebuilding = true,
                                        .whole_from = monday_ten,
                                        .incomplete = monday_ten};
  format::append_cap(bytes, registered);
  BOOST_TEST((format::read_cap(bytes) == registered));
  expect_strict(bytes, format::read_cap);
}

BOOST_AUTO_TEST_CASE(an_adjustment_reads_as_written) {
  adjustment made;
  made.number = 7;
  made.kind = adjustment_kind::reset;
  made.made = monday_ten;
  made.who = "admin";
  made.reason = "launch";
  made.cap = "tenant-day";
  made.cap_number = 3;
  made.unit = cap_unit::requests;
  made.scope = "acme";
  made.amount = most;
  made.window_start = monday_ten;
  for (const bool ends : {false, true}) {
    if (ends) made.until = monday_ten;
    made.every_scope = ends;
    std::string bytes;
    format::append_adjustment(bytes, made);
    BOOST_TEST((format::read_adjustment(7, bytes) == made));
    expect_strict(bytes, [](std::string_view each) { return format::read_adjustment(7, each); });
  }
  std::string key;
  format::append_adjustment_key(key, 7);
  BOOST_TEST(format::read_adjustment_key(key).value() == 7U);
}

// Bytes as the first version of this program wrote them.
BOOST_AUTO_TEST_CASE(records_of_the_first_version_are_read) {
  const auto counter = format::read_counter(std::string_view("\x01\x14\xa0\x01", 4));
  BOOST_REQUIRE(counter.has_value());
  BOOST_TEST(counter->posted == 10);
  BOOST_TEST(counter->threshold == 80);
  BOOST_TEST(!counter->limit.has_value());
  const auto second_counter =
      format::read_counter(std::string_view("\x02\x14\xa0\x01\xc8\x01\x00", 7));
  BOOST_REQUIRE(second_counter.has_value());
  BOOST_TEST((second_counter->limit == 100));
  BOOST_TEST(second_counter->unknown == 0);

  const auto exact = format::read_cap(std::string_view("\x01\x09\x02\x01x\x04\x03", 7));
  BOOST_REQUIRE(exact.has_value());
  BOOST_TEST(exact->number == 9U);
  BOOST_TEST(exact->active);
  BOOST_TEST((exact->whole_from == wall_time{}));
  const auto torn = format::read_cap(std::string_view("\x01\x09\x02\x01x\x04\x02", 7));
  BOOST_REQUIRE(torn.has_value());
  BOOST_TEST((torn->whole_from == wall_time::max()));

  const auto sums = format::read_sums(std::string_view("\x01\x04\x00\x02\0\0\0\0\0\0\0\0\x06", 13));
  BOOST_REQUIRE(sums.has_value());
  BOOST_TEST(sums->calls == 2);
  BOOST_TEST(sums->cost.count() == 3);
  BOOST_TEST(!sums->requests.has_value());

  const auto second =
      format::read_sums(std::string_view("\x02\x04\x00\x02\0\0\0\0\0\0\0\0\x06\x08", 14));
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(second->used.input_tokens == 1);
  BOOST_TEST(second->requests.value() == 4);
}

// Their requests stay unknown, also when newer ones are added; nothing else is lost.
BOOST_AUTO_TEST_CASE(sums_of_both_versions_add_up_to_the_older) {
  rollup_sums sums;
  sums.calls = 1;
  auto old = sums;
  old.requests.reset();
  std::string bytes;
  format::append_sums(bytes, old);
  sums += format::read_sums(bytes).value();
  BOOST_TEST(sums.calls == 2);
  BOOST_TEST(!sums.requests.has_value());
}

BOOST_AUTO_TEST_CASE(the_format_record_is_recognised_in_every_version) {
  std::string bytes;
  format::append_format(bytes, 77);
  BOOST_TEST(format::read_format(bytes).value() == 77U);
  BOOST_TEST(!format::read_format("another database"));
}

BOOST_AUTO_TEST_CASE(keys_read_as_written) {
  std::string key;
  format::append_counter_key(key, {.cap_number = 3, .start = monday_ten, .scope = "a/b"});
  BOOST_TEST(format::read_counter_scope(key).value() == "a/b");
  key.clear();
  format::append_hold_key(key, numbered_id(5));
  BOOST_TEST((format::read_hold_key(key) == numbered_id(5)));
  key.clear();
  const auto row = full_row();
  format::append_rollup_key(key, format::space::hours, rollup_key_of(row, 1'772'445'600));
  BOOST_TEST((format::read_rollup_key(key) == rollup_key_of(row, 1'772'445'600)));
  std::string day;
  format::append_day_key_of_hour(day, key);
  BOOST_TEST((format::read_rollup_key(day) == rollup_key_of(row, 1'772'409'600)));
  BOOST_TEST(day.front() == static_cast<char>(format::space::days));
}

BOOST_AUTO_TEST_CASE(the_identity_of_a_cap_is_what_its_counters_mean) {
  const cap base = usd_cap("day", 100);
  const auto identity = format::cap_identity(base);
  cap edited = base;
  edited.limit = 200;
  edited.mode = cap_mode::warn;
  edited.alert_percent = {10};
  edited.match = {{dimension::tenant, "acme"}};
  BOOST_TEST(format::cap_identity(edited) == identity);
  for (const auto change :
       {+[](cap& each) { each.name = "other"; }, +[](cap& each) { each.unit = cap_unit::tokens; },
        +[](cap& each) { each.window.kind = window_kind::week; },
        +[](cap& each) { each.window.first_weekday = 7; },
        +[](cap& each) { each.per = {dimension::tenant}; }}) {
    cap changed = base;
    change(changed);
    BOOST_TEST(format::cap_identity(changed) != identity);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
