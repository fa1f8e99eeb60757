// Tested by tests/tokenizer/vocab/tokenizer_json_test.cpp.
#include "tokenizer/vocab/tokenizer_json.hpp"

#include <algorithm>
#include <initializer_list>
#include <unordered_set>

#include <simdjson.h>

#include "tokenizer/vocab/byte_alphabet.hpp"
#include "tokenizer/vocab/merge_list.hpp"
#include "tokenizer/vocab/split_patterns.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

bool is_nothing(dom::element value) {
  std::string_view text;
  return value.is_null() || (value.get(text) == simdjson::SUCCESS && text.empty());
}

std::string unknown_key(dom::object in, std::initializer_list<std::string_view> known) {
  for (const dom::key_value_pair field : in) {
    if (std::find(known.begin(), known.end(), field.key) == known.end()) {
      return std::string(field.key) + ": not known to this reader";
    }
  }
  return {};
}

// What stands between the file and the numbers: each read_… returns the path and the reason of what
// is wrong, or nothing.
class file_reader {
 public:
  std::string read(dom::element document) {
    dom::object file;
    if (document.get(file) != simdjson::SUCCESS) return "not a JSON object";
    // `truncation`, `padding`, `post_processor` and `decoder` are for what surrounds a text, or for
    // its way back.
    std::string wrong =
        unknown_key(file, {"version", "truncation", "padding", "added_tokens", "normalizer",
                           "pre_tokenizer", "post_processor", "decoder", "model"});
    if (wrong.empty()) wrong = read_normalizer(file);
    if (wrong.empty()) wrong = read_pre_tokenizer(file);
    if (wrong.empty()) wrong = read_added(file);
    if (wrong.empty()) wrong = read_model(file);
    return wrong;
  }

  tokenizer_file take() { return std::move(found_); }

 private:
  std::string read_normalizer(dom::object file) {
    dom::element normalizer;
    if (file["normalizer"].get(normalizer) != simdjson::SUCCESS || normalizer.is_null()) return {};
    return read_one_normalizer(normalizer, "normalizer");
  }

