#include "budgets/store/ledger_store.hpp"

#include <future>
#include <memory>
#include <optional>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include "budgets/ledger_fixture.hpp"
#include "budgets/store/open_database.hpp"
#include "budgets/store/rollup_merge.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_store_suite)

namespace {

namespace format = ledger_format;

struct fixture {
  scratch_directory scratch;
  ledger_store store{{.directory = scratch.sub("ledger")}};

  void put(std::string key, std::string value, std::int64_t second = 0) {
    const ledger_changes none;
    const std::vector<std::pair<std::string, std::string>> puts = {
        {std::move(key), std::move(value)}};
    const wall_time at{std::chrono::seconds{second}};
    BOOST_REQUIRE(!store.write({.changes = &none, .last_seen = at, .puts = puts}));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(groups_are_numbered_without_gaps_and_so_found_after_opening_anew, fixture) {
  BOOST_TEST(store.committed().sequence == 0U);
  put("kx", "1", 5);
  put("kx", "2", 6);
  BOOST_TEST(store.committed().sequence == 2U);
  const auto reopened = store.reopen();
  BOOST_TEST(!reopened.failed);
  BOOST_TEST((reopened.found == ledger_store::reopened::without_failed_group));
  BOOST_TEST(store.committed().sequence == 2U);
  BOOST_TEST((store.committed().last_seen == wall_time{std::chrono::seconds{6}}));
  BOOST_TEST(ledger_store::moment(store).get("kx").value() == "2");
  BOOST_TEST(!ledger_store::moment(store).wanted());
}

BOOST_AUTO_TEST_CASE(a_store_that_was_only_created_is_opened_again) {
  const scratch_directory scratch;
  for (int time = 0; time < 2; ++time) {
    const ledger_store store({.directory = scratch.sub("ledger")});
    BOOST_TEST(store.committed().sequence == 0U);
  }
}

BOOST_FIXTURE_TEST_CASE(a_moment_does_not_see_what_is_written_after_it, fixture) {
  put("kx", "before");
  const ledger_store::moment at(store);
  put("kx", "after");
  BOOST_TEST(at.get("kx").value() == "before");
  BOOST_TEST(!at.get("ky"));
}

BOOST_FIXTURE_TEST_CASE(scans_keep_to_their_range_and_stop_when_told, fixture) {
  for (const char* key : {"ka", "kb", "kc", "kd"})
    put(key, "");
  const ledger_store::moment at(store);
  std::string seen;
  const auto add = [&](std::string_view key, std::string_view) {
    seen += key.substr(1);
    return seen.size() < 2;
  };
  at.scan(ledger_store::family::state, "kb", "ke", add);
  BOOST_TEST(seen == "bc");
  seen.clear();
  at.scan_down(ledger_store::family::state, "ka", "kd", add);
  BOOST_TEST(seen == "cb");
}

BOOST_FIXTURE_TEST_CASE(a_long_scan_ends_where_the_store_is_to_be_opened_anew, fixture) {
  for (int i = 0; i < 2'000; ++i)
    put("kx" + std::to_string(i), "1");
  std::optional<ledger_store::moment> at(std::in_place, store);
  std::future<ledger_store::reopen_result> reopened;
  int seen = 0;
  const auto visit = [&](std::string_view, std::string_view) {
    if (++seen > 1) return true;
    reopened = std::async(std::launch::async, [this] { return store.reopen(); });
    while (!at->wanted())
      std::this_thread::yield();
    return true;
  };
  BOOST_CHECK_THROW(at->scan(ledger_store::family::state, "k", "l", visit), std::runtime_error);
  BOOST_TEST(seen < 1'000);
  at.reset();
  BOOST_TEST(!reopened.get().failed);
}

// Files that hold nothing but deleted rows are given back at once, though not under somebody who began to read before.
BOOST_AUTO_TEST_CASE(retention_takes_no_rows_from_who_is_reading) {
  const scratch_directory scratch;
  const store_options options{.directory = scratch.sub("ledger")};
  {
    ledger_store store(options);
    ledger_changes changes;
    for (std::uint64_t i = 1; i <= 100; ++i) {
      ledger_row& row = changes.rows.emplace_back();
      row.id = numbered_id(i);
      row.admitted = monday_ten;
      changes.row_epochs.push_back(1);
    }
    BOOST_REQUIRE(!store.write({.changes = &changes, .last_seen = monday_ten, .puts = {}}));
  }
  {
    // In files of their own, as old rows are.
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    BOOST_REQUIRE(rocksdb::DB::Open(rocksdb_options::of_database(options), options.directory,
                                    rocksdb_options::of_families(), &handles, &opened)
                      .ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    const rocksdb::Slice end("\xff", 1);
    rocksdb::CompactRangeOptions how;
    how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    BOOST_REQUIRE(db->CompactRange(how, handles[1], nullptr, &end).ok());
    for (auto* each : handles)
      BOOST_REQUIRE(db->DestroyColumnFamilyHandle(each).ok());
  }
  ledger_store store(options);
  const auto rows = [](const ledger_store::moment& at) {
    int count = 0;
    at.scan(ledger_store::family::rows, "", format::rows_group_key,
            [&](std::string_view, std::string_view) { return ++count != 0; });
    return count;
  };
  ledger_store::pruning all;
  all.as_of = all.rows_until = monday_ten + std::chrono::hours{24};
  {
    const ledger_store::moment before(store);
    BOOST_REQUIRE(!store.prune(all));
    BOOST_TEST(rows(before) == 100);
    BOOST_TEST(rows(ledger_store::moment(store)) == 0);
  }
  BOOST_REQUIRE(!store.prune(all));
  BOOST_TEST(rows(ledger_store::moment(store)) == 0);
}

BOOST_FIXTURE_TEST_CASE(rollups_add_in_any_grouping, fixture) {
  const rollup_merge merge;
  const auto bytes_of = [](std::int64_t cost) {
    rollup_sums sums;
    sums.calls = 1;
    sums.cost = nanodollars{cost};
    std::string bytes;
    format::append_sums(bytes, sums);
    return bytes;
  };
  const std::string one = bytes_of(1);
  const std::string two = bytes_of(2);
  const std::string four = bytes_of(4);
  std::string left;
  std::string right;
  std::string result;
  const rocksdb::Slice first(one);
  BOOST_TEST(merge.Merge("r", &first, two, &left, nullptr));
  const rocksdb::Slice left_slice(left);
  BOOST_TEST(merge.Merge("r", &left_slice, four, &result, nullptr));
  const rocksdb::Slice second(two);
  BOOST_TEST(merge.Merge("r", &second, four, &right, nullptr));
  std::string other;
  BOOST_TEST(merge.Merge("r", &first, right, &other, nullptr));
  BOOST_TEST(result == other);
  BOOST_TEST(format::read_sums(result)->cost.count() == 7);
  BOOST_TEST(format::read_sums(result)->calls == 3);
  BOOST_TEST(!merge.Merge("r", &first, "damaged", &result, nullptr));
}

// They begin at the epoch, where no window with an end can begin any more.
BOOST_FIXTURE_TEST_CASE(counters_of_caps_without_a_window_are_never_deleted, fixture) {
  const auto key = [](std::int64_t microseconds) {
    std::string made;
    format::append_counter_key(made, {.cap_number = 3,
                                      .start = wall_time{std::chrono::microseconds{microseconds}},
                                      .scope = "a"});
    return made;
  };
  for (const std::int64_t at : {0, 1, 2, 3})
    put(key(at), "x");
  ledger_store::pruning what;
  what.counters_until = {{3, wall_time{std::chrono::microseconds{3}}}};
  BOOST_REQUIRE(!store.prune(what));
  const ledger_store::moment at(store);
  BOOST_TEST(at.get(key(0)).has_value());
  BOOST_TEST(!at.get(key(1)).has_value());
  BOOST_TEST(!at.get(key(2)).has_value());
  BOOST_TEST(at.get(key(3)).has_value());
}

// What is damaged is refused, what failed is opened anew by the ledger and by nobody else, and a
// start has no more to replay than this.
BOOST_AUTO_TEST_CASE(the_database_does_nothing_on_its_own_and_its_log_is_bounded) {
  const auto options = rocksdb_options::of_database({.directory = "nowhere"});
  BOOST_TEST(options.paranoid_checks);
  BOOST_TEST(options.max_bgerror_resume_count == 0);
  BOOST_TEST(options.stats_dump_period_sec == 0U);
  BOOST_TEST(!options.allow_concurrent_memtable_write);
  BOOST_TEST(!options.enable_write_thread_adaptive_yield);
  BOOST_TEST(options.avoid_unnecessary_blocking_io);
  BOOST_TEST(options.max_total_wal_size == std::uint64_t{128} << 20U);
  BOOST_REQUIRE(options.listeners.size() == 1U);
  bool recovers = true;
  options.listeners.front()->OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason::kFlush,
                                                  rocksdb::Status::NoSpace(), &recovers);
  BOOST_TEST(!recovers);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
