// Tested by tests/gateway/config/config_test.cpp.
#include "gateway/config/tokenizers.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/config/caps.hpp"
#include "gateway/config/named_file.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace stint {
namespace {

using tokenizer::split_rule;

const std::vector<std::pair<std::string, split_rule>> splits = {
    {"cl100k", split_rule::cl100k}, {"llama3", split_rule::cl100k},
    {"o200k", split_rule::o200k},   {"gpt2", split_rule::gpt2},
    {"qwen2", split_rule::qwen2},   {"deepseek_v3", split_rule::deepseek_v3},
};

void read_name(config_section& section, const config_reading& run, std::string& into) {
  section.require("name", "choose a name for this vocabulary, like llama3");
  const auto name = section.text("name");
  if (!name) return;
  into = name->text;
  const auto& others = run.into.tokenizers;
  const bool taken = tokenizer::find_encoding(into) != nullptr ||
                     std::any_of(others.begin(), others.end(), [&](const auto& other) {
                       return other.text != nullptr && other.text->name() == into;
                     });
  if (into.empty()) section.mistake(*name, "is empty; choose a name, like llama3");
  if (taken) section.mistake(*name, "\"" + into + "\" is taken; choose another name");
}

void read_models(config_section& section, config_reading& run, std::vector<std::string>& into) {
  section.require("models", "name the models it is for, like [llama-3*]");
  for (const config_text& glob : section.words("models")) {
    if (check_glob(glob, run.mistakes)) into.push_back(glob.text);
  }
}

tokenizer::installed_encoding read_tokenizer(const config_node& item, config_reading& run) {
  config_section section(item, run.mistakes);
  tokenizer::installed_encoding read;
  std::string name;
  read_name(section, run, name);
  std::optional<split_rule> split;
  if (const auto word = section.text("split")) split = choose(*word, splits, run.mistakes);
  section.require("file", "name a tokenizer.json or a .tiktoken file");
  if (const auto file = section.text("file")) {
    const std::string path = file_from(run.directory, file->text);
    auto loaded = tokenizer::load_encoding_file(name, path, split);
    if (loaded) {
      read.text = std::move(*loaded);
    } else {
      section.mistake(*file, path + ": " + loaded.error());
    }
  }
  read_models(section, run, read.models);
  section.finish();
  return read;
}

}  // namespace

void read_tokenizers(config_section& file, config_reading& run) {
  for (const auto& item : file.list("tokenizers")) {
    run.into.tokenizers.push_back(read_tokenizer(item, run));
  }
}

}  // namespace stint
