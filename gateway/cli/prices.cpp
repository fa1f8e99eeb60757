// `stint prices`. Tested by tests/gateway/cli/commands_test.cpp.
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/prices_import.hpp"
#include "gateway/cli/text_table.hpp"
#include "gateway/config/config.hpp"
#include "pricing/money.hpp"
#include "pricing/price_file.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace options = boost::program_options;

command_form prices_form() {
  command_form form;
  form.usage = "stint prices [options]";
  form.teaching =
      "What each model costs, from the price file; in dollars per million tokens. Needs no running "
      "gateway.\n\n"
      "  stint prices\n"
      "  stint prices --model gpt-4o-2024-08-06    what a call to this model is charged now, "
      "aliases resolved\n"
      "  stint prices --check                      only look for mistakes in the file\n"
      "  stint prices import api.json              a price file from LiteLLM's, models.dev's or "
      "genai-prices' list\n";
  form.options.add_options()("model,m", options::value<std::string>(),
                             "only the price that a call to it pays now")(
      "check", "print mistakes with their lines, or that there are none")(
      "file", options::value<std::string>(), "the price file (default: the configured one)")(
      "config,c", options::value<std::string>()->default_value("config/stint.yaml"),
      "where to find the price file otherwise")(
      "format", options::value<std::string>()->default_value("table"), "table or csv");
  return form;
}

std::string file_of(const options::variables_map& given) {
  if (given.contains("file")) return given["file"].as<std::string>();
  const auto& path = given["config"].as<std::string>();
  return read_config(path, "Name the price file with --file instead").prices_file;
}

price_book load(const std::string& file) {
  auto read = load_price_file(file);
  if (auto* book = std::get_if<price_book>(&read)) return std::move(*book);
  const auto& mistakes = std::get<std::vector<config_mistake>>(read);
  print_mistakes(file, mistakes);
  throw command_failure(std::to_string(mistakes.size()) +
                        (mistakes.size() == 1 ? " mistake" : " mistakes"));
}

std::string rate(std::int64_t nanodollars_per_million) {
  return nanodollars_per_million == 0 ? "-" : to_dollars(nanodollars(nanodollars_per_million));
}

void add(text_table& table, const price& one, const std::string& step, const token_rates& rates) {
  table.add({one.model, one.provider, step, rate(rates.input), rate(rates.cached_input),
             rate(rates.cache_write_5m), rate(rates.cache_write_1h), rate(rates.output),
             one.valid_from == wall_time{} ? "" : to_iso_date(one.valid_from),
             one.valid_until ? to_iso_date(*one.valid_until) : ""});
}

void print(const std::vector<const price*>& prices, output_format format) {
  text_table table({{"model"},
                    {"provider"},
                    {"prompt from", align::right},
                    {"input", align::right},
                    {"cached", align::right},
                    {"write 5m", align::right},
                    {"write 1h", align::right},
                    {"output", align::right},
                    {"valid from"},
                    {"until"}});
  for (const auto* one : prices) {
    add(table, *one, "", one->base);
    for (const auto& step : one->steps)
      add(table, *one, std::to_string(step.first_tokens), step.rates);
  }
  if (format == output_format::csv) {
    table.print_csv(std::cout);
  } else {
    table.print(std::cout);
  }
}

int show_prices(const options::variables_map& given) {
  const auto format = read_format(given["format"].as<std::string>());
  if (format == output_format::json)
    throw misuse(
        "--format: expected table or csv; the running gateway gives JSON at /api/v1/prices");
  const auto file = file_of(given);
  const auto book = load(file);
  if (given.contains("check")) {
    std::cout << file << ": no mistakes; " << book.prices().size() << " prices, version "
              << book.version() << '\n';
    return exit_done;
  }
  std::vector<const price*> prices;
  if (given.contains("model")) {
    const auto& model = given["model"].as<std::string>();
    const auto now = wall_now();
    const auto found = book.find(model, now);
    if (!found)
      throw command_failure(model + " has no price in " + file + " (" +
                            std::string(to_string(found.error())) +
                            "): calls to it are refused where a money cap applies; add it there");
    prices.push_back(*found);
  } else {
    for (const auto& one : book.prices())
      prices.push_back(&one);
  }
  print(prices, format);
  return exit_done;
}

}  // namespace

int run_prices(std::span<const std::string> arguments) {
  return run_command("prices", [&] {
    if (!arguments.empty() && arguments.front() == "import")
      return import_price_list(arguments.subspan(1));
    const auto given = read_words(arguments, prices_form());
    return given ? show_prices(*given) : exit_done;
  });
}

}  // namespace stint
