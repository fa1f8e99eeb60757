// Stores that must not be opened: in use, newer, incomplete, damaged. The rule for damage: a start
// is refused and says why, or every balance is right; never a wrong balance in silence.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/row.hpp"
#include "budgets/store/acknowledged_mark.hpp"
#include "budgets/store/open_database.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_damage_suite)

namespace {

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

constexpr std::uint64_t calls = 200;
constexpr std::int64_t used_each = 30;

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("ever", 1'000'000, window_kind::forever)};
  std::string pristine = scratch.sub("pristine");
  std::string damaged = scratch.sub("damaged");

  [[nodiscard]] ledger_options options(const std::string& directory) const {
    ledger_options result;
    result.directory = directory;
    result.caps = caps;
    return result;
  }

  // The first half of the calls ends up in tables, the second in the log.
  fixture() {
    for (const std::uint64_t first : {std::uint64_t{1}, calls / 2 + 1}) {
      driven_writer books(options(pristine));
      for (std::uint64_t i = first; i < first + calls / 2; ++i) {
        BOOST_REQUIRE(!books.hold(hold_of(i, 40)).refused);
        BOOST_REQUIRE(books.settle(settle_of(numbered_id(i), used_each)).recorded);
      }
    }
  }

  void copy() const {
    fs::remove_all(damaged);
    fs::copy(pristine, damaged);
  }

  [[nodiscard]] fs::path file(const std::string& prefix, const std::string& extension) const {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(damaged)) {
      const auto name = entry.path().filename().string();
      if (!name.starts_with(prefix) || entry.path().extension() != extension) continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    BOOST_REQUIRE(!largest.empty());
    return largest;
  }

  void write_version(std::uint32_t number) const {
    const auto store = store_options{.directory = damaged};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto opened = rocksdb::DB::Open(rocksdb_options::of_database(store), damaged,
                                          rocksdb_options::of_families(), &handles, &db);
    BOOST_REQUIRE(opened.ok());
    open_database raw;
    raw.db.reset(db);
    std::ranges::copy(handles, raw.families.begin());
    std::string value;
    ledger_format::append_format(value, number);
    BOOST_REQUIRE(
        raw.db->Put(rocksdb::WriteOptions(), as_slice(ledger_format::format_key), value).ok());
  }

  [[nodiscard]] std::string refusal() const {
    try {
      const driven_writer books(options(damaged));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }

  struct whole_books {
    std::vector<ledger_row> rows;
    std::vector<std::int64_t> used;
    rollup_sums spent;
    bool operator==(const whole_books&) const = default;
  };
  // Nothing: the damage was noticed.
  [[nodiscard]] std::optional<whole_books> books_in(const std::string& directory) const {
    try {
      driven_writer books(options(directory));
      const ledger_store::moment at(books.writer.store());
      if (!verify_books(at, caps).empty()) return std::nullopt;
      row_query all;
      all.limit = 10 * calls;
      whole_books found{.rows = query_rows(at, all), .used = {}, .spent = {}};
      for (const auto& standing : books.standings())
        found.used.push_back(standing.used);
      for (const auto& line : query_spend(at, {}))
        found.spent += line.sums;
      return found;
    } catch (const std::runtime_error&) {
      return std::nullopt;
    }
  }

  // True when the damage was noticed; an error of the test when a balance is wrong and nobody said
  // so.
  [[nodiscard]] bool noticed() const {
    try {
      driven_writer books(options(damaged));
      const auto expected = static_cast<std::int64_t>(calls) * used_each;
      BOOST_TEST(find_standing(books.standings(), "ever")->used == expected);
      const ledger_store::moment at(books.writer.store());
      if (!verify_books(at, caps).empty()) return true;
      BOOST_TEST(query_spend(at, {}).front().sums.cost.count() == expected);
      return false;
    } catch (const std::runtime_error& error) {
      BOOST_TEST(std::string(error.what()).find("ledger") != std::string::npos, error.what());
      return true;
    }
  }
};

[[nodiscard]] std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? otherwise : std::stoull(text);
}

void flip_bit(const fs::path& path, std::uint64_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(bit / 8);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ (1 << (bit % 8))));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_undamaged_copy_is_right, fixture) {
  copy();
  BOOST_TEST(!noticed());
}

BOOST_FIXTURE_TEST_CASE(a_store_in_use_is_refused, fixture) {
  const driven_writer books(options(pristine));
  BOOST_CHECK_EXCEPTION(driven_writer{options(pristine)}, std::runtime_error,
                        [](const std::runtime_error& error) {
                          return std::string(error.what()).find("in use") != std::string::npos;
                        });
}

BOOST_FIXTURE_TEST_CASE(a_newer_store_is_refused_and_says_which_version_it_is, fixture) {
  copy();
  write_version(ledger_format::version + 1);
  const auto named = "format is version " + std::to_string(ledger_format::version + 1);
  BOOST_TEST(refusal().find(named) != std::string::npos, refusal());
}

BOOST_FIXTURE_TEST_CASE(a_store_older_than_any_that_is_read_is_refused, fixture) {
  copy();
  write_version(ledger_format::oldest_version - 1);
  const auto named = "format is version " + std::to_string(ledger_format::oldest_version - 1);
  BOOST_TEST(refusal().find(named) != std::string::npos, refusal());
}

