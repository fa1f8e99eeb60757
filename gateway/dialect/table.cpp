// Tested by tests/gateway/dialect/table_test.cpp.
#include "gateway/dialect/table.hpp"

#include <algorithm>
#include <array>

#include "gateway/dialect/anthropic/messages.hpp"
#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_responses/responses.hpp"
#include "gateway/dialect/spelling.hpp"

namespace stint {
namespace {

const auto& dialect_table() noexcept {
  // Who asks for a path that nobody serves gets the errors of the first.
  static const std::array spoken = {
      &openai_chat(),
      &anthropic_messages(),
      &openai_responses(),
  };
  return spoken;
}

template <typename Fits>
const dialect* first_that(Fits fits) noexcept {
  const auto& all = dialect_table();
  const auto found = std::find_if(all.begin(), all.end(), fits);
  return found == all.end() ? nullptr : *found;
}

}  // namespace

std::span<const dialect* const> all_dialects() noexcept {
  return dialect_table();
}

const dialect* find_dialect(std::string_view name) noexcept {
  return first_that([&](const dialect* each) { return each->facts().name == name; });
}

std::vector<std::string> dialect_names() {
  std::vector<std::string> names;
  for (const dialect* each : all_dialects())
    names.emplace_back(each->facts().name);
  return names;
}

const dialect* dialect_of_path(std::string_view path) noexcept {
  return first_that([&](const dialect* each) { return each->serves(path); });
}

namespace {
const dialect* bordering(std::string_view path) {
  if (const dialect* near = first_that([&](const dialect* each) { return each->borders(path); }))
    return near;
  const lenient_path read(path);
  return first_that([&](const dialect* each) { return read.borders(each->facts().path); });
}
}  // namespace

respelt_path respelt_metered_path(std::string_view path) {
  const lenient_path read(path);
  respelt_path found;
  for (const dialect* each : all_dialects()) {
    const path_spelling how = read.spells(each->facts().path);
    if (how == path_spelling::other) continue;
    found.meant = each;
    found.is_plain = how == path_spelling::plain;
    break;
  }
  return found;
}

bool borders_metered_path(std::string_view path) {
  return bordering(path) != nullptr;
}

bool ends_in_metered_path(std::string_view path) {
  const lenient_path read(path);
  return first_that([&](const dialect* each) { return read.ends_in(each->facts().path); }) !=
         nullptr;
}

const dialect& dialect_for_errors(std::string_view path) {
  const dialect* near = bordering(path);
  return near != nullptr ? *near : *all_dialects().front();
}

std::string metered_calls() {
  std::string text;
  const auto all = all_dialects();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) text += i + 1 == all.size() ? " and " : ", ";
    text.append("POST ").append(all[i]->facts().path);
  }
  return text;
}

}  // namespace stint
