// `stint ledger verify`, `backup` and `restore`. Tested by tests/gateway/cli/commands_test.cpp and
// tests/end_to_end/backup_test.py.
#include "gateway/cli/ledger_work.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <future>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "budgets/books/clock_repair.hpp"
#include "budgets/writer/ledger_thread.hpp"
#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/service/reload.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;
namespace fs = std::filesystem;

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;

// Runs it on a thread of its own, and says how far it has come where it takes longer than a moment.
template <class Work>
auto with_progress(work_progress& progress, const char* unit, std::int64_t unit_size, Work work) {
  auto result = std::async(std::launch::async, std::move(work));
  while (result.wait_for(progress_interval) != std::future_status::ready) {
    const auto done = static_cast<std::int64_t>(progress.done) / unit_size;
    const auto total = static_cast<std::int64_t>(progress.total) / unit_size;
    std::cerr << grouped(done) << " of about " << grouped(std::max(done, total)) << ' ' << unit
              << std::endl;
  }
  return result.get();
}

// What `stint ledger verify` tells of either proof.
struct told_proof {
  std::vector<std::string> differences;
  std::int64_t left_out = 0;
  std::int64_t rows = 0;
  std::int64_t counters = 0;
  std::vector<std::string> unproved;
};

std::string unproved_line(const std::string& cap, std::int64_t counters,
                          const std::string& reason) {
  return "not proved: " + grouped(counters) + " counters of cap " + cap + ": " + reason;
}

told_proof read_proof(const json::object& answer) {
  told_proof told;
  for (const auto& difference : field_list(answer, "differences"))
    told.differences.emplace_back(difference.as_string());
  told.left_out = field_count(answer, "differences_left_out");
  const auto& proved = field_object(answer, "proved");
  told.rows = field_count(proved, "rows");
  told.counters =
      field_count(proved, "counters_by_rows") + field_count(proved, "counters_by_rollups");
  for (const auto& each : field_list(answer, "unproved")) {
    const auto& cap = each.as_object();
    told.unproved.push_back(unproved_line(field_text(cap, "cap"), field_count(cap, "counters"),
                                          field_text(cap, "reason")));
  }
  return told;
}

told_proof tell(const books_proof& proof) {
  told_proof told{
      .differences = proof.findings,
      .left_out = static_cast<std::int64_t>(proof.findings_left_out),
      .rows = static_cast<std::int64_t>(proof.rows),
      .counters = static_cast<std::int64_t>(proof.counters_by_rows + proof.counters_by_rollups),
      .unproved = {}};
  for (const auto& each : proof.unproved) {
    told.unproved.push_back(
        unproved_line(each.cap, static_cast<std::int64_t>(each.counters), each.reason));
  }
  return told;
}

int report(const told_proof& told) {
  for (const auto& difference : told.differences)
    std::cout << difference << '\n';
  for (const auto& line : told.unproved)
    std::cout << line << '\n';
  if (!told.differences.empty()) {
    const auto count = static_cast<std::int64_t>(told.differences.size()) + told.left_out;
    throw command_failure("the ledger does not agree with itself: " + grouped(count) +
                          " differences; keep a copy of the data directory and report this");
  }
  std::cout << "the ledger agrees with itself: " << grouped(told.rows)
            << " rows, their sums by hour and day, and " << grouped(told.counters)
            << " cap counters are equal to the last token and nano-dollar\n";
  return exit_done;
}

// The ledger with the caps of the configuration, as the gateway would open it.
ledger_options offline_options(const std::string& directory, const std::string& config_file,
                               const std::string& why_caps) {
  if (!fs::is_directory(directory)) throw command_failure("there is no directory " + directory);
  const config settings = read_config(config_file, why_caps);
  ledger_options opened;
  opened.directory = directory;
  opened.durability = settings.durability;
  opened.caps = settings.caps;
  opened.rows_kept_days = settings.rows_kept_days;
  opened.orphans_at_hold = settings.admission.unknown_at_hold;
  opened.on_upgrade = [](std::uint64_t rows) { tell_upgrade(rows, std::cerr); };
  return opened;
}

told_proof verify_offline(const std::string& directory, const std::string& config_file) {
  const ledger_thread ledger(offline_options(
      directory, config_file,
      "The caps are needed to prove their counters; name the configuration with --config"));
  tell_orphans(ledger.health().orphans_at_start, std::cerr);
  work_progress progress;
  return tell(with_progress(progress, "rows", 1, [&] { return ledger.prove(progress); }));
}

// The one or two directories that a command is given.
std::string directory_word(const options::variables_map& given, const char* name) {
  if (!given.contains(name)) throw misuse("a directory is missing");
  return fs::absolute(given[name].as<std::string>()).lexically_normal().string();
}

void tell_made(const char* what, const std::string& directory, std::int64_t files,
               std::int64_t bytes) {
  std::cout << what << ": " << directory << ", " << grouped(files) << " files, "
            << grouped((bytes + mebibyte - 1) / mebibyte) << " MiB\n";
}

}  // namespace

