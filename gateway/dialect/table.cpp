// Tested by tests/gateway/dialect/table_test.cpp.
#include "gateway/dialect/table.hpp"

#include <algorithm>
#include <array>

#include "gateway/dialect/anthropic/messages.hpp"
#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/openai_chat/chat.hpp"
#include "gateway/dialect/openai_completions/completions.hpp"
#include "gateway/dialect/openai_embeddings/embeddings.hpp"
#include "gateway/dialect/openai_responses/responses.hpp"
#include "gateway/dialect/parts/path_pattern.hpp"
#include "gateway/dialect/spelling.hpp"

namespace stint {
namespace {

const auto& dialect_table() noexcept {
  // Who asks for a path that nobody serves gets the errors of the first.
  static const std::array spoken = {
      &openai_chat(),     &anthropic_messages(), &openai_responses(),   &openai_compact(),
      &gemini_generate(), &gemini_embed(),       &openai_completions(), &openai_embeddings(),
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

std::vector<const dialect*> dialects_spoken_as(std::string_view word) {
  std::vector<const dialect*> found;
  for (const dialect* each : all_dialects()) {
    if (each->facts().spoken_as == word) found.push_back(each);
  }
  return found;
}

std::vector<std::string> spoken_words() {
  std::vector<std::string> words;
  for (const dialect* each : all_dialects()) {
    const std::string_view word = each->facts().spoken_as;
    if (std::find(words.begin(), words.end(), word) == words.end()) words.emplace_back(word);
  }
  return words;
}

const dialect* dialect_of_path(std::string_view path) noexcept {
  return first_that([&](const dialect* each) { return each->serves(path); });
}

namespace {
// The endpoint for which `fits` says yes, and whose it is.
struct owned_endpoint {
  const dialect* speaks = nullptr;
  const endpoint* what = nullptr;
};

template <typename Fits>
owned_endpoint first_endpoint_that(Fits fits) {
  for (const dialect* each : all_dialects()) {
    for (const endpoint& one : each->facts().endpoints) {
      if (fits(one)) return {each, &one};
    }
  }
  return {};
}

void add_method(http_method method, std::string& to) {
  if (to.find(to_string(method)) != std::string::npos) return;
  if (!to.empty()) to += " and ";
  to += to_string(method);
}

// Of two paths of which one continues the other, the longer one is meant.
const dialect* bordered_by(std::string_view path) noexcept {
  const dialect* near = nullptr;
  for (const dialect* each : all_dialects()) {
    if (!each->borders(path)) continue;
    if (near == nullptr || each->facts().path.size() > near->facts().path.size()) near = each;
  }
  return near;
}

const dialect* bordering(std::string_view path) {
  if (const dialect* near = bordered_by(path)) return near;
  // First those that say what they are: a last hole that takes all takes the paths of other APIs, too.
  for (const bool takes_rest : {false, true}) {
    const auto by_pattern = first_endpoint_that([&](const endpoint& one) {
      call_target ignored;
      return one.pattern.ends_with("*}") == takes_rest && fits_pattern(one.pattern, path, ignored);
    });
    if (by_pattern.speaks != nullptr) return by_pattern.speaks;
  }
  const lenient_path read(path);
  if (const dialect* near = first_that([&](const dialect* each) {
        return each->has_fixed_path() && read.borders(each->facts().path);
      }))
    return near;
  return first_endpoint_that([&](const endpoint& one) { return read.may_fit(one.pattern); }).speaks;
}
}  // namespace

found_endpoint find_endpoint(http_method method, std::string_view path) {
  found_endpoint found;
  const auto fitting = first_endpoint_that([&](const endpoint& one) {
    call_target target;
    if (!fits_pattern(one.pattern, path, target)) return false;
    if (!one.takes(method)) {
      if (one.kind != endpoint_kind::refused) add_method(one.method, found.other_methods);
      return false;
    }
    found.target = target;
    return true;
  });
  if (fitting.speaks == nullptr) return found;
  found.speaks = fitting.speaks;
  found.target.at = fitting.what;
  found.target.path = path;
  found.other_methods.clear();
  return found;
}

namespace {
// Some servers take the method from elsewhere than the request line (Google's: from the query). What has
// other methods than POST costs nothing.
bool is_shut_to_all_methods(const endpoint& one) noexcept {
  return one.method == http_method::post &&
         (one.kind == endpoint_kind::metered || one.kind == endpoint_kind::refused);
}

// Whether a row of its own says what the path is: Gemini's list of models is not the one that is answered here, though
// a lenient server might take it for that. What is called by another method than its row's is not told by it.
bool may_be_let_through_as_itself(http_method method, std::string_view path,
                                  const lenient_path& read) {
  const endpoint* const own = find_endpoint(method, path).target.at;
  if (own == nullptr || !own->may_be_let_through || !read.is_plain()) return false;
  const auto another = first_endpoint_that([&](const endpoint& one) {
    return !one.takes(method) && is_shut_to_all_methods(one) && read.may_fit(one.pattern);
  });
  return another.what == nullptr;
}
}  // namespace

const endpoint* shut_endpoint(http_method method, std::string_view path, bool or_below) {
  const lenient_path read(path);
  const bool is_itself = may_be_let_through_as_itself(method, path, read);
  const auto shut = first_endpoint_that([&](const endpoint& one) {
    if (one.may_be_let_through) return false;
    if (is_itself && one.kind == endpoint_kind::answered_here) return false;
    if (!one.takes(method))
      return or_below && is_shut_to_all_methods(one) && read.may_fit(one.pattern);
    return or_below && one.kind == endpoint_kind::metered ? read.may_lead_on_from(one.pattern)
                                                          : read.may_fit(one.pattern);
  });
  return shut.what;
}

std::string_view unserved_pattern(http_method method, std::string_view path) {
  const found_endpoint found = find_endpoint(method, path);
  return found.speaks != nullptr ? found.target.at->pattern : "unknown";
}

respelt_path respelt_metered_path(std::string_view path) {
  const lenient_path read(path);
  respelt_path found;
  for (const dialect* each : all_dialects()) {
    if (!each->has_fixed_path()) continue;
    const path_spelling how = read.spells(each->facts().path);
    if (how == path_spelling::other) continue;
    found.meant = each;
    found.is_plain = how == path_spelling::plain;
    break;
  }
  return found;
}

bool borders_metered_path(std::string_view path) {
  if (first_that([&](const dialect* each) { return each->borders(path); }) != nullptr) return true;
  const lenient_path read(path);
  return first_that([&](const dialect* each) {
           return each->has_fixed_path() && read.borders(each->facts().path);
         }) != nullptr;
}

bool ends_in_metered_path(std::string_view path) {
  const lenient_path read(path);
  return first_that([&](const dialect* each) {
           return each->has_fixed_path() && read.ends_in(each->facts().path);
         }) != nullptr;
}

const dialect& dialect_for_errors(std::string_view path) {
  const dialect* near = bordering(path);
  return near != nullptr ? *near : *all_dialects().front();
}

std::string metered_calls() {
  std::vector<std::string> calls;
  for (const dialect* each : all_dialects()) {
    for (const endpoint& one : each->facts().endpoints) {
      if (one.kind == endpoint_kind::metered)
        calls.push_back(std::string(to_string(one.method)).append(" ").append(one.pattern));
    }
  }
  std::string text;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (i > 0) text += i + 1 == calls.size() ? " and " : ", ";
    text += calls[i];
  }
  return text;
}

}  // namespace stint
