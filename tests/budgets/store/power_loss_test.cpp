// The power goes at a random call to the storage, while a ledger with durability: disk works or
// opens. What was acknowledged is there to the nano-dollar after it, nothing is there that was not
// asked for, nothing is held, and the books agree. STINT_POWER_LOSSES says how many seeds,
// STINT_SEED the first.
#include <cstdlib>
#include <map>
#include <random>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/store/forgetful_file_system.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(power_loss_suite)

namespace {

constexpr std::uint64_t seeds_in_gate = 100;
constexpr int lives = 3;  // of one store

[[nodiscard]] std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? otherwise : std::stoull(text);
}

// One store through several losses, and what must be in it.
class run {
 public:
  explicit run(std::uint64_t seed)
      : random_(seed),
        environment_(rocksdb::NewCompositeEnv(std::make_shared<forgetful_file_system>(power_))) {}

  void live_once() {
    in_doubt_.reset();
    power_.fail_after(static_cast<std::int64_t>(random_() % 120));
    try {
      driven_writer books(options());
      posted_orphans();
      while (!power_.failed())
        act(books);
    } catch (const std::runtime_error&) {
      BOOST_TEST(power_.failed());  // it went while the store was being opened
    }
    power_.lose(random_);
    look();
  }

  [[nodiscard]] std::size_t acknowledged() const { return settled_.size(); }

 private:
  [[nodiscard]] ledger_options options() {
    ledger_options result;
    result.directory = scratch_.sub("ledger");
    result.durability = durability::disk;
    result.caps = caps_;
    result.environment = environment_.get();
    return result;
  }

  void act(driven_writer& books) {
    if (held_.empty() || random_() % 2 == 0) {
      const std::uint64_t number = ++numbers_;
      if (!books.hold(hold_of(number, 40)).refused) {
        held_.push_back(number);
      } else {
        in_doubt_ = number;
      }
      return;
    }
    const auto which = random_() % held_.size();
    const std::uint64_t number = held_[which];
    const auto cost = static_cast<std::int64_t>(random_() % 40);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(which));
    if (books.settle(settle_of(numbered_id(number), cost)).recorded) {
      settled_[number] = cost;
    } else {
      in_doubt_ = number;
      doubtful_cost_ = cost;
    }
  }

  // Every hold that was pending is posted at all that it held.
  void posted_orphans() {
    for (const std::uint64_t number : held_)
      settled_[number] = 40;
    held_.clear();
  }

  void look() {
    driven_writer books(options());
    BOOST_TEST(books.writer.health().holds_active == 0U);
    const ledger_store::moment at(books.writer.store());
    for (const auto& finding : verify_books(at, caps_))
      BOOST_ERROR(finding);
    posted_orphans();
    row_query all;
    all.limit = 1'000'000;
    std::map<std::string, std::int64_t> found;
    for (const auto& row : query_rows(at, all))
      found[to_string(row.id)] = row.cost.count();
    if (in_doubt_) {
      const auto doubtful = found.find(to_string(numbered_id(*in_doubt_)));
      if (doubtful != found.end()) {
        const auto cost = doubtful->second;
        BOOST_TEST((cost == 40 || cost == doubtful_cost_));
        settled_[*in_doubt_] = cost;
      }
    }
    std::map<std::string, std::int64_t> expected;
    for (const auto& [number, cost] : settled_)
      expected[to_string(numbered_id(number))] = cost;
    BOOST_TEST((found == expected), found.size() << " rows, expected " << expected.size());
  }

  std::mt19937_64 random_;
  scratch_directory scratch_;
  std::vector<cap> caps_{usd_cap("ever", 1'000'000'000, window_kind::forever),
                         usd_cap("day", 1'000'000'000)};
  power power_;
  std::unique_ptr<rocksdb::Env> environment_;
  std::uint64_t numbers_ = 0;
  std::vector<std::uint64_t> held_;
  std::map<std::uint64_t, std::int64_t> settled_;
  std::optional<std::uint64_t> in_doubt_;  // asked for when the power went
  std::int64_t doubtful_cost_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_when_the_power_goes) {
  const std::uint64_t first = from_environment("STINT_SEED", 1);
  const std::uint64_t count = from_environment("STINT_POWER_LOSSES", seeds_in_gate);
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    BOOST_TEST_CONTEXT("to replay: STINT_SEED=" << seed << " STINT_POWER_LOSSES=1") {
      run one(seed);
      for (int life = 0; life < lives; ++life)
        one.live_once();
      acknowledged += one.acknowledged();
    }
  }
  BOOST_TEST(acknowledged > count);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