int verify_books_of_gateway(std::span<const std::string> arguments) {
  auto form = ledger_form("stint ledger verify [options]");
  form.options.add_options()("data", options::value<std::string>(),
                             "open this data directory itself; only while no gateway runs on it");
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  if (given->contains("data")) {
    return report(
        verify_offline((*given)["data"].as<std::string>(), (*given)["config"].as<std::string>()));
  }
  const auto answer =
      admin_client(find_admin(*given)).post_and_wait("/api/v1/ledger/verify", "", {});
  return report(read_proof(answer.get_object()));
}

int back_up_books(std::span<const std::string> arguments) {
  auto form = ledger_form("stint ledger backup DIRECTORY [options]");
  form.hidden.add_options()("directory", options::value<std::string>());
  form.positional.add("directory", 1);
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  const auto directory = directory_word(*given, "directory");
  const auto answer = admin_client(find_admin(*given))
                          .post_and_wait("/api/v1/ledger/backup",
                                         json::serialize(json::object{{"directory", directory}}),
                                         {.unit = "MiB", .unit_size = mebibyte});
  const auto& made = answer.get_object();
  tell_made("backed up", directory, field_count(made, "files"), field_count(made, "bytes"));
  std::cout << "It holds every call that was answered before, and the keys; copy config/ and the "
               "price book as well.\nTo use it: stint ledger restore "
            << directory << " NEW_DATA_DIRECTORY\n";
  return exit_done;
}

int restore_books(std::span<const std::string> arguments) {
  auto form = ledger_form("stint ledger restore BACKUP DIRECTORY [options]");
  form.hidden.add_options()("backup", options::value<std::string>())("directory",
                                                                     options::value<std::string>());
  form.positional.add("backup", 1).add("directory", 1);
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  const auto backup = directory_word(*given, "backup");
  const auto directory = directory_word(*given, "directory");
  work_progress progress;
  try {
    const auto made = with_progress(progress, "MiB", mebibyte,
                                    [&] { return restore_backup(backup, directory, progress); });
    tell_made("restored", directory, static_cast<std::int64_t>(made.files),
              static_cast<std::int64_t>(made.bytes));
  } catch (const std::runtime_error& why) {
    throw command_failure(std::string("nothing was restored: ") + why.what());
  }
  std::cout << "To prove it: stint ledger verify --data " << directory
            << "\nTo use it: set data_directory to it and start the gateway\n";
  return exit_done;
}

// The ledger is opened once before, which settles what is held in it, and once afterwards, which rebuilds the caps.
int repair_clock_of_books(std::span<const std::string> arguments) {
  auto form = ledger_form("stint ledger repair-clock --data DIRECTORY --reason TEXT [options]");
  form.teaching =
      "For books that were written while the machine's clock was ahead: their latest time lies in "
      "the\n"
      "future, and no cap's window ends before the clock comes there (the alert StintClockWrong, "
      "the\n"
      "metric stint_ledger_ahead_seconds, a warning at the start).\n\n"
      "Calls that were admitted in the future are dated back to now, sums by hour and day move "
      "with\n"
      "them, and caps that counted there are rebuilt from the sums. Nothing that was spent is "
      "forgotten;\n"
      "what was spent in those windows counts in the present ones. It is audited, and may be run "
      "again\n"
      "where it was interrupted.\n\n"
      "  1. set the clock right (timedatectl, chronyc)   2. stop the gateway\n"
      "  3. copy the data directory                      4. run this, with the configuration in "
      "use\n"
      "  5. stint ledger verify --data DIRECTORY         6. start the gateway\n\n"
      "  stint ledger repair-clock --data var/stint --reason \"the clock was a year ahead\"\n";
  form.options.add_options()("data", options::value<std::string>(),
                             "the data directory; only while no gateway runs on it")(
      "reason", options::value<std::string>(), "why, as `stint ledger audit` will show it");
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  if (!given->contains("data")) throw misuse("--data is missing: the directory to repair");
  if (!given->contains("reason")) throw misuse("--reason is missing: why this is done");
  const auto directory = (*given)["data"].as<std::string>();
  const auto reopen = [&] {
    const ledger_thread ledger(offline_options(
        directory, (*given)["config"].as<std::string>(),
        "The caps are needed to rebuild their counters; name the configuration with --config"));
    tell_orphans(ledger.health().orphans_at_start, std::cerr);
  };
  reopen();
  clock_repair done;
  try {
    done = repair_clock(directory, wall_now(),
                        {.who = "operator",
                         .from = "command line",
                         .reason = (*given)["reason"].as<std::string>()});
  } catch (const std::runtime_error& why) {
    throw command_failure(std::string("nothing was repaired: ") + why.what());
  }
  reopen();
  std::cout << "the ledger had seen " << to_iso_time(done.was) << "; dated back "
            << grouped(static_cast<std::int64_t>(done.rows)) << " calls and rebuilt "
            << grouped(static_cast<std::int64_t>(done.caps))
            << " caps\nTo prove it: stint ledger verify --data " << directory << '\n';
  return exit_done;
}

}  // namespace stint
