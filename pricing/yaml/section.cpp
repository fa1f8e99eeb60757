// Tested by tests/pricing/yaml/section_test.cpp and tests/gateway/config/config_test.cpp.
#include "pricing/yaml/section.hpp"

#include <algorithm>
#include <cstddef>

#include "pricing/text/ascii.hpp"
#include "pricing/text/utf8.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

int line_of(const YAML::Node& node, int otherwise) {
  const auto mark = node.Mark();
  return mark.is_null() ? otherwise : mark.line + 1;
}

bool is_empty(const YAML::Node& value) {
  return !value.IsDefined() || value.IsNull();
}

}  // namespace

std::string shown_in_message(std::string_view text) {
  constexpr std::size_t bytes_max = 64;
  std::string out;
  for (const char c : text.substr(0, boundary_before(text, bytes_max)))
    out += is_control(c) ? '?' : c;
  return out + (text.size() > bytes_max ? "…" : "");
}

std::string shown_in_message(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (!node.IsScalar() || node.Scalar().empty()) return "nothing";
  return "'" + shown_in_message(node.Scalar()) + "'";
}

namespace {

std::string range_text(integer_range range) {
  return "from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

}  // namespace

config_section::config_section(const config_node& mapping, mistake_list& mistakes)
    : path_(mapping.path), line_(mapping.line), mistakes_(&mistakes) {
  if (is_empty(mapping.value)) return;
  if (!mapping.value.IsMap()) {
    const std::string what = path_.empty() ? "the file" : path_;
    mistakes_->add(line_of(mapping.value, line_), what + ": expected keys and values, found " +
                                                      shown_in_message(mapping.value) +
                                                      "; write them like {key: value}");
    is_mapping_ = false;
    return;
  }
  // yaml-cpp keeps every pair of a mapping, also those whose key it has seen before, although
  // YAML 1.2 §3.2.1.3 forbids them.
  for (const auto& pair : mapping.value) {
    const int line = line_of(pair.first, line_);
    if (!pair.first.IsScalar()) {
      mistakes_->add(line, path_of("?") + ": a key must be a plain word");
      continue;
    }
    const auto& key = pair.first.Scalar();
    const auto earlier = std::find_if(entries_.begin(), entries_.end(),
                                      [&](const entry& e) { return e.key == key; });
    if (earlier != entries_.end()) {
      mistakes_->add(line, path_of(key) + ": given twice (first on line " +
                               std::to_string(earlier->line) + "); delete one");
      continue;
    }
    entries_.push_back({.key = key, .value = pair.second, .line = line});
  }
}

std::string config_section::path_of(std::string_view key) const {
  const std::string shown = shown_in_message(key);
  return path_.empty() ? shown : path_ + "." + shown;
}

config_section::entry* config_section::find(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) { return e.key == key; });
  if (found == entries_.end()) return nullptr;
  found->known = true;
  return &*found;
}

void config_section::note_value(const entry& at, std::string_view message) {
  mistakes_->add(line_of(at.value, at.line), path_of(at.key) + ": " + std::string(message));
}

bool config_section::has(std::string_view key) {
  return find(key) != nullptr;
}

void config_section::require(std::string_view key, std::string_view wanted) {
  if (has(key) || !is_mapping_) return;
  mistakes_->add(line_, path_of(key) + ": missing; " + std::string(wanted));
}

void config_section::mistake(std::string_view key, std::string_view message) {
  const auto* at = find(key);
  mistakes_->add(at == nullptr ? line_ : at->line, path_of(key) + ": " + std::string(message));
}

void config_section::mistake(const config_text& at, std::string_view message) {
  mistakes_->add(at.line, at.path + ": " + std::string(message));
}

std::optional<config_text> config_section::text(std::string_view key) {
  const auto* at = find(key);
  if (at == nullptr) return std::nullopt;
  if (is_empty(at->value)) {
    mistakes_->add(at->line, path_of(key) + ": has no value; give one or delete the line");
    return std::nullopt;
  }
  if (!at->value.IsScalar()) {
    note_value(*at, "expected one value, not a list or a mapping");
    return std::nullopt;
  }
  return config_text{
      .text = at->value.Scalar(), .path = path_of(key), .line = line_of(at->value, at->line)};
}

