// What the sub-commands share in reading their words: help, mistakes of use, and how a failure
// ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>

#include "gateway/config/config.hpp"

namespace stint {

inline constexpr int exit_done = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_misuse = 2;

// How often a command that takes longer than that says how far it is.
inline constexpr std::chrono::seconds progress_interval{2};

// The command could not do what was asked; the message says why and what to do.
class command_failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The words make no sense; the message says which.
class misuse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct command_form {
  std::string usage;     // "stint spend [options]"
  std::string teaching;  // what it does, with examples; shown above the options
  boost::program_options::options_description options{"Options"};
  boost::program_options::options_description hidden;  // positional words
  boost::program_options::positional_options_description positional;
};

// The given options; nothing when help was asked for and has been printed. Throws misuse. --help is
// added here.
[[nodiscard]] std::optional<boost::program_options::variables_map> read_words(
    std::span<const std::string> arguments, const command_form& form);

// Runs `body`, printing what it throws as "stint spend: …" on standard error.
[[nodiscard]] int run_command(std::string_view name, const std::function<int()>& body);

// One of table, csv and json; throws misuse otherwise.
enum class output_format : std::uint8_t { table, csv, json };
[[nodiscard]] output_format read_format(const std::string& word);

// One a line, as editors understand them, on standard error.
void print_mistakes(const std::string& file, const std::vector<config_mistake>& mistakes);

// What cannot be done without the configuration fails with its first mistake, and with `advice`.
[[nodiscard]] config read_config(const std::string& file, std::string_view advice);

// A file, or standard input for "-". At most `bytes_max`. Throws command_failure.
[[nodiscard]] std::string read_input(const std::string& name, std::size_t bytes_max);

}  // namespace stint
