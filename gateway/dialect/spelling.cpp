// Tested by tests/gateway/dialect/spelling_test.cpp.
#include "gateway/dialect/spelling.hpp"

#include <algorithm>

#include "gateway/dialect/parts/path_pattern.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/percent.hpp"

namespace stint {

namespace {
// No path that is looked for is near as long, and what is longer need not be understood: a pass-through
// by prefix lets no escape through, whatever it means.
constexpr std::size_t looked_at_bytes_max = 512;
// A server decodes once, a proxy in front of it a second time.
constexpr int decoded_times_max = 3;
constexpr std::string_view version = "/v1";

// One segment more of `into`, which is a path without a slash at its end.
void append_segment(std::string_view segment, std::string& into) {
  segment = segment.substr(0, segment.find(';'));
  if (segment.empty() || segment == ".") return;
  if (segment == "..") {
    into.resize(into.empty() ? 0 : into.rfind('/'));
    return;
  }
  into += '/';
  for (const char byte : segment)
    into += to_lower_case(byte);
}

std::string_view without_version(std::string_view path) noexcept {
  while (path.starts_with(version) &&
         (path.size() == version.size() || path[version.size()] == '/'))
    path.remove_prefix(version.size());
  return path;
}

// Of a client's path: Azure's resources have OpenAI's paths behind "/openai", with "/v1" and without.
std::string_view without_beginning(std::string_view path) noexcept {
  constexpr std::string_view azure = "/openai";
  if (path.starts_with(azure) && path.substr(azure.size()).starts_with('/'))
    path.remove_prefix(azure.size());
  return without_version(path);
}

bool has_upper_case(std::string_view path) noexcept {
  for (const char byte : path) {
    if (byte != to_lower_case(byte)) return true;
  }
  return false;
}

// "/chat/completions" means one thing wherever it stands; "/messages" does not.
bool tells_by_itself(std::string_view rest) noexcept {
  return rest.find('/', 1) != std::string_view::npos;
}
}  // namespace

lenient_path::lenient_path(std::string_view path) {
  if (path.size() > looked_at_bytes_max) return;
  std::string text(path);
  for (int times = 0; times < decoded_times_max && text.find('%') != std::string::npos; ++times)
    text = without_escapes(text);
  is_plain_ = text == path && text.find(';') == std::string::npos && !has_upper_case(text);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/\\"), rest.size());
    const std::string_view segment = rest.substr(0, end);
    is_plain_ = is_plain_ && segment != "." && segment != ".." &&
                end == std::min(rest.find('/'), rest.size());
    append_segment(segment, folded_);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

path_spelling lenient_path::spells(std::string_view metered) const {
  if (without_beginning(folded_) != without_version(metered)) return path_spelling::other;
  return is_plain_ ? path_spelling::plain : path_spelling::disguised;
}

bool lenient_path::borders(std::string_view metered) const {
  const std::string_view rest = without_version(metered);
  if (without_beginning(folded_).starts_with(rest)) return true;
  return folded_.find(tells_by_itself(rest) ? rest : metered) != std::string::npos;
}

bool lenient_path::ends_in(std::string_view metered) const {
  const std::string_view rest = without_version(metered);
  return without_beginning(folded_) == rest ||
         folded_.ends_with(tells_by_itself(rest) ? rest : metered);
}

namespace {
// "v1", "v1beta", "v2": of a path without upper case.
bool may_be_version(std::string_view segment) noexcept {
  return segment.size() >= 2 && segment[0] == 'v' && is_digit(segment[1]);
}

bool has_hole(std::string_view segment) noexcept {
  return segment.find('{') != std::string_view::npos;
}

// `segment` is without upper case.
bool may_fit_segment(std::string_view pattern, std::string_view segment) noexcept {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return to_lower_case(x) == y; });
  };
  const std::size_t begin = pattern.find('{');
  if (begin == std::string_view::npos) return same(pattern, segment);
  const std::string_view behind = pattern.substr(pattern.rfind('}') + 1);
  return segment.size() > begin + behind.size() &&
         same(pattern.substr(0, begin), segment.substr(0, begin)) &&
         same(behind, segment.substr(segment.size() - behind.size()));
}

// `path` from one of its slashes on.
bool may_fit_here(std::string_view pattern, std::string_view path, bool or_below) noexcept {
  while (true) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (wanted.empty()) return or_below || found.empty();
    if (wanted == "{any*}") return true;
    if (found.empty() || !may_fit_segment(wanted, found)) return false;
    if (wanted.ends_with("*}")) return true;
  }
}

// As tells_by_itself(), of a pattern: two of its segments say what they are.
bool pattern_tells(std::string_view rest) noexcept {
  int telling = 0;
  while (!rest.empty()) {
    const std::string_view segment = take_segment(rest);
    telling += int{!has_hole(segment)} + int{segment.find(':') != std::string_view::npos};
  }
  return telling >= 2;
}

bool may_fit_somewhere(std::string_view pattern, std::string_view path, bool or_below) noexcept {
  std::string_view rest = pattern;
  const std::string_view first = take_segment(rest);
  if (first == "v1" || first == "{version}") pattern = rest;
  const bool anywhere = pattern_tells(pattern);
  bool is_begin = true;  // nothing but versions, or Azure's word, stand before
  while (!path.empty()) {
    if ((anywhere || is_begin) && may_fit_here(pattern, path, or_below)) return true;
    const std::string_view before = take_segment(path);
    is_begin = may_be_version(before) || before == "openai";
  }
  return false;
}
}  // namespace

bool lenient_path::may_fit(std::string_view pattern) const {
  return may_fit_somewhere(pattern, folded_, false);
}

bool lenient_path::may_lead_on_from(std::string_view pattern) const {
  return may_fit_somewhere(pattern, folded_, true);
}

bool lenient_path::is_below(const lenient_path& other) const {
  const std::string_view above = without_version(other.folded_);
  const std::string_view own = without_version(folded_);
  if (own.size() <= above.size()) return own == above;
  return !above.empty() && own.starts_with(above) && own[above.size()] == '/';
}

bool lenient_path::is_same(const lenient_path& other) const {
  return without_version(folded_) == without_version(other.folded_);
}

bool is_ambiguous_path(std::string_view path) noexcept {
  return path.size() > looked_at_bytes_max ||
         path.find_first_of("%;\\") != std::string_view::npos ||
         path.find("//") != std::string_view::npos;
}

}  // namespace stint