void config_section::read(std::string_view key, std::string& into) {
  if (auto value = text(key)) into = std::move(value->text);
}

void config_section::read(std::string_view key, bool& into) {
  const auto value = text(key);
  if (!value) return;
  if (value->text == "true" || value->text == "false") {
    into = value->text == "true";
  } else {
    mistake(*value, "expected true or false, not \"" + value->text + "\"");
  }
}

std::optional<std::int64_t> config_section::number(
    std::string_view key, integer_range range,
    std::optional<std::int64_t> (*parse)(std::string_view) noexcept, const std::string& form) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  const auto read = parse(value->text);
  if (read && *read >= range.least && *read <= range.most) return read;
  mistake(*value, "expected " + form + ", not \"" + value->text + "\"");
  return std::nullopt;
}

std::optional<std::int64_t> config_section::count(std::string_view key, integer_range range) {
  return number(key, range, parse_count,
                "a whole number " + range_text(range) + " (200_000, 10k and 5M are understood)");
}

std::optional<std::int64_t> config_section::bytes(std::string_view key, integer_range range) {
  return number(key, range, parse_bytes,
                "bytes " + range_text(range) + ", written like 64KiB or 32MiB");
}

std::optional<std::int64_t> config_section::duration_ms(std::string_view key, integer_range range) {
  return number(key, range, parse_duration_ms,
                "a duration " + range_text(range) + " ms, written like 500ms, 30s or 5m");
}

std::optional<config_node> config_section::node(std::string_view key) {
  const auto* at = find(key);
  if (at == nullptr || is_empty(at->value)) return std::nullopt;
  return config_node{.value = at->value, .path = path_of(key), .line = at->line};
}

config_section config_section::section(std::string_view key) {
  auto whole = node(key);
  if (!whole) {
    const auto* at = find(key);
    const int line = at == nullptr ? line_ : at->line;
    whole =
        config_node{.value = YAML::Node(YAML::NodeType::Null), .path = path_of(key), .line = line};
  }
  return {*whole, *mistakes_};
}

void config_section::refuse_blank(std::string_view key) {
  if (has(key) && !node(key)) mistake(key, "is empty: give it a value, or leave the key out");
}

std::vector<config_node> config_section::list(std::string_view key) {
  const auto whole = node(key);
  if (!whole) return {};
  if (!whole->value.IsSequence()) {
    mistake(key, "expected a list: one item a line, each starting with \"- \"");
    return {};
  }
  std::vector<config_node> items;
  for (const auto& item : whole->value) {
    std::string path = whole->path + "[" + std::to_string(items.size()) + "]";
    items.push_back({.value = item, .path = std::move(path), .line = line_of(item, whole->line)});
  }
  return items;
}

std::vector<config_text> config_section::words(std::string_view key) {
  const auto whole = node(key);
  if (!whole) return {};
  if (whole->value.IsScalar()) return {*text(key)};
  std::vector<config_text> found;
  for (const auto& item : list(key)) {
    if (item.value.IsScalar()) {
      found.push_back({.text = item.value.Scalar(), .path = item.path, .line = item.line});
    } else {
      mistakes_->add(item.line, item.path + ": expected a plain word");
    }
  }
  return found;
}

std::vector<std::pair<std::string, config_node>> config_section::entries() {
  std::vector<std::pair<std::string, config_node>> all;
  for (auto& at : entries_) {
    at.known = true;
    all.emplace_back(at.key,
                     config_node{.value = at.value, .path = path_of(at.key), .line = at.line});
  }
  return all;
}

void config_section::finish() {
  for (const auto& at : entries_) {
    if (at.known) continue;
    auto known = asked_;
    std::sort(known.begin(), known.end());
    mistakes_->add(at.line, path_of(at.key) + ": unknown key" + did_you_mean(at.key, known) +
                                "; known here: " + list_choices(known));
  }
}

void note_wrong_choice(const config_text& word, const std::vector<std::string>& names,
                       mistake_list& mistakes) {
  mistakes.add(word.line, word.path + ": \"" + word.text + "\" is not known" +
                              did_you_mean(word.text, names) + "; use " + list_choices(names));
}

}  // namespace stint
