// Tested by tests/pricing/price_file_test.cpp, price_file_mistakes_test.cpp,
// shipped_prices_test.cpp, shipped_terms_test.cpp and garbled_price_file_test.cpp.
#include "pricing/price_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "pricing/price_entry.hpp"
#include "pricing/price_fields.hpp"
#include "pricing/yaml/document.hpp"

namespace stint {

namespace {

using mistakes_found = std::vector<config_mistake>;

// The shipped file has 30 KB; a hundred times that is not a price list.
constexpr std::size_t file_bytes_max = 4 << 20;
// Goes onto every ledger row.
constexpr std::size_t version_bytes_max = 64;

provider_table read_providers(price_fields& top, mistake_list& mistakes) {
  provider_table table;
  top.require("providers", "expected a map, like {openai: {}}");
  const auto node = top.node("providers");
  if (!node) return table;
  price_fields providers{*node, mistakes};
  for (const auto& [name, terms] : providers.entries())
    table.emplace(name, read_provider(terms, mistakes));
  return table;
}

std::vector<price_entry> read_prices(price_fields& top, const provider_table& providers,
                                     mistake_list& mistakes) {
  std::vector<price_entry> entries;
  top.require("prices", "expected a list, like [{model: …, provider: …, input: …, output: …}]");
  for (const config_node& item : top.list("prices"))
    entries.push_back(read_price(item, providers, mistakes));
  const auto node = top.node("prices");
  const bool is_list = !node || node->value.IsSequence();
  if (entries.empty() && is_list && top.has("prices"))
    top.mistake("prices", "empty; a gateway needs at least one price");
  return entries;
}

// At any instant a model has one price. Entries are compared in the order of their beginnings, each
// with the one before it that lasts longest.
void check_overlaps(const std::vector<price_entry>& entries, mistake_list& mistakes) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].value.model.empty()) order.push_back(i);
  }
  const auto key = [&](std::size_t i) {
    return std::tie(entries[i].value.model, entries[i].value.valid_from);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) < key(b); });

  const price_entry* longest = nullptr;
  for (const std::size_t i : order) {
    const price_entry& entry = entries[i];
    if (longest == nullptr || longest->value.model != entry.value.model) {
      longest = &entry;
      continue;
    }
    const auto& end = longest->value.valid_until;
    if (!end || *end > entry.value.valid_from) {
      mistakes.add(entry.line, entry.path + ".from: overlaps the entry of " + entry.value.model +
                                   " on line " + std::to_string(longest->line) +
                                   "; end that one with until where this one begins");
    }
    if (end && (!entry.value.valid_until || *entry.value.valid_until > *end)) longest = &entry;
  }
}

struct names_known {
  std::set<std::string, std::less<>> models;   // that have a price
  std::set<std::string, std::less<>> aliases;  // read before
};

std::optional<price_alias> read_alias(price_fields& fields, names_known& known) {
  const bool is_prefix = fields.has("prefix");
  if (is_prefix == fields.has("from")) {
    fields.mistake("from", "expected either from (a whole name) or prefix");
    return std::nullopt;
  }
  const char* const key = is_prefix ? "prefix" : "from";
  const auto from = fields.printable(key, presence::required, model_bytes_max);
  // A prefix without `to` is cut off: "sim/gpt-4o" becomes "gpt-4o".
  const auto to =
      fields.printable("to", is_prefix ? presence::optional : presence::required, model_bytes_max);
  if (!from) return std::nullopt;
  if (!known.aliases.insert(key + *from).second)
    fields.mistake(key, "repeated; an earlier alias has this name, keep one of the two");
  if (!is_prefix && known.models.contains(*from))
    fields.mistake(key, "a model in prices has this name; its price would always win");
  if (!is_prefix && to && !known.models.contains(*to))
    fields.mistake("to", "no model in prices has this name; an alias leads to one in one step");
  return price_alias{.from = *from, .to = to.value_or(""), .is_prefix = is_prefix};
}

std::vector<price_alias> read_aliases(price_fields& top, const std::vector<price_entry>& entries,
                                      mistake_list& mistakes) {
  names_known known;
  for (const price_entry& entry : entries)
    known.models.insert(entry.value.model);
  std::vector<price_alias> aliases;
  top.refuse_blank("aliases");
  for (const config_node& item : top.list("aliases")) {
    price_fields fields{item, mistakes};
    if (!fields.is_mapping()) continue;
    if (auto alias = read_alias(fields, known)) aliases.push_back(std::move(*alias));
    (void)fields.has("to");  // a known key, also where reading ended before it
    fields.finish();
  }
  return aliases;
}

// Nothing where there are mistakes.
std::optional<price_book> read_document(const YAML::Node& root, mistake_list& mistakes) {
  price_fields top{{.value = root, .path = "", .line = 1}, mistakes};
  const auto version = top.printable("version", presence::required, version_bytes_max);
  (void)top.date("updated", presence::required);
  const provider_table providers = read_providers(top, mistakes);
  const std::vector<price_entry> entries = read_prices(top, providers, mistakes);
  check_overlaps(entries, mistakes);
  std::vector<price_alias> aliases = read_aliases(top, entries, mistakes);
  top.finish();
  if (!mistakes.empty()) return std::nullopt;
  std::vector<price> prices;
  prices.reserve(entries.size());
  for (const price_entry& entry : entries)
    prices.push_back(entry.value);
  return price_book{*version, std::move(prices), std::move(aliases)};
}

}  // namespace

std::variant<price_book, std::vector<config_mistake>> parse_price_file(
    const std::string& yaml_text) {
  if (yaml_text.size() > file_bytes_max) {
    return mistakes_found{{0, "the file: larger than 4 MiB; expected a price list"}};
  }
  mistake_list mistakes;
  std::optional<price_book> book;
  read_yaml_file(yaml_text, mistakes, [&](const yaml_document& document) {
    if (document.is_empty) {
      mistakes.add(1, "the file: empty; expected version, updated, providers and prices");
    } else {
      book = read_document(document.root, mistakes);
    }
  });
  if (book) return std::move(*book);
  return mistakes.sorted();
}

std::variant<price_book, std::vector<config_mistake>> load_price_file(const std::string& path) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  std::string text;
  char block[4096];
  // One byte past the limit is enough for parse_price_file to refuse it.
  while (file && text.size() <= file_bytes_max) {
    file.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) {
    const std::string reason = std::generic_category().message(errno != 0 ? errno : EIO);
    return mistakes_found{
        {0, "the file: cannot be read (" + reason + "); check its path and permissions"}};
  }
  return parse_price_file(text);
}

}  // namespace stint
