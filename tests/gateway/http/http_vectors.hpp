// Reads the framing vectors of tests/vectors/http and gives each to a reader whole, byte by byte,
// and split at every offset. Each prefix is copied into a heap block of exactly its size, so that
// the address sanitizer sees a read past the end.
#pragma once

#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/escaped_text.hpp"
#include "gateway/http/field_lines.hpp"

namespace stint::testing {

struct http_vector {
  std::string name;
  std::string expected;
  std::string bytes;

  friend std::ostream& operator<<(std::ostream& out, const http_vector& vector) {
    return out << vector.name;
  }
};

inline std::vector<http_vector> read_http_vectors(const std::string& file) {
  std::ifstream in(std::string(STINT_SOURCE_DIR) + "/tests/vectors/http/" + file);
  if (!in) throw std::runtime_error("no vectors in " + file);
  std::vector<http_vector> vectors;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> columns;
    for (std::size_t end = 0; columns.size() < 3; line.erase(0, end + 3)) {
      end = line.find(" | ");
      if (end == std::string::npos) throw std::runtime_error("not four columns: " + line);
      columns.push_back(line.substr(0, end));
    }
    vectors.push_back({.name = columns[0], .expected = columns[2], .bytes = unescaped(line)});
  }
  return vectors;
}

// `Check` is given what has arrived so far and its own note of what it has scanned, and answers a
// text that says all of its verdict, or nothing as long as it wants more. A verdict is final: no
// more bytes are given.
template <typename Check>
std::string verdict_on(std::string_view bytes, const std::vector<std::size_t>& arrivals,
                       Check check) {
  std::size_t scanned = 0;
  for (const std::size_t arrived : arrivals) {
    const auto exact = std::make_unique<char[]>(arrived);
    bytes.copy(exact.get(), arrived);
    const std::optional<std::string> verdict =
        check(std::string_view(exact.get(), arrived), scanned);
    if (verdict) return *verdict;
  }
  return "more";
}

// All of the verdict on a head as one text: on its first line what the vectors expect, `described`
// by the test that knows its kind, and then what makes any other difference between two ways of
// splitting visible.
template <typename Head, typename Describe>
std::optional<std::string> verdict_of(const head_check& checked, const Head& head,
                                      Describe describe) {
  switch (checked.state) {
    case head_state::incomplete:
      return std::nullopt;
    case head_state::refused:
      return std::to_string(checked.status) + '\n' + std::string(checked.reason);
    case head_state::complete:
      break;
  }
  std::string text = describe(head) + '\n' + std::to_string(head.size_bytes) + '\n';
  for (const auto& field : head.fields())
    text.append(field.name).append("=").append(field.value).append("\n");
  return text;
}

// The verdict on the whole, and a note of the first way of splitting that leads to another.
struct split_verdicts {
  std::string whole;
  std::string difference;
};

template <typename Check>
split_verdicts verdicts_for_every_split(std::string_view bytes, Check check) {
  split_verdicts found{.whole = verdict_on(bytes, {bytes.size()}, check), .difference = ""};
  std::vector<std::size_t> each_byte;
  for (std::size_t size = 1; size <= bytes.size(); ++size)
    each_byte.push_back(size);
  if (const auto slow = verdict_on(bytes, each_byte, check); slow != found.whole) {
    found.difference = "byte by byte: " + slow;
  }
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    const auto halves = verdict_on(bytes, {split, bytes.size()}, check);
    if (halves != found.whole)
      found.difference = "split at " + std::to_string(split) + ": " + halves;
  }
  return found;
}

}  // namespace stint::testing