  std::string read_one_normalizer(dom::element normalizer, const std::string& path) {
    std::string_view type;
    if (normalizer["type"].get(type) != simdjson::SUCCESS) return path + ": has no type";
    if (type == "NFC") {
      found_.nfc = true;
      return {};
    }
    dom::array each;
    if (type != "Sequence" || normalizer["normalizers"].get(each) != simdjson::SUCCESS) {
      return path + ".type: " + std::string(type) + " is not known to this reader";
    }
    std::size_t i = 0;
    for (const dom::element one : each) {
      const std::string inner = path + ".normalizers[" + std::to_string(i++) + ']';
      std::string wrong;
      std::string_view kind;
      if (one["type"].get(kind) == simdjson::SUCCESS && kind == "Sequence") {
        wrong = inner + ": a sequence in a sequence";
      } else {
        wrong = read_one_normalizer(one, inner);
      }
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  std::string read_pre_tokenizer(dom::object file) {
    dom::element rules;
    if (file["pre_tokenizer"].get(rules) != simdjson::SUCCESS || rules.is_null()) {
      return "pre_tokenizer: missing; only byte-level files are read";
    }
    auto found = recognise_split(rules);
    if (!found) return found.error();
    found_.split = *found;
    return {};
  }

  std::string read_added(dom::object file) {
    dom::element listed;
    if (file["added_tokens"].get(listed) != simdjson::SUCCESS || listed.is_null()) return {};
    dom::array tokens;
    if (listed.get(tokens) != simdjson::SUCCESS) return "added_tokens: not a list";
    for (const dom::element token : tokens) {
      std::string_view content;
      if (token["content"].get(content) != simdjson::SUCCESS) return "added_tokens: no content";
      added_.insert(content);
    }
    return {};
  }

  std::string read_model(dom::object file) {
    dom::object model;
    if (file["model"].get(model) != simdjson::SUCCESS) return "model: missing";
    std::string_view type;
    if (model["type"].get(type) != simdjson::SUCCESS || type != "BPE") {
      return "model.type: only BPE is read";
    }
    // Every byte is a token (by_priority), so nothing is ever unknown: `unk_token`, `fuse_unk` and
    // `byte_fallback` are without effect.
    std::string wrong = unknown_key(
        model, {"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
                "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"});
    if (!wrong.empty()) return "model." + wrong;
    dom::element value;
    for (const std::string_view key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (model[key].get(value) == simdjson::SUCCESS && !is_nothing(value)) {
        return "model." + std::string(key) + ": only byte-level files without one are read";
      }
    }
    double dropout = 0;
    if (model["dropout"].get(value) == simdjson::SUCCESS && !value.is_null() &&
        (value.get(dropout) != simdjson::SUCCESS || dropout != 0)) {
      return "model.dropout: counting cannot be random";
    }
    if (model["ignore_merges"].get(value) == simdjson::SUCCESS && !value.is_null() &&
        value.get(listed_.whole_piece_first) != simdjson::SUCCESS) {
      return "model.ignore_merges: not true or false";
    }
    wrong = read_vocabulary(model);
    if (wrong.empty()) wrong = read_merges(model);
    return wrong.empty() ? read_words() : wrong;
  }

  // Added tokens may stand in the vocabulary too; they are no text.
  std::string read_vocabulary(dom::object model) {
    dom::object vocabulary;
    if (model["vocab"].get(vocabulary) != simdjson::SUCCESS) return "model.vocab: not an object";
    std::string bytes;
    for (const dom::key_value_pair token : vocabulary) {
      std::uint64_t id = 0;
      const bool plain = bytes_of_symbols(token.key, bytes);
      if (token.value.get(id) != simdjson::SUCCESS || id > UINT32_MAX) {
        return "model.vocab: the id of \"" + std::string(token.key) +
               "\" is not a number below 2^32";
      }
      if (!plain && added_.contains(token.key)) continue;
      if (!plain) {
        return "model.vocab: \"" + std::string(token.key) +
               "\" is not spelled in the byte alphabet";
      }
      if (!listed_.ids.emplace(bytes, static_cast<std::uint32_t>(id)).second) {
        return "model.vocab: \"" + std::string(token.key) + "\" is there twice";
      }
      if (added_.contains(token.key)) added_bytes_.push_back(bytes);
      if (listed_.ids.size() > vocabulary_tokens_max) return "model.vocab: too many tokens";
    }
    return {};
  }

  std::string read_merges(dom::object model) {
    dom::array merges;
    if (model["merges"].get(merges) != simdjson::SUCCESS) return "model.merges: not a list";
    for (const dom::element merge : merges) {
      std::pair<std::string, std::string> pair;
      if (!read_merge(merge, pair)) {
        return "model.merges[" + std::to_string(listed_.merges.size()) +
               "]: not two tokens in the byte alphabet";
      }
      listed_.merges.push_back(std::move(pair));
    }
    return {};
  }

  // "left right", or since tokenizers 0.20 ["left", "right"].
  static bool read_merge(dom::element merge, std::pair<std::string, std::string>& into) {
    std::string_view left;
    std::string_view right;
    if (merge.get(left) == simdjson::SUCCESS) {
      const std::size_t space = left.find(' ');
      if (space == std::string_view::npos) return false;
      right = left.substr(space + 1);
      left = left.substr(0, space);
    } else {
      dom::array both;
      if (merge.get(both) != simdjson::SUCCESS || both.size() != 2) return false;
      if (both.at(0).get(left) != simdjson::SUCCESS) return false;
      if (both.at(1).get(right) != simdjson::SUCCESS) return false;
    }
    return bytes_of_symbols(left, into.first) && bytes_of_symbols(right, into.second);
  }

  std::string read_words() {
    std::unordered_set<std::string> made;
    for (const auto& [left, right] : listed_.merges)
      made.insert(left + right);
    for (const std::string& token : added_bytes_) {
      if (token.size() > 1 && !made.contains(token)) listed_.ids.erase(token);
    }
    auto words = by_priority(listed_);
    if (!words) return "model." + words.error();
    found_.words = std::move(*words);
    std::string flaw = flaw_of(found_.words);
    return flaw.empty() ? flaw : "model.vocab: " + flaw;
  }

  tokenizer_file found_;
  merge_list listed_;
  std::unordered_set<std::string_view> added_;  // views of the document
  std::vector<std::string> added_bytes_;
};

}  // namespace

boost::system::result<tokenizer_file, std::string> read_tokenizer_json(std::string_view text) {
  dom::parser parser;
  dom::element document;
  if (const auto error = parser.parse(text.data(), text.size()).get(document)) {
    return std::string("not JSON: ") + simdjson::error_message(error);
  }
  file_reader reader;
  std::string wrong = reader.read(document);
  if (!wrong.empty()) return wrong;
  return reader.take();
}

}  // namespace stint::tokenizer
