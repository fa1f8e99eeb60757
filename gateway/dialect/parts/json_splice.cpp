// Tested by tests/gateway/dialect/json_splice_test.cpp.
#include "gateway/dialect/parts/json_splice.hpp"

#include <cstdint>

#include "pricing/text/hex.hpp"

namespace stint {

namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_space(std::string_view json, std::size_t at) noexcept {
  while (at < json.size() && is_space(json[at]))
    ++at;
  return at;
}

// From the opening quote to behind the closing one: the first quote behind an even run of
// backslashes.
std::size_t skip_string(std::string_view json, std::size_t at) noexcept {
  const std::size_t begin = at + 1;
  for (std::size_t quote = json.find('"', begin); quote != std::string_view::npos;
       quote = json.find('"', quote + 1)) {
    std::size_t run = quote;
    while (run > begin && json[run - 1] == '\\')
      --run;
    if ((quote - run) % 2 == 0) return quote + 1;
  }
  return json.size();
}

std::size_t skip_value(std::string_view json, std::size_t at) noexcept {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = skip_string(json, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
      continue;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
      ++at;
    } else if (is_space(c) || c == ',' || c == ':') {
      if (depth == 0) return at;
      ++at;
      continue;
    } else {  // number, true, false, null
      while (at < json.size() && !is_space(json[at]) && json[at] != ',' && json[at] != '}' &&
             json[at] != ']')
        ++at;
    }
    if (depth == 0) return at;
  }
  return at;
}

// `raw` is a key between its quotes. Escapes other than \uXXXX never spell a character that a field
// name has.
bool key_is(std::string_view raw, std::string_view name) noexcept {
  std::size_t at = 0;
  for (const char expected : name) {
    if (at >= raw.size()) return false;
    if (raw[at] != '\\') {
      if (raw[at++] != expected) return false;
      continue;
    }
    if (at + 6 > raw.size() || raw[at + 1] != 'u') return false;
    int unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i)
      unit = unit * 16 + hex_value(raw[i]);
    if (unit != static_cast<std::uint8_t>(expected)) return false;
    at += 6;
  }
  return at == raw.size();
}

struct member {
  std::size_t begin = 0;  // of its key
  json_range value;
  std::optional<std::size_t> comma_before;
};

std::optional<member> find_whole_member(std::string_view json, std::size_t object_begin,
                                        std::string_view name) {
  std::size_t at = skip_space(json, object_begin);
  if (at >= json.size() || json[at] != '{') return std::nullopt;
  at = skip_space(json, at + 1);
  member found;
  while (at < json.size() && json[at] == '"') {
    found.begin = at;
    const std::size_t key_end = skip_string(json, at);
    const std::string_view key = json.substr(at + 1, key_end - at - 2);
    at = skip_space(json, key_end);
    if (at >= json.size() || json[at] != ':') return std::nullopt;
    found.value.begin = skip_space(json, at + 1);
    found.value.end = skip_value(json, found.value.begin);
    if (key_is(key, name)) return found;
    at = skip_space(json, found.value.end);
    if (at >= json.size() || json[at] != ',') return std::nullopt;
    found.comma_before = at;
    at = skip_space(json, at + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<json_range> find_member(std::string_view json, std::size_t object_begin,
                                      std::string_view name) {
  const auto found = find_whole_member(json, object_begin, name);
  return found ? std::optional(found->value) : std::nullopt;
}

std::optional<std::string> without_member(std::string_view json, std::size_t object_begin,
                                          std::string_view name) {
  const auto found = find_whole_member(json, object_begin, name);
  if (!found) return std::nullopt;
  json_range gone{found->comma_before.value_or(found->begin), found->value.end};
  if (!found->comma_before) {
    const std::size_t behind = skip_space(json, gone.end);
    if (behind < json.size() && json[behind] == ',') gone.end = behind + 1;
  }
  return replace_range(json, gone, {});
}

std::string replace_range(std::string_view json, json_range range, std::string_view with) {
  std::string edited;
  edited.reserve(json.size() - (range.end - range.begin) + with.size());
  edited.append(json.substr(0, range.begin));
  edited.append(with);
  edited.append(json.substr(range.end));
  return edited;
}

std::string insert_member(std::string_view json, std::size_t object_begin, std::string_view name,
                          std::string_view value) {
  const std::size_t begin = skip_space(json, object_begin);
  const std::size_t closing = skip_value(json, begin) - 1;
  const bool is_empty = skip_space(json, begin + 1) == closing;
  std::string member;
  if (!is_empty) member += ',';
  member.append("\"").append(name).append("\":").append(value);
  return replace_range(json, json_range{closing, closing}, member);
}

}  // namespace stint
