// Goal: a store of format 3, whose rows have legs and which has no sums of what those moved, becomes one of
// this format with books that hold. Method: a store of today with those sums taken out of it and the older
// number put in, opened again, proved and corrected.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/amendment.hpp"
#include "budgets/store/open_database.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_upgrade_suite)

namespace {

namespace format = ledger_format;

// What a call was billed: 30 by the model that was asked, 70 by another one.
[[nodiscard]] settlement advised(std::uint64_t number, wall_time at) {
  settlement what = settle_of(numbered_id(number, at), 100, at);
  leg answer;
  answer.model = charged_to("acme").model;
  answer.provider = charged_to("acme").provider;
  answer.cost = nanodollars{30};
  leg advice = answer;
  advice.why = leg_reason::advisor;
  advice.model = "advisor";
  advice.cost = nanodollars{70};
  answer.used = what.used;
  what.legs = {answer, advice};
  return what;
}

struct older_store {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("ever", 1'000'000, window_kind::forever)};
  std::string directory = scratch.sub("ledger");

  [[nodiscard]] ledger_options options() {
    ledger_options result;
    result.directory = directory;
    result.caps = caps;
    return result;
  }

  older_store() {
    {
      driven_writer books(options());
      for (std::uint64_t number = 1; number <= 50; ++number) {
        const auto at = monday_ten + std::chrono::hours{number};
        BOOST_REQUIRE(!books.hold(hold_of(number, 200, at)).refused);
        BOOST_REQUIRE(books.settle(advised(number, at)).recorded);
      }
    }
    as_version_3();
  }

  void as_version_3() {
    const open_database raw = open();
    auto* state = raw.family(ledger_store::family::state);
    for (const std::string& key : moved_keys(raw))
      BOOST_REQUIRE(raw.db->Delete(rocksdb::WriteOptions(), state, as_slice(key)).ok());
    std::string value;
    format::append_format(value, 3);
    BOOST_REQUIRE(
        raw.db->Put(rocksdb::WriteOptions(), state, as_slice(format::format_key), value).ok());
  }

  [[nodiscard]] open_database open() const {
    const auto store = store_options{.directory = directory};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto opened = rocksdb::DB::Open(rocksdb_options::of_database(store), directory,
                                          rocksdb_options::of_families(), &handles, &db);
    BOOST_REQUIRE(opened.ok());
    open_database raw;
    raw.db.reset(db);
    std::ranges::copy(handles, raw.families.begin());
    return raw;
  }

  [[nodiscard]] static std::vector<std::string> moved_keys(const open_database& raw) {
    std::vector<std::string> keys;
    const std::unique_ptr<rocksdb::Iterator> at(
        raw.db->NewIterator(rocksdb::ReadOptions(), raw.family(ledger_store::family::state)));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      if (at->key()[0] == 's' || at->key()[0] == 'e') keys.push_back(at->key().ToString());
    }
    return keys;
  }

  void expect_proved(const driven_writer& books) const {
    for (const std::string& finding :
         verify_books(ledger_store::moment(books.writer.store()), caps))
      BOOST_ERROR(finding);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_legs_moved_is_summed_when_an_older_store_is_opened, older_store) {
  BOOST_TEST(moved_keys(open()).empty());
  {
    driven_writer books(options());
    expect_proved(books);
    const auto format_now = ledger_store::moment(books.writer.store()).get(format::format_key);
    BOOST_TEST(format::read_format(format_now.value()).value() == format::version);
  }
  BOOST_TEST(moved_keys(open()).size() == 2U * (50 + 3));  // two models, in 50 hours of three days
}

BOOST_FIXTURE_TEST_CASE(a_row_of_an_older_store_that_is_corrected_takes_back_what_it_added,
                        older_store) {
  driven_writer books(options());
  amendment_order order;
  const auto at = monday_ten + std::chrono::hours{7};
  order.id = numbered_id(7, at);
  order.correct = amendment_order::figures{.used = {}, .cost = nanodollars{5}, .price_version = {}};
  order.by = {.who = "w", .from = "f", .reason = "r"};
  order.at = at;
  BOOST_TEST(!books.amend(order).refused);
  expect_proved(books);
}

// As where the process ended before the number was written.
BOOST_FIXTURE_TEST_CASE(what_was_summed_before_is_not_summed_twice, older_store) {
  { const driven_writer books(options()); }
  {
    const open_database raw = open();
    std::string value;
    format::append_format(value, 3);
    BOOST_REQUIRE(raw.db
                      ->Put(rocksdb::WriteOptions(), raw.family(ledger_store::family::state),
                            as_slice(format::format_key), value)
                      .ok());
  }
  const driven_writer books(options());
  expect_proved(books);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
