// Goal: what RocksDB remembers of where keys went changes nothing of what is found: every key is there, in
// its order, also behind a range that was deleted. Method: random keys of all spaces, in any order and many
// times, against a map; and the sequence with which 7.8.3 loses keys when a deleted range has a place.
#include "budgets/store/insert_places.hpp"

#include <map>
#include <random>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/store/open_database.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(insert_places_suite)

namespace {

namespace format = ledger_format;

std::string counter(std::uint32_t cap, std::int64_t microseconds, const std::string& scope) {
  std::string key;
  format::append_counter_key(key, {.cap_number = cap,
                                   .start = wall_time{std::chrono::microseconds{microseconds}},
                                   .scope = scope});
  return key;
}

std::string row_key(wall_time at, std::uint64_t number) {
  std::string key;
  format::append_row_key(key, make_call_id(at, number, number));
  return key;
}

struct fixture {
  scratch_directory scratch;
  ledger_store store{{.directory = scratch.sub("ledger")}};
  std::map<std::string, std::string> wanted;

  void put(const std::string& key, const std::string& value) {
    const ledger_changes none;
    const std::vector<std::pair<std::string, std::string>> puts = {{key, value}};
    BOOST_REQUIRE(!store.write({.changes = &none, .last_seen = {}, .puts = puts}));
    wanted[key] = value;
  }
  [[nodiscard]] std::map<std::string, std::string> found(const std::string& from,
                                                         const std::string& until) const {
    std::map<std::string, std::string> all;
    std::string last;
    ledger_store::moment(store).scan(ledger_store::family::state, from, until,
                                     [&](std::string_view key, std::string_view value) {
                                       BOOST_TEST((last < key));
                                       last = key;
                                       all.emplace(key, value);
                                       return true;
                                     });
    return all;
  }
  void check() const {
    auto all = found("a", "z");
    std::erase_if(all, [](const auto& each) { return each.first.starts_with("m"); });
    BOOST_TEST((all == wanted));
    for (const auto& [key, value] : wanted)
      BOOST_TEST((ledger_store::moment(store).get(key) == std::optional(value)));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(keys_in_any_order_are_all_found_in_their_order, fixture) {
  std::mt19937 random(17);
  const auto below = [&](unsigned most) { return static_cast<std::uint32_t>(random() % most); };
  for (int n = 0; n < 4'000; ++n) {
    std::string key;
    switch (below(5)) {
      case 0:
        key =
            counter(below(4), below(3), std::string(below(3), static_cast<char>('a' + below(26))));
        break;
      case 1:
        format::append_hold_key(key, make_call_id(wall_time{std::chrono::hours{below(100)}}, n, n));
        break;
      case 2:
        format::append_rollup_prefix(
            key, below(2) == 0 ? format::space::hours : format::space::days, below(5) * 3'600);
        key += std::to_string(below(50));
        break;
      case 3:
        key = "k" + std::to_string(below(500));
        break;
      default:
        key = "a" + std::to_string(below(9));
    }
    put(key, std::to_string(n));
  }
  check();
}

BOOST_FIXTURE_TEST_CASE(no_key_is_lost_behind_a_range_that_was_deleted, fixture) {
  for (std::int64_t at = 0; at < 6; ++at)
    put(counter(3, at, "a"), "before");
  ledger_store::pruning what;
  what.counters_until = {{3, wall_time{std::chrono::microseconds{4}}}};
  for (int time = 0; time < 3; ++time) {
    BOOST_REQUIRE(!store.prune(what));
    for (std::int64_t at = 1; at < 4; ++at)
      wanted.erase(counter(3, at, "a"));
    for (const std::string scope : {"b", "a", "c", ""}) {
      for (const std::int64_t at : {0, 1, 5, 4, 2, 3, 6})
        put(counter(3, at, scope), scope);
    }
    check();
  }
}

BOOST_AUTO_TEST_CASE(no_deleted_range_begins_where_a_place_is_remembered) {
  const auto state = rocksdb_options::places_in_state();
  BOOST_TEST(!state->InDomain(counter(3, 1, "")));
  BOOST_TEST(!state->InDomain(counter(3, 1, "a")));
  BOOST_TEST(state->InDomain(counter(3, 0, "a")));
  BOOST_TEST(state->InDomain(counter(3, 2, "")));
  BOOST_TEST((state->Transform(counter(3, 2, "abc")) == rocksdb::Slice(counter(3, 2, ""))));
  const std::string broken = counter(3, 2, "").substr(0, 12);
  BOOST_TEST(!state->InDomain(broken));
  BOOST_TEST(!state->InDomain(""));
  BOOST_TEST(state->InDomain(std::string(format::group_key)));
  const auto rows = rocksdb_options::places_in_rows();
  BOOST_TEST(!rows->InDomain(row_key(wall_time{}, 0)));
  BOOST_TEST(!rows->InDomain(""));
  BOOST_TEST(rows->InDomain(row_key(monday_ten, 7)));
  BOOST_TEST(rows->InDomain(std::string(format::rows_group_key)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
