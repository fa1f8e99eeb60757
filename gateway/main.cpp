// The entry point of the one binary.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"

int main(int count, char** words) {
  try {
    const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
    return stint::run_stint(arguments);
  } catch (const std::exception& failure) {
    std::cerr << "stint: " << failure.what() << '\n';
    return stint::exit_failure;
  }
}
