// `stint check-config`. Tested by tests/gateway/cli/commands_test.cpp.
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/config/apart.hpp"
#include "gateway/config/config.hpp"
#include "pricing/price_file.hpp"

namespace stint {
namespace {

namespace options = boost::program_options;

command_form check_config_form() {
  command_form form;
  form.usage = "stint check-config [FILE]";
  form.teaching =
      "Reads a configuration and the price file it names, as `stint serve` would, and prints every "
      "mistake with its line and\n"
      "the fix. Ends with status 1 when there is one. Starts nothing, changes nothing.\n\n"
      "  stint check-config config/stint.yaml\n";
  form.hidden.add_options()("file",
                            options::value<std::string>()->default_value("config/stint.yaml"));
  form.positional.add("file", 1);
  return form;
}

void print_warnings(const std::string& file, const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings)
    std::cerr << file << ": warning: " << warning << '\n';
}

std::size_t check_prices(const std::string& file, const config& settings) {
  const auto read = load_price_file(settings.prices_file);
  if (const auto* const book = std::get_if<price_book>(&read)) {
    print_warnings(file, warnings_about(settings, *book));
    return 0;
  }
  const auto& mistakes = std::get<std::vector<config_mistake>>(read);
  print_mistakes(settings.prices_file, mistakes);
  return mistakes.size();
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

int check(const std::string& file) {
  const auto read = load_config(file);
  std::size_t mistakes = 0;
  const auto* settings = std::get_if<config>(&read);
  if (settings == nullptr) {
    const auto& found = std::get<std::vector<config_mistake>>(read);
    print_mistakes(file, found);
    mistakes = found.size();
  } else {
    print_warnings(file, warnings_about(*settings));
    mistakes = check_prices(file, *settings);
  }
  const auto is_written = [](const cap& one) { return !is_of_simulated(one); };
  if (mistakes > 0) throw command_failure(counted(mistakes, "mistake"));
  std::cout << file << ": no mistakes; " << counted(settings->providers.size(), "provider")
            << (settings->simulated.enabled ? " (one is built in), " : ", ")
            << counted(static_cast<std::size_t>(std::ranges::count_if(settings->caps, is_written)),
                       "cap")
            << '\n';
  return exit_done;
}

}  // namespace

int run_check_config(std::span<const std::string> arguments) {
  return run_command("check-config", [&] {
    const auto given = read_words(arguments, check_config_form());
    return given ? check((*given)["file"].as<std::string>()) : exit_done;
  });
}

}  // namespace stint
