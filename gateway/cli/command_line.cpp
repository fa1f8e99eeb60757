// Tested by tests/gateway/cli/commands_test.cpp.
#include "gateway/cli/command_line.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>
#include <variant>
#include <vector>

namespace stint {

namespace options = boost::program_options;

std::optional<options::variables_map> read_words(std::span<const std::string> arguments,
                                                 const command_form& form) {
  options::options_description shown = form.options;
  shown.add_options()("help,h", "show this help");
  options::options_description all;
  all.add(shown).add(form.hidden);
  const std::vector<std::string> words(arguments.begin(), arguments.end());
  try {
    options::variables_map given;
    // No guessing: a prefix that works today must not change its meaning when an option is added.
    namespace style = options::command_line_style;
    const int exact = style::default_style & ~style::allow_guessing;
    options::store(options::command_line_parser(words)
                       .options(all)
                       .positional(form.positional)
                       .style(exact)
                       .run(),
                   given);
    if (given.contains("help")) {
      std::cout << "Usage: " << form.usage << "\n\n" << form.teaching << '\n' << shown;
      return std::nullopt;
    }
    options::notify(given);
    return given;
  } catch (const options::error& mistake) {
    throw misuse(std::string(mistake.what()) + "\nUsage: " + form.usage);
  }
}

int run_command(std::string_view name, const std::function<int()>& body) {
  try {
    return body();
  } catch (const misuse& mistake) {
    std::cerr << "stint " << name << ": " << mistake.what() << "\nSee stint " << name
              << " --help\n";
    return exit_misuse;
  } catch (const std::exception& failure) {
    std::cerr << "stint " << name << ": " << failure.what() << '\n';
    return exit_failure;
  }
}

output_format read_format(const std::string& word) {
  if (word == "table") return output_format::table;
  if (word == "csv") return output_format::csv;
  if (word == "json") return output_format::json;
  throw misuse("--format: expected table, csv or json, not \"" + word + "\"");
}

void print_mistakes(const std::string& file, const std::vector<config_mistake>& mistakes) {
  for (const config_mistake& mistake : mistakes)
    std::cerr << describe(file, mistake) << '\n';
}

config read_config(const std::string& file, std::string_view advice) {
  auto read = load_config(file);
  if (auto* const settings = std::get_if<config>(&read)) return std::move(*settings);
  const auto& first = std::get<std::vector<config_mistake>>(read).front();
  throw command_failure(describe(file, first) + '\n' + std::string(advice));
}

std::string read_input(const std::string& name, std::size_t bytes_max) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) throw command_failure("cannot read " + name);
    if (std::filesystem::is_directory(name)) throw command_failure(name + " is a directory");
  }
  std::istream& input = name == "-" ? std::cin : file;
  std::string text;
  std::string piece(64U << 10, '\0');
  while (input.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
         input.gcount() > 0) {
    text.append(piece, 0, static_cast<std::size_t>(input.gcount()));
    if (text.size() > bytes_max) {
      throw command_failure(name + " is over " + std::to_string(bytes_max >> 20U) + " MiB");
    }
  }
  // Opening can succeed where reading does not; half a file must not pass for the whole.
  if (input.bad()) throw command_failure("cannot read " + name);
  return text;
}

}  // namespace stint
