// Tested by tests/pricing/price_file_test.cpp, price_file_mistakes_test.cpp,
// shipped_prices_test.cpp, shipped_terms_test.cpp and garbled_price_file_test.cpp.
#include "pricing/price_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>

#include <yaml-cpp/yaml.h>

#include "pricing/price_entry.hpp"
#include "pricing/price_fields.hpp"
#include "pricing/yaml_document.hpp"

namespace stint {

namespace {

using mistake_list = std::vector<price_file_mistake>;

// The shipped file has 30 KB; a hundred times that is not a price list.
constexpr std::size_t file_bytes_max = 4 << 20;
// Goes onto every ledger row.
constexpr std::size_t version_bytes_max = 64;

std::string item_path(std::string_view list, std::size_t index) {
  return std::string{list} + '[' + std::to_string(index) + ']';
}

provider_table read_providers(price_fields& top, mistake_list& mistakes) {
  provider_table table;
  const YAML::Node* node = top.find("providers");
  if (node == nullptr) {
    top.add_mistake(top.line(), "providers", "missing; expected a map, like {openai: {}}");
    return table;
  }
  const price_fields providers{*node, "providers", {}, mistakes};
  for (const auto& [name, terms, line] : providers.entries()) {
    table.emplace(name, read_provider(terms, providers.path_of(name), mistakes));
  }
  return table;
}

std::vector<price_entry> read_prices(price_fields& top, const provider_table& providers,
                                     mistake_list& mistakes) {
  std::vector<price_entry> entries;
  const auto nodes = top.list("prices", presence::required,
                              "a list, like [{model: …, provider: …, input: …, output: …}]");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    entries.push_back(read_price(nodes[i], item_path("prices", i), providers, mistakes));
  }
  if (const YAML::Node* list = top.find("prices");
      list != nullptr && list->IsSequence() && nodes.empty()) {
    top.add_mistake(top.line("prices"), "prices", "empty; a gateway needs at least one price");
  }
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
      mistakes.push_back({entry.line, item_path("prices", i) + ".from: overlaps the entry of " +
                                          entry.value.model + " on line " +
                                          std::to_string(longest->line) +
                                          "; end that one with until where this one begins"});
    }
    if (end && (!entry.value.valid_until || *entry.value.valid_until > *end)) longest = &entry;
  }
}

std::vector<price_alias> read_aliases(price_fields& top, const std::vector<price_entry>& entries,
                                      mistake_list& mistakes) {
  std::set<std::string, std::less<>> models;
  for (const price_entry& entry : entries)
    models.insert(entry.value.model);

  std::vector<price_alias> aliases;
  std::set<std::string, std::less<>> seen;
  const auto nodes = top.list("aliases", presence::optional,
                              "a list, like [{from: short-name, to: full-name}, {prefix: sim/}]");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    price_fields fields{nodes[i], item_path("aliases", i), {"from", "prefix", "to"}, mistakes};
    if (!nodes[i].IsMap()) continue;
    const bool is_prefix = fields.find("prefix") != nullptr;
    if (is_prefix == (fields.find("from") != nullptr)) {
      fields.add_mistake(fields.line(), "from", "expected either from (a whole name) or prefix");
      continue;
    }
    const char* const key = is_prefix ? "prefix" : "from";
    const auto from = fields.text(key, presence::required, model_bytes_max);
    // A prefix without `to` is cut off: "sim/gpt-4o" becomes "gpt-4o".
    const auto to =
        fields.text("to", is_prefix ? presence::optional : presence::required, model_bytes_max);
    if (!from) continue;
    const int line = fields.line(key);
    if (!seen.insert(key + *from).second) {
      fields.add_mistake(line, key,
                         "repeated; an earlier alias has this name, keep one of the two");
    }
    if (!is_prefix && models.contains(*from)) {
      fields.add_mistake(line, key, "a model in prices has this name; its price would always win");
    }
    if (!is_prefix && to && !models.contains(*to)) {
      fields.add_mistake(fields.line("to"), "to",
                         "no model in prices has this name; an alias leads to one in one step");
    }
    aliases.push_back({.from = *from, .to = to.value_or(""), .is_prefix = is_prefix});
  }
  return aliases;
}

std::variant<price_book, mistake_list> read_document(const YAML::Node& root) {
  mistake_list mistakes;
  price_fields top{root, "", {"version", "updated", "providers", "prices", "aliases"}, mistakes};
  if (!root.IsMap()) return mistakes;
  const auto version = top.text("version", presence::required, version_bytes_max);
  (void)top.date("updated", presence::required);
  const provider_table providers = read_providers(top, mistakes);
  const std::vector<price_entry> entries = read_prices(top, providers, mistakes);
  check_overlaps(entries, mistakes);
  std::vector<price_alias> aliases = read_aliases(top, entries, mistakes);
  if (!mistakes.empty()) {
    std::stable_sort(mistakes.begin(), mistakes.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    return mistakes;
  }
  std::vector<price> prices;
  prices.reserve(entries.size());
  for (const price_entry& entry : entries)
    prices.push_back(entry.value);
  return price_book{*version, std::move(prices), std::move(aliases)};
}

}  // namespace

std::variant<price_book, std::vector<price_file_mistake>> parse_price_file(
    const std::string& yaml_text) {
  if (yaml_text.size() > file_bytes_max) {
    return mistake_list{{0, "the file: larger than 4 MiB; expected a price list"}};
  }
  // yaml-cpp reports by exceptions; they end here.
  try {
    const yaml_document document = read_yaml_document(yaml_text);
    if (document.is_empty)
      return mistake_list{{1, "the file: empty; expected version, updated, providers and prices"}};
    if (document.second_line) {
      return mistake_list{{*document.second_line,
                           "the file: a second document; remove the line ---, or the stray comma"}};
    }
    return read_document(document.root);
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line + 1;
    return mistake_list{{line, "the file: not valid YAML here: " + error.msg}};
  } catch (const std::exception& error) {
    return mistake_list{{0, std::string{"the file: could not be read as YAML: "} + error.what()}};
  }
}

std::variant<price_book, std::vector<price_file_mistake>> load_price_file(const std::string& path) {
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
    return mistake_list{
        {0, "the file: cannot be read (" + reason + "); check its path and permissions"}};
  }
  return parse_price_file(text);
}

}  // namespace stint
