// Tested by tests/gateway/dialect/path_pattern_test.cpp.
#include "gateway/dialect/parts/path_pattern.hpp"

#include <algorithm>
#include <array>

#include "pricing/text/ascii.hpp"

namespace stint {

std::string_view take_segment(std::string_view& path) noexcept {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

namespace {
constexpr std::string_view usual_version = "/v1/";

// A hole of a segment, and what stands around it there.
struct segment_hole {
  std::string_view before;
  std::string_view name;
  std::string_view behind;
};

segment_hole hole_in(std::string_view segment) noexcept {
  const std::size_t begin = segment.find('{');
  if (begin == std::string_view::npos) return {segment, {}, {}};
  const std::size_t end = segment.find('}', begin);
  return {segment.substr(0, begin), segment.substr(begin + 1, end - begin - 1),
          segment.substr(end + 1)};
}

bool is_version(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 3> known = {"v1", "v1beta", "v1alpha"};
  return std::find(known.begin(), known.end(), text) != known.end();
}

bool is_plain(std::string_view text) noexcept {
  return text.find_first_of("%;\\") == std::string_view::npos;
}

std::string_view* place_of(std::string_view hole, call_target& target) noexcept {
  if (hole == "version") return &target.version;
  if (hole == "model") return &target.model;
  if (hole == "action") return &target.action;
  return &target.id;
}

bool fill(std::string_view hole, std::string_view text, call_target& into) noexcept {
  if (text.empty() || !is_plain(text) || (hole == "version" && !is_version(text))) return false;
  *place_of(hole, into) = text;
  return true;
}

bool fits_segment(std::string_view pattern, std::string_view segment, call_target& into) noexcept {
  const segment_hole hole = hole_in(pattern);
  if (hole.name.empty()) return pattern == segment;
  if (!segment.starts_with(hole.before)) return false;
  segment.remove_prefix(hole.before.size());
  const std::size_t end =
      hole.behind.empty() ? segment.size() : std::min(segment.find(hole.behind[0]), segment.size());
  return fill(hole.name, segment.substr(0, end), into) &&
         fits_segment(hole.behind, segment.substr(end), into);
}

// Nor Azure's word in front of them: what follows it is OpenAI's path.
std::string_view without_usual_versions(std::string_view path) noexcept {
  std::string_view rest = path;
  if (take_segment(rest) == "openai") path = rest;
  rest = path;
  while (take_segment(rest) == "v1")
    path = rest;
  return path;
}

std::string_view without_slashes(std::string_view path) noexcept {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return path;
}

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view as_they_are = "-._~@";
  for (const char byte : text) {
    if (is_letter_or_digit(byte) || as_they_are.find(byte) != std::string_view::npos) {
      out += byte;
      continue;
    }
    const auto value = static_cast<unsigned char>(byte);
    out.append(1, '%').append(1, digits[value >> 4U]).append(1, digits[value & 15U]);
  }
}
}  // namespace

namespace {
// "tunedModels/x" behind ".../tunedModels/" is x: the collection stands in the path already.
std::string_view within_collection(std::string_view before, std::string_view model) noexcept {
  if (before.size() < 2 || !before.ends_with('/')) return model;
  const std::string_view collection = before.substr(before.rfind('/', before.size() - 2) + 1);
  return model.starts_with(collection) ? model.substr(collection.size()) : model;
}
}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view path, call_target& into) noexcept {
  if (pattern.starts_with(usual_version)) {
    pattern.remove_prefix(usual_version.size() - 1);
    path = without_usual_versions(path);
  }
  call_target holes = into;
  while (true) {
    const std::string_view wanted = take_segment(pattern);
    if (wanted.ends_with("*}")) {
      holes.id = without_slashes(path);
      if (holes.id.empty() && wanted != "{any*}") return false;
      break;
    }
    const std::string_view found = take_segment(path);
    if (wanted.empty() && found.empty()) break;
    if (wanted.empty() || found.empty() || !fits_segment(wanted, found, holes)) return false;
  }
  into = holes;
  return true;
}

void append_expanded(std::string_view pattern, const call_target& target, std::string_view model,
                     bool without_version, std::string& out) {
  if (without_version) (void)take_segment(pattern);
  while (!pattern.empty()) {
    const segment_hole hole = hole_in(pattern);
    out += hole.before;
    if (hole.name.empty()) return;
    if (hole.name == "version") {
      out += target.version;
    } else if (hole.name == "model") {
      append_escaped(within_collection(hole.before, model), out);
    } else if (hole.name == "action") {
      out += target.action;
    } else {
      out += target.id;
    }
    pattern = hole.behind;
  }
}

}  // namespace stint
