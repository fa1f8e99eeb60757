// A typed cursor over one mapping of a YAML file that people write (config/stint.yaml,
// config/prices.yaml). It never stops at a mistake: each wrong, missing, unknown or repeated key is
// noted with its line and the fix, and reading goes on, so that one run shows everything there is
// to mend. Start-up and reload only; one thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "pricing/yaml/mistake.hpp"

namespace stint {

struct integer_range {
  std::int64_t least;
  std::int64_t most;
};

// A scalar of the file and where it stands, for checks that the section itself cannot make.
struct config_text {
  std::string text;
  std::string path;  // "caps[3].limit"
  int line = 0;
};

// A value of the file that has not been looked into yet.
// yaml-cpp's nodes have no move assignment, so this one's may throw: theirs is a copy.
struct config_node {  // NOLINT(bugprone-exception-escape)
  YAML::Node value;
  std::string path;
  int line = 0;
};

// What stood there, for a message: short, and never a control character into a terminal or a log.
[[nodiscard]] std::string shown_in_message(std::string_view text);
[[nodiscard]] std::string shown_in_message(const YAML::Node& node);

class config_section {
 public:
  // Anything but a mapping is a mistake and reads as an empty one; so does nothing at all
  // ("limits:" with every line under it commented out), which is fine.
  config_section(const config_node& mapping, mistake_list& mistakes);

  // Every key asked for is known from then on. A missing key leaves `into` as it is.
  void read(std::string_view key, std::string& into);
  void read(std::string_view key, bool& into);
  template <std::integral Integer>
  void read(std::string_view key, Integer& into, integer_range range) {
    if (const auto value = count(key, range)) into = static_cast<Integer>(*value);
  }
  template <std::integral Integer>
  void read_bytes(std::string_view key, Integer& into, integer_range range) {
    if (const auto value = bytes(key, range)) into = static_cast<Integer>(*value);
  }
  template <std::integral Integer>
  void read_duration_ms(std::string_view key, Integer& into, integer_range range) {
    if (const auto value = duration_ms(key, range)) into = static_cast<Integer>(*value);
  }

  [[nodiscard]] std::optional<config_text> text(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view key, integer_range range);
  // The words of a list; one word alone is a list of one.
  [[nodiscard]] std::vector<config_text> words(std::string_view key);
  [[nodiscard]] std::optional<config_node> node(std::string_view key);  // present and not empty
  [[nodiscard]] std::vector<config_node> list(std::string_view key);    // the items of a list
  [[nodiscard]] config_section section(std::string_view key);           // empty when not given
  [[nodiscard]] std::vector<std::pair<std::string, config_node>> entries();  // all, with their keys

  [[nodiscard]] bool has(std::string_view key);  // given, even if empty or wrong
  // Notes that a key is missing, unless it is there. `wanted` says what to write.
  void require(std::string_view key, std::string_view wanted);
  // Notes a key that is given with nothing behind it: its lines may all be commented out.
  void refuse_blank(std::string_view key);
  // A mistake at a key, or at the section itself when the key is not given.
  void mistake(std::string_view key, std::string_view message);
  void mistake(const config_text& at, std::string_view message);
  [[nodiscard]] std::string path_of(std::string_view key) const;
  [[nodiscard]] int line() const noexcept { return line_; }
  [[nodiscard]] bool is_mapping() const noexcept { return is_mapping_; }

  // Notes every key that nobody asked for. Call last.
  void finish();

 private:
  struct entry {
    std::string key;
    YAML::Node value;
    int line = 0;
    bool known = false;
  };

  [[nodiscard]] entry* find(std::string_view key);
  // `form` says what is expected.
  [[nodiscard]] std::optional<std::int64_t> number(
      std::string_view key, integer_range range,
      std::optional<std::int64_t> (*parse)(std::string_view) noexcept, const std::string& form);
  [[nodiscard]] std::optional<std::int64_t> bytes(std::string_view key, integer_range range);
  [[nodiscard]] std::optional<std::int64_t> duration_ms(std::string_view key, integer_range range);
  void note_value(const entry& at, std::string_view message);

  std::vector<entry> entries_;
  std::vector<std::string> asked_;
  std::string path_;
  int line_;
  bool is_mapping_ = true;  // otherwise that is the one mistake, and its keys are not missed
  mistake_list* mistakes_;
};

// The choice that a word names; a mistake listing the choices otherwise.
template <typename Choice>
[[nodiscard]] std::optional<Choice> choose(
    const config_text& word, const std::vector<std::pair<std::string, Choice>>& choices,
    mistake_list& mistakes);
void note_wrong_choice(const config_text& word, const std::vector<std::string>& names,
                       mistake_list& mistakes);

template <typename Choice>
std::optional<Choice> choose(const config_text& word,
                             const std::vector<std::pair<std::string, Choice>>& choices,
                             mistake_list& mistakes) {
  std::vector<std::string> names;
  for (const auto& [name, choice] : choices) {
    if (name == word.text) return choice;
    names.push_back(name);
  }
  note_wrong_choice(word, names, mistakes);
  return std::nullopt;
}

}  // namespace stint
