// A backup of a ledger that is being written, and what comes of it: everything acknowledged before
// it began, in books that agree; and never a damaged one restored in silence.
#include "budgets/store/backup.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/store/acknowledged_mark.hpp"
#include "budgets/store/backup_target.hpp"
#include "budgets/writer/ledger_thread.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_backup_suite)

namespace {

namespace fs = std::filesystem;

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("ever", 1'000'000'000, window_kind::forever),
                        usd_cap("day", 1'000'000'000)};
  std::string copy = scratch.sub("copy");
  std::string restored = scratch.sub("restored");

  [[nodiscard]] ledger_options options(const std::string& directory) const {
    ledger_options result;
    result.directory = directory;
    result.caps = caps;
    return result;
  }
  [[nodiscard]] std::string live() const { return scratch.sub("live"); }

  void settle_calls(std::uint64_t first, std::uint64_t last) const {
    driven_writer books(options(live()));
    for (std::uint64_t i = first; i <= last; ++i) {
      BOOST_REQUIRE(!books.hold(hold_of(i, 40)).refused);
      BOOST_REQUIRE(books.settle(settle_of(numbered_id(i), 30)).recorded);
    }
  }
  backup_summary back_up() const {
    work_progress progress;
    const ledger_store store({.directory = live()});
    return store.backup(copy, progress);
  }
  backup_summary restore() const {
    work_progress progress;
    return restore_backup(copy, restored, progress);
  }
  // Starts on it; returns what the cap for ever counts.
  [[nodiscard]] std::int64_t used_in(const std::string& directory) const {
    driven_writer books(options(directory));
    for (const auto& finding : verify_books(ledger_store::moment(books.writer.store()), caps)) {
      BOOST_ERROR(finding);
    }
    return find_standing(books.standings(), "ever")->used;
  }
  [[nodiscard]] static std::string refusal_of(const auto& attempt) {
    try {
      attempt();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }
};

// Calls one after the other until told to stop, and adds up what was acknowledged.
class caller {
 public:
  caller(ledger_thread& books, std::uint64_t number) : books_(books), number_(number) {
    thread_ = std::thread([this] { run(); });
  }
  ~caller() {
    over_ = true;
    thread_.join();
  }
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;
  [[nodiscard]] std::int64_t acknowledged() const { return acknowledged_; }

 private:
  void run() {
    for (std::uint64_t call = number_ << 32U; !over_; ++call) {
      std::promise<bool> held;
      books_.hold(hold_of(call, 40), [&](admission answer) { held.set_value(!answer.refused); });
      if (!held.get_future().get()) return;
      std::promise<bool> settled_well;
      books_.settle(settle_of(numbered_id(call), 30),
                    [&](settled answer) { settled_well.set_value(answer.recorded); });
      if (settled_well.get_future().get()) acknowledged_ += 30;
    }
  }

  ledger_thread& books_;
  std::uint64_t number_;
  std::atomic<std::int64_t> acknowledged_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_backup_under_load_holds_everything_acknowledged_before_it_began,
                        fixture) {
  settle_calls(1, 200);  // in tables by the next start, beside what is in the log
  std::int64_t before = 0;
  std::int64_t after = 0;
  {
    ledger_thread books(options(live()));
    std::vector<std::unique_ptr<caller>> callers;
    for (std::uint64_t i = 1; i <= 4; ++i)
      callers.push_back(std::make_unique<caller>(books, i));
    const auto acknowledged = [&] {
      std::int64_t sum = 200 * 30;
      for (const auto& each : callers)
        sum += each->acknowledged();
      return sum;
    };
    while (acknowledged() < 1'000 * 30)
      std::this_thread::yield();
    before = acknowledged();
    work_progress progress;
    const auto summary = books.backup(copy, progress);
    BOOST_TEST(summary.files > 3U);
    BOOST_TEST(summary.bytes == progress.total);
    const auto at_end = acknowledged();
    while (acknowledged() < at_end + 100 * 30)  // it goes on working
      std::this_thread::yield();
    after = acknowledged() + 4 * 40;  // each may have one more on its way, held by then
  }
  BOOST_TEST(restore().files > 0U);
  for (const auto& directory : {copy, restored}) {
    const auto used = used_in(directory);
    BOOST_TEST(used >= before);
    BOOST_TEST(used <= after);
  }
}

BOOST_FIXTURE_TEST_CASE(a_restored_backup_of_a_quiet_ledger_is_the_same_row_for_row, fixture) {
  settle_calls(1, 50);
  back_up();
  settle_calls(51, 60);  // after it
  restore();
  const auto rows_of = [](const std::string& directory) {
    const ledger_store store({.directory = directory});
    return query_rows(ledger_store::moment(store), row_query{});
  };
  const auto rows = rows_of(restored);
  BOOST_TEST(rows.size() == 50U);
  auto all = rows_of(live());
  BOOST_REQUIRE(all.size() == 60U);
  all.erase(all.begin(), all.begin() + 10);  // newest first
  BOOST_TEST((rows == all));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_ever_overwritten, fixture) {
  settle_calls(1, 5);
  fs::create_directories(copy);
  BOOST_TEST(back_up().files > 0U);  // an empty directory will do
  BOOST_TEST(refusal_of([&] { back_up(); }).find("is not empty") != std::string::npos);
  restore();
  BOOST_TEST(refusal_of([&] { restore(); }).find("is not empty") != std::string::npos);
  std::ofstream(scratch.sub("file")) << "x";
  copy = scratch.sub("file");
  BOOST_TEST(refusal_of([&] { back_up(); }).find("not a directory") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_backup_that_is_stopped_leaves_nothing_behind, fixture) {
  settle_calls(1, 5);
  work_progress progress;
  progress.stop = true;
  const ledger_store store({.directory = live()});
  BOOST_TEST(!refusal_of([&] { (void)store.backup(copy, progress); }).empty());
  BOOST_TEST(!fs::exists(copy));
}

// Only the copying looked at a stop: a SIGTERM waited until gigabytes had been read once more.
BOOST_FIXTURE_TEST_CASE(a_backup_may_be_stopped_while_its_copy_is_read, fixture) {
  settle_calls(1, 200);
  settle_calls(201, 202);
  back_up();
  std::ifstream file(copy + "/" + backup_files::list_name);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto list = backup_files::parse_list(text);
  BOOST_REQUIRE(list.has_value());
  const auto is_table = [](const auto& listed) { return listed.name.ends_with(".sst"); };
  BOOST_REQUIRE(std::ranges::any_of(list->files, is_table));
  work_progress progress;
  backup_files::check_copy(copy, *list, progress);
  // The copy is opened whatever was said; the reading of its tables is what looks.
  progress.stop = true;
  BOOST_TEST(refusal_of([&] { backup_files::check_copy(copy, *list, progress); }) ==
             "the copying was stopped before its end");
  auto later = *list;
  ++later.group;
  progress.stop = false;
  BOOST_TEST(refusal_of([&] {
               backup_files::check_copy(copy, later, progress);
             }).find("the copy ends before group") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(any_file_of_a_backup_that_is_damaged_or_missing_is_found_before_it_is_used,
                        fixture) {
  settle_calls(1, 20);
  settle_calls(21, 40);
  back_up();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(copy)) {
    if (entry.path().filename() != acknowledged_mark::file_name) files.push_back(entry.path());
  }
  const auto spare = scratch.sub("spare");
  for (const auto& file : files) {
    BOOST_TEST_CONTEXT(file.filename()) {
      fs::copy_file(file, spare);
      {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekg(static_cast<std::streamoff>(fs::file_size(file) / 2));
        const int byte = bytes.peek();
        bytes.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
        bytes.put(static_cast<char>(byte ^ 0x10));
      }
      BOOST_TEST(refusal_of([&] { restore(); }).find("is damaged") != std::string::npos);
      fs::resize_file(file, fs::file_size(file) - 1);
      BOOST_TEST(refusal_of([&] { restore(); }).find("damaged") != std::string::npos);
      fs::remove(file);
      BOOST_TEST(!refusal_of([&] { restore(); }).empty());
      BOOST_TEST(!fs::exists(restored));
      fs::rename(spare, file);
    }
  }
  BOOST_TEST(files.size() > 4U);
  restore();
  BOOST_TEST(used_in(restored) == 40 * 30);
}

// The copy was as damaged as the file, and said to be good.
BOOST_FIXTURE_TEST_CASE(a_ledger_with_a_damaged_table_is_not_backed_up_as_if_it_were_whole,
                        fixture) {
  settle_calls(1, 2'000);
  settle_calls(2'001, 2'002);  // a start writes the log of the one before into tables
  driven_writer books(options(live()));
  std::size_t damaged = 0;
  for (const auto& entry : fs::directory_iterator(live())) {
    if (entry.path().extension() != ".sst" || entry.file_size() < 10'000) continue;
    std::fstream bytes(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(100);
    const int byte = bytes.peek();
    bytes.seekp(100);
    bytes.put(static_cast<char>(byte ^ 0x10));
    ++damaged;
  }
  BOOST_REQUIRE(damaged > 0U);
  const auto refusal = refusal_of([&] {
    work_progress progress;
    (void)books.writer.store().backup(copy, progress);
  });
  BOOST_TEST(refusal.find("damaged file") != std::string::npos, refusal);
  BOOST_TEST(!fs::exists(copy));
}

BOOST_FIXTURE_TEST_CASE(a_restored_ledger_that_lost_the_end_of_its_log_is_refused, fixture) {
  backup_summary summary;
  {
    driven_writer books(options(live()));
    BOOST_REQUIRE(!books.hold(hold_of(1, 40)).refused);
    BOOST_REQUIRE(books.settle(settle_of(numbered_id(1), 30)).recorded);
    work_progress progress;
    summary = books.writer.store().backup(copy, progress);
  }
  restore();
  for (const auto& entry : fs::directory_iterator(restored)) {
    if (entry.path().extension() == ".log") fs::resize_file(entry.path(), 100);
  }
  const auto refusal = refusal_of([&] { (void)used_in(restored); });
  BOOST_TEST(refusal.find(std::to_string(summary.group) + " was acknowledged") != std::string::npos,
             refusal);
}

BOOST_FIXTURE_TEST_CASE(a_list_of_files_that_is_not_whole_is_not_read, fixture) {
  const backup_files::file_list list{
      .group = 7, .files = {{.name = "000012.sst", .bytes = 9, .crc = 0xab}, {.name = "CURRENT"}}};
  const auto text = backup_files::to_text(list);
  BOOST_TEST(text ==
             "stint ledger backup 1\ngroup 7\n9 000000ab 000012.sst\n0 00000000 CURRENT\nend\n");
  BOOST_TEST((backup_files::parse_list(text) == list));
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    BOOST_TEST(!backup_files::parse_list(text.substr(0, size)));
  for (const auto& [good, bad] :
       {std::pair{"9 000000ab", "x 000000ab"}, std::pair{"000000ab", "zz0000ab"},
        std::pair{"group 7", "troup 7"}}) {
    std::string wrong = text;
    wrong.replace(wrong.find(good), std::string_view(good).size(), bad);
    BOOST_TEST(!backup_files::parse_list(wrong), wrong);
  }
  auto outside = list;
  outside.files[0].name = "../passwd";
  BOOST_TEST(!backup_files::parse_list(to_text(outside)));
}

BOOST_FIXTURE_TEST_CASE(a_copy_that_does_not_fit_is_refused_and_16_mebibytes_are_left_free,
                        fixture) {
  const backup_target target(copy);
  target.require_space(0);
  const auto refusal = refusal_of([&] { target.require_space(std::uint64_t{1} << 50U); });
  BOOST_TEST(refusal.ends_with(" MiB free, and 1073741840 MiB are needed"), refusal);
}

// A log that is written to meanwhile is longer by the time it is copied.
BOOST_FIXTURE_TEST_CASE(of_a_file_that_grew_only_what_was_there_is_copied, fixture) {
  const std::string from = scratch.sub("grown");
  std::ofstream(from) << std::string((2U << 20U) + 100, 'x');
  backup_target target(copy);
  work_progress progress;
  for (const std::uint64_t bytes : {std::uint64_t{4}, (std::uint64_t{1} << 20U) + 7}) {
    const std::string name = "of-" + std::to_string(bytes);
    const auto copied = target.copy(from, name, bytes, progress);
    BOOST_TEST(copied.bytes == bytes);
    BOOST_TEST(fs::file_size(copy + "/" + name) == bytes);
    BOOST_TEST(copied.crc == target.write("as-" + name, std::string(bytes, 'x')).crc);
  }
  BOOST_TEST(progress.done == (1U << 20U) + 11U);
  const auto refusal =
      refusal_of([&] { (void)target.copy(from, "more", (2U << 20U) + 101U, progress); });
  BOOST_TEST(refusal.ends_with("grown is shorter than it should be"), refusal);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
