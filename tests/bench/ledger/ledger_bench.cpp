// The measuring half of tests/bench/ledger.py: ledger_bench COMMAND DIRECTORY [NUMBER...]. Each
// command prints one line of JSON and checks its own answers.
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/ledger/commands.hpp"

namespace {

using namespace stint::bench;
using numbers = std::vector<double>;

struct command {
  std::size_t count = 0;  // of numbers
  std::function<void(const std::string& directory, const numbers& given)> run;
};

[[nodiscard]] std::uint64_t whole(double number) {
  return static_cast<std::uint64_t>(number);
}

[[nodiscard]] std::map<std::string, command> commands() {
  const auto of_month = [](void (*measure)(const std::string&, std::uint64_t, std::uint64_t)) {
    return command{.count = 2, .run = [measure](const std::string& directory, const numbers& n) {
                     measure(directory, whole(n[0]), whole(n[1]));
                   }};
  };
  return {{"pairs",  // SYNC ASLEEP CALLERS SECONDS
           {.count = 4,
            .run =
                [](const std::string& directory, const numbers& n) {
                  measure_pairs({.directory = directory,
                                 .sync = n[0] != 0,
                                 .asleep = n[1] != 0,
                                 .callers = whole(n[2]),
                                 .seconds = n[3]});
                }}},
          {"lone",  // HOLDS
           {.count = 1,
            .run = [](const std::string& directory,
                      const numbers& n) { measure_lone_hold(directory, whole(n[0])); }}},
          {"scopes",  // SCOPES
           {.count = 1,
            .run = [](const std::string&, const numbers& n) { measure_scopes(whole(n[0])); }}},
          {"load", of_month(load_month)},  // ROWS COUNTERS, as for the next three
          {"startup", of_month(measure_startup)},
          {"spend", of_month(measure_spend)},
          {"verify", of_month(verify_month)}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto known = commands();
  const auto found = words.size() < 2 ? known.end() : known.find(words[0]);
  if (found == known.end() || words.size() != 2 + found->second.count) {
    std::fprintf(stderr, "usage: ledger_bench COMMAND DIRECTORY [NUMBER...]; see main()\n");
    return 2;
  }
  numbers given;
  for (std::size_t i = 2; i < words.size(); ++i)
    given.push_back(std::stod(words[i]));
  found->second.run(words[1], given);
}