BOOST_FIXTURE_TEST_CASE(an_older_store_is_read_and_becomes_one_of_this_version, fixture) {
  copy();
  write_version(ledger_format::oldest_version);
  driven_writer books(options(damaged));
  BOOST_TEST(books.standings().front().used == static_cast<std::int64_t>(calls) * used_each);
  const auto format = ledger_store::moment(books.writer.store()).get(ledger_format::format_key);
  BOOST_REQUIRE(format);
  BOOST_TEST(ledger_format::read_format(*format).value() == ledger_format::version);
}

BOOST_FIXTURE_TEST_CASE(a_store_without_its_current_file_is_refused_and_not_begun_anew, fixture) {
  copy();
  fs::remove(damaged + "/CURRENT");
  BOOST_TEST(refusal().find("CURRENT is missing") != std::string::npos, refusal());
  BOOST_TEST(!fs::exists(damaged + "/CURRENT"));
}

BOOST_FIXTURE_TEST_CASE(a_store_without_one_of_its_tables_is_refused, fixture) {
  copy();
  fs::remove(file("", ".sst"));
  BOOST_TEST(!refusal().empty());
}

BOOST_FIXTURE_TEST_CASE(a_log_cut_short_is_refused_and_says_what_was_acknowledged, fixture) {
  for (const double share : {0.0, 0.3, 0.9, 0.999}) {
    copy();
    const auto log = file("", ".log");
    fs::resize_file(log,
                    static_cast<std::uintmax_t>(static_cast<double>(fs::file_size(log)) * share));
    BOOST_TEST(refusal().find("was acknowledged") != std::string::npos, refusal());
    BOOST_TEST(refusal().find("was acknowledged") !=
               std::string::npos);  // also the second time: nothing was changed
  }
}

BOOST_FIXTURE_TEST_CASE(a_loss_that_the_operator_accepts_leaves_books_that_agree, fixture) {
  copy();
  const auto log = file("", ".log");
  fs::resize_file(log, fs::file_size(log) / 2);
  fs::remove(damaged + "/" + acknowledged_mark::file_name);
  driven_writer books(options(damaged));
  BOOST_TEST(verify_books(ledger_store::moment(books.writer.store()), caps).empty());
  const auto used = find_standing(books.standings(), "ever")->used;
  BOOST_TEST(used > static_cast<std::int64_t>(calls / 2) * used_each);
  BOOST_TEST(used < static_cast<std::int64_t>(calls) * used_each);
  BOOST_TEST(!books.hold(hold_of(9'999, 1)).refused);
}

BOOST_FIXTURE_TEST_CASE(a_directory_left_by_a_start_that_was_cut_short_is_created_anew, fixture) {
  const auto half_made = scratch.sub("half_made");
  fs::create_directories(half_made);
  std::ofstream(half_made + "/MANIFEST-000001") << "x";
  std::ofstream(half_made + "/" + acknowledged_mark::file_name) << "";
  driven_writer books(options(half_made));
  BOOST_TEST(!books.hold(hold_of(1, 1)).refused);
}

struct kind_of_file {
  const char* prefix;
  const char* extension;
};
std::ostream& operator<<(std::ostream& out, const kind_of_file& kind) {
  return out << kind.prefix << kind.extension;
}

const std::vector<kind_of_file> every_kind = {
    {"CURRENT", ""}, {"MANIFEST", ""}, {"", ".log"}, {"", ".sst"}, {"ACKNOWLEDGED", ""}};

// Random single bits, from a fixed seed. One kind of damage goes by unnoticed because it does no
// harm: a bit that nothing reads.
BOOST_DATA_TEST_CASE_F(fixture, no_flipped_bit_makes_a_wrong_balance, data::make(every_kind),
                       kind) {
  std::mt19937_64 random(29);
  int seen = 0;
  for (int trial = 0; trial < 12; ++trial) {
    copy();
    const auto path = file(kind.prefix, kind.extension);
    // The mark's file is a page, and 52 bytes are used.
    const auto bytes =
        std::min<std::uint64_t>(fs::file_size(path), *kind.prefix == 'A' ? 16 : ~0ULL);
    const auto bit = random() % (bytes * 8);
    BOOST_TEST_CONTEXT("bit " << bit << " of " << path.filename()) {
      flip_bit(path, bit);
      seen += noticed() ? 1 : 0;
    }
  }
  if (std::string(kind.extension) == ".log") BOOST_TEST(seen == 12);
  if (*kind.prefix != 'A') BOOST_TEST(seen > 0);
}

// Any bit of any file, whatever the file is for. STINT_FLIPS says how many, STINT_SEED which.
BOOST_FIXTURE_TEST_CASE(no_flipped_bit_of_any_file_changes_the_books_in_silence, fixture) {
  const auto flips = from_environment("STINT_FLIPS", 60);
  const auto seed = from_environment("STINT_SEED", 31);
  std::mt19937_64 random(seed);
  copy();
  const auto before = books_in(damaged);
  BOOST_REQUIRE(before.has_value());
  int noticed_flips = 0;
  for (std::uint64_t trial = 0; trial < flips; ++trial) {
    copy();
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(damaged)) {
      if (entry.file_size() > 0) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    const auto& path = files[random() % files.size()];
    const auto bit = random() % (fs::file_size(path) * 8);
    BOOST_TEST_CONTEXT("seed " << seed << ", trial " << trial << ": bit " << bit << " of "
                               << path.filename()) {
      flip_bit(path, bit);
      const auto after = books_in(damaged);
      if (after) {
        BOOST_TEST((*after == *before));
      } else {
        ++noticed_flips;
      }
    }
  }
  BOOST_TEST(noticed_flips > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
