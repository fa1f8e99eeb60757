// What a model's name says, whatever stands around it.
#pragma once

#include <cstdint>
#include <string_view>

namespace stint::tokenizer {

// Without the path that a router, or whoever else serves it, puts before it ("openai/gpt-4o" →
// "gpt-4o"), nor what the simulated provider puts there where a path holds the model ("sim-gpt-4o"). A
// view into `model`.
[[nodiscard]] constexpr std::string_view bare_model(std::string_view model) noexcept {
  constexpr std::string_view simulated = "sim-";
  if (model.starts_with(simulated)) return model.substr(simulated.size());
  const std::size_t slash = model.rfind('/');
  return slash == std::string_view::npos ? model : model.substr(slash + 1);
}

enum class name_match : std::uint8_t { exact, prefix, contains };

[[nodiscard]] constexpr bool matches(name_match how, std::string_view pattern,
                                     std::string_view name) noexcept {
  switch (how) {
    case name_match::exact:
      return name == pattern;
    case name_match::prefix:
      return name.starts_with(pattern);
    case name_match::contains:
      return name.find(pattern) != std::string_view::npos;
  }
  return false;
}

// Whether the whole name is `glob`, in which '*' stands for any characters, or none.
[[nodiscard]] constexpr bool matches_glob(std::string_view glob, std::string_view name) noexcept {
  const std::size_t star = glob.find('*');
  if (star == std::string_view::npos) return glob == name;
  if (!name.starts_with(glob.substr(0, star))) return false;
  glob.remove_prefix(star + 1);
  name.remove_prefix(star);
  // Each part between stars at its first place, which leaves most for the rest; the last at the
  // end.
  for (std::size_t next = glob.find('*'); next != std::string_view::npos; next = glob.find('*')) {
    const std::size_t at = name.find(glob.substr(0, next));
    if (at == std::string_view::npos) return false;
    name.remove_prefix(at + next);
    glob.remove_prefix(next + 1);
  }
  return name.size() >= glob.size() && name.ends_with(glob);
}

// Whether this is a Claude of the generation that tokenizes text and images anew: 4.7, 4.8 and 5
// onwards.
[[nodiscard]] bool is_claude_47_or_later(std::string_view bare) noexcept;

}  // namespace stint::tokenizer
