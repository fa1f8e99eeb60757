// Tested by tests/gateway/cli/prices_import_test.cpp.
#include "gateway/cli/prices_import.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/cli/command_line.hpp"
#include "gateway/config/config.hpp"
#include "pricing/import/import.hpp"
#include "pricing/import/imported.hpp"
#include "pricing/import/write_price_file.hpp"
#include "pricing/price_book.hpp"
#include "pricing/price_changes.hpp"
#include "pricing/price_file.hpp"
#include "pricing/text/glob.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"
#include "pricing/write_all.hpp"

namespace stint {
namespace {

namespace options = boost::program_options;
using words = std::vector<std::string>;

// LiteLLM's has two million.
constexpr std::size_t list_bytes_max = 64U << 20;

command_form import_form() {
  command_form form;
  form.usage = "stint prices import FILE [options]";
  form.teaching =
      "Reads somebody else's list of prices and writes a price file of it on standard output. What "
      "could not be carried over, and\n"
      "what differs from the prices in use, goes to standard error. Needs no running gateway, and "
      "changes nothing.\n\n"
      "The lists: LiteLLM's model_prices_and_context_window.json, models.dev's api.json, "
      "genai-prices' data.json (its second feed).\n\n"
      "  stint prices import api.json --model 'gpt-*' --model 'claude-*' > config/imported.yaml\n"
      "  stint prices import model_prices_and_context_window.json --provider azure --output "
      "config/azure.yaml\n"
      "  stint prices --file config/imported.yaml     shows what was understood\n";
  form.options.add_options()("model,m", options::value<words>(),
                             "only the models of this name; '*' stands for anything (repeatable)")(
      "provider,p", options::value<words>(),
      "only of this seller, as the list calls it (repeatable: the first that has a model; "
      "default: its maker)")("output,o", options::value<std::string>(),
                             "the file to write, which must not be there yet")(
      "file", options::value<std::string>(),
      "the price file to compare with (default: the configured one)")(
      "config,c", options::value<std::string>()->default_value("config/stint.yaml"),
      "where to find that otherwise");
  form.hidden.add_options()("list", options::value<std::string>());
  form.positional.add("list", 1);
  return form;
}

words given_words(const options::variables_map& given, const char* name) {
  return given.contains(name) ? given[name].as<words>() : words();
}

import_choice choice_of(const options::variables_map& given) {
  import_choice choice;
  choice.providers = given_words(given, "provider");
  const words globs = given_words(given, "model");
  if (globs.empty()) return choice;
  choice.takes_model = [globs](std::string_view model) {
    return std::ranges::any_of(globs,
                               [&](const std::string& glob) { return glob_match(glob, model); });
  };
  return choice;
}

// The prices in use of what was imported: what they list beside it is no difference.
price_book in_use(const options::variables_map& given, const imported_prices& imported) {
  std::string file;
  if (given.contains("file")) {
    file = given["file"].as<std::string>();
  } else {
    file = read_config(given["config"].as<std::string>(), "Name a price file with --file instead")
               .prices_file;
  }
  const auto read = load_price_file(file);
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&read)) {
    print_mistakes(file, *mistakes);
    throw command_failure("the price file to compare with has mistakes; name another with --file");
  }
  std::set<std::string> models;
  for (const price& each : imported.prices)
    models.insert(each.model);
  const auto& book = std::get<price_book>(read);
  std::vector<price> known;
  for (const price& each : book.prices()) {
    if (models.contains(each.model)) known.push_back(each);
  }
  return {book.version(), std::move(known), {}};
}

void tell(const imported_prices& imported, const price_book& used, const price_book& made) {
  std::cerr << imported.format << ": " << imported.prices.size() << " prices, "
            << imported.aliases.size() << " aliases\n";
  for (const std::string& line : imported.left.lines())
    std::cerr << "  left: " << line << '\n';
  std::size_t fresh = 0;
  for (const price_change& each : price_changes(used, made)) {
    if (each.is_new) {
      ++fresh;
    } else {
      std::cerr << "  differs from version " << used.version() << ": " << each.line << '\n';
    }
  }
  if (fresh > 0)
    std::cerr << "  " << fresh << " of them have no price in version " << used.version() << '\n';
}

// What is no price file must not be taken for one, whatever the list held.
price_book read_back(const std::string& text) {
  auto read = parse_price_file(text);
  if (auto* const book = std::get_if<price_book>(&read)) return std::move(*book);
  print_mistakes("the price file made of it", std::get<std::vector<config_mistake>>(read));
  throw command_failure("the list has what no price file can say; leave it out with --model");
}

std::string message_of(int error) {
  return std::generic_category().message(error);
}

// Made here or not at all: what is there, or comes there meanwhile, stays as it is.
void write_new_file(const std::string& name, std::string_view text) {
  constexpr mode_t mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
  const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0 && errno == EEXIST)
    throw command_failure(name + " is there already; it is not overwritten");
  if (file < 0) throw command_failure("cannot write " + name + ": " + message_of(errno));
  int error = write_all(file, text);
  if (::close(file) != 0 && error == 0) error = errno;
  if (error == 0) return;
  ::unlink(name.c_str());
  throw command_failure("cannot write " + name + ": " + message_of(error));
}

void write(const std::string& text, const options::variables_map& given) {
  if (given.contains("output")) return write_new_file(given["output"].as<std::string>(), text);
  std::cout << text << std::flush;
  if (std::cout) return;
  std::cout.clear();
  throw command_failure("cannot write the price file to standard output; is the disk full?");
}

}  // namespace

int import_price_list(std::span<const std::string> arguments) {
  const auto given = read_words(arguments, import_form());
  if (!given) return exit_done;
  if (!given->contains("list"))
    throw misuse("which list? Give the file, like: stint prices import api.json");
  const auto& name = (*given)["list"].as<std::string>();
  const std::string json = read_input(name, list_bytes_max);
  // yaml-cpp takes a few seconds for a list of some thousand models.
  if (json.size() > 1'000'000) std::cerr << "reading " << name << " …\n";
  const auto read = import_prices(json, choice_of(*given));
  if (const auto* why = std::get_if<std::string>(&read)) throw command_failure(name + " " + *why);
  const auto& imported = std::get<imported_prices>(read);
  if (imported.prices.empty()) {
    tell(imported, {"none", {}, {}}, {"none", {}, {}});
    throw command_failure("no price could be carried over; see --model and --provider");
  }
  const std::string today = to_iso_date(wall_now());
  const std::string version = imported.format + " " + today;
  const std::string text = to_price_file(imported, version, today);
  tell(imported, in_use(*given, imported), read_back(text));
  write(text, *given);
  return exit_done;
}

}  // namespace stint
