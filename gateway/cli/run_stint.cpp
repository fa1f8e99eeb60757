// Picks the sub-command. Tested by tests/gateway/cli/commands_test.cpp.
#include <algorithm>
#include <array>
#include <cstddef>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/private_directory.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

struct command {
  std::string_view name;
  std::string_view summary;
  int (*run)(std::span<const std::string> arguments);
};

constexpr auto gateway_commands = std::to_array<command>({
    {"serve", "run the gateway until SIGTERM", run_serve},
    {"check-config", "show every mistake in a configuration, with its line and the fix",
     run_check_config},
    {"simulate", "run the simulated provider by itself, for tests", run_simulate},
});

constexpr auto asking_commands = std::to_array<command>({
    {"keys", "create, list and revoke the keys of clients", run_keys},
    {"caps", "where every cap stands; raise, reset, and the history of both", run_caps},
    {"spend", "what was spent, by tenant, feature, model, day", run_spend},
    {"ledger", "single calls, the proof that the books agree, backup and restore", run_ledger},
});

constexpr auto offline_commands = std::to_array<command>({
    {"count", "count the tokens of a text or a request", run_count},
    {"prices", "what each model costs", run_prices},
});

void print_group(std::string_view title, std::span<const command> commands) {
  constexpr std::size_t name_width = 14;
  std::cout << title << '\n';
  for (const auto& one : commands) {
    std::cout << "  " << one.name << std::string(name_width - one.name.size(), ' ') << one.summary
              << '\n';
  }
  std::cout << '\n';
}

void print_help() {
  std::cout << "Stint counts, prices, attributes and caps every call to a language model, and "
               "never loses one.\n\n"
               "Usage: stint COMMAND [options]        stint COMMAND --help teaches each\n\n";
  print_group("The gateway", gateway_commands);
  print_group("Asking the running gateway (through its admin listener)", asking_commands);
  print_group("Without a gateway", offline_commands);
  std::cout
      << "A first call, with the gateway running (./start):\n"
         "  KEY=$(stint keys create --tenant acme --default-feature chat --quiet)\n"
         "  curl http://127.0.0.1:8080/v1/chat/completions -H \"Authorization: Bearer $KEY\" \\\n"
         "    -H 'Content-Type: application/json' \\\n"
         "    -d '{\"model\": \"sim/gpt-4o-mini\", \"messages\": [{\"role\": \"user\", "
         "\"content\": \"hello\"}]}'\n"
         "  stint spend --from today --simulated\n\n"
         "Status: 0 done, 1 failed, 2 misused.\n";
}

std::vector<command> all_commands() {
  std::vector<command> all(gateway_commands.begin(), gateway_commands.end());
  all.insert(all.end(), asking_commands.begin(), asking_commands.end());
  all.insert(all.end(), offline_commands.begin(), offline_commands.end());
  return all;
}

}  // namespace

int run_stint(std::span<const std::string> arguments) {
  make_private_files();
  const std::string name = arguments.empty() ? "" : arguments.front();
  if (name == "--help" || name == "-h" || (name == "help" && arguments.size() == 1)) {
    print_help();
    return exit_done;
  }
  if (name == "--version") {
    std::cout << "stint " STINT_VERSION "\n";
    return exit_done;
  }
  const auto commands = all_commands();
  const auto find = [&](const std::string& wanted) {
    return std::find_if(commands.begin(), commands.end(),
                        [&](const command& one) { return one.name == wanted; });
  };
  if (name == "help") {
    const auto asked = find(arguments[1]);
    const std::array<std::string, 1> help = {"--help"};
    if (asked != commands.end()) return asked->run(help);
  }
  const auto found = find(name);
  if (found != commands.end()) return found->run(arguments.subspan(1));
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const auto& one : commands)
    names.emplace_back(one.name);
  if (name.empty()) {
    std::cerr << "stint: which command? " << list_choices(names) << "\nSee stint --help\n";
  } else {
    std::cerr << "stint: there is no command \"" << name << '"' << did_you_mean(name, names)
              << "\nSee stint --help\n";
  }
  return exit_misuse;
}

}  // namespace stint
