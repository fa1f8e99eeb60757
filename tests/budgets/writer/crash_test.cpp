// Kills a process that writes a ledger, with SIGKILL at a random place, and looks at what it left:
// every settlement that was acknowledged is there once and exact, the books agree, and nothing is
// held. The next process goes on in the same store.
#include <map>
#include <random>
#include <sstream>

#include <boost/test/unit_test.hpp>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/row.hpp"
#include "budgets/writer/crash_caps.hpp"

extern char** environ;

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_crash_suite)

namespace {

// Starts the victim, reads `bytes` of what it acknowledges, kills it, and reads the rest.
[[nodiscard]] std::string run_and_kill(const std::string& directory, std::uint64_t seed,
                                       std::size_t bytes, const char* durability) {
  int pipe_ends[2];
  BOOST_REQUIRE(::pipe(pipe_ends) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[1]);
  std::string program = STINT_LEDGER_VICTIM;
  std::string where = directory;
  std::string number = std::to_string(seed);
  std::string how = durability;
  char* arguments[] = {program.data(), where.data(), number.data(), how.data(), nullptr};
  pid_t victim = 0;
  BOOST_REQUIRE(::posix_spawn(&victim, program.c_str(), &actions, nullptr, arguments, environ) ==
                0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  std::string said;
  bool alive = true;
  char buffer[4'096];
  while (true) {
    const auto size = ::read(pipe_ends[0], buffer, sizeof buffer);
    if (size <= 0) break;
    said.append(buffer, static_cast<std::size_t>(size));
    if (alive && said.size() >= bytes) {
      ::kill(victim, SIGKILL);
      alive = false;
    }
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(victim, &status, 0);
  BOOST_TEST(WIFSIGNALED(status));
  return said;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_to_a_kill) {
  const scratch_directory scratch;
  const auto directory = scratch.sub("ledger");
  std::mt19937_64 random(7);
  std::map<std::string, std::int64_t> acknowledged;
  for (std::uint64_t round = 0; round < 10; ++round) {
    const auto bytes = 1 + random() % 60'000;
    std::istringstream said(
        run_and_kill(directory, round, bytes, round % 3 == 0 ? "disk" : "process"));
    std::string id;
    std::int64_t cost = 0;
    while (said >> id >> cost)
      BOOST_TEST(acknowledged.emplace(id, cost).second);

    ledger_options options;
    options.directory = directory;
    options.caps = crash_caps();
    driven_writer books(options);
    BOOST_TEST(books.writer.health().holds_active == 0U);
    const ledger_store::moment at(books.writer.store());
    for (const auto& finding : verify_books(at, options.caps))
      BOOST_ERROR(finding);
    row_query all;
    all.limit = 1'000'000;
    std::map<std::string, const ledger_row*> rows;
    const auto found = query_rows(at, all);
    for (const ledger_row& row : found)
      rows.emplace(to_string(row.id), &row);
    BOOST_TEST(rows.size() == found.size());
    for (const auto& [each, expected] : acknowledged) {
      BOOST_REQUIRE(rows.contains(each));
      BOOST_TEST(rows.at(each)->cost.count() == expected);
    }
    for (const auto& standing : books.standings())
      BOOST_TEST(standing.held == 0);
  }
  BOOST_TEST(acknowledged.size() > 500U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
