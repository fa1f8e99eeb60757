// Tested by tests/gateway/call/request/unmetered_model_test.cpp.
#include "gateway/call/request/unmetered_model.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <simdjson.h>

#include "gateway/config/costs_of_paths.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/http/media_type.hpp"
#include "gateway/http/query.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// How the name of a field, a query key or a field of the head says that a model is meant, or what stands for
// one. Any case: some servers read names so.
bool has_word_for_models(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 4> words = {"model", "deployment", "engine", "fallback"};
  for (; !name.empty(); name.remove_prefix(1)) {
    const auto begins = [name](std::string_view word) { return begins_ignoring_case(name, word); };
    if (std::ranges::any_of(words, begins)) return true;
  }
  return false;
}

// Of what a client wrote, for a message.
std::string told(std::string_view text) {
  constexpr std::size_t told_bytes_max = 200;
  return "'" + std::string(text.substr(0, told_bytes_max)) + "'";
}

// What was found in a call.
struct named_models {
  bool any = false;     // where APIs look for it
  std::string foreign;  // the first that is not the key's, and where
  std::string unread;   // the first that may name one, and cannot be read
};

void note_unread(std::string where, named_models& into) {
  if (into.unread.empty()) into.unread = std::move(where);
}

void note_name(const virtual_key& key, std::string_view name, std::string_view field,
               named_models& into) {
  if (!into.foreign.empty() || key.may_use_model(name)) return;
  into.foreign = told(name);
  if (field != "model" && !field.empty()) into.foreign += " that " + told(field) + " names";
}

// Looks for models in all of a body: batches and tools name them deep inside, and every API calls them
// something else. A field whose name has a word for models holds a name, a list of names or nothing;
// otherwise the call is refused, whatever it means there. What is data alone cannot be told from what a
// provider acts on, but for one thing: a JSON schema describes a field "model" by an object.
class body_search {
 public:
  body_search(const virtual_key& key, named_models& into) noexcept : key_(key), into_(into) {}

  void look_at(simdjson::dom::object root) { look_through(root, 0, false); }

 private:
  static constexpr int body_levels_max = 64;  // the tools of a batch's requests come to 20

  // `is_described`: its fields' names are those of a schema's "properties".
  void look_through(simdjson::dom::object one, int level, bool is_described) {
    for (const auto& field : one) {
      const bool may_name = has_word_for_models(field.key);
      if (!may_name || (is_described && field.value.is_object())) {
        look_into(field.value, level + 1, field.key == "properties");
      } else if (take_names(field.value, field.key) && level == 0 && field.key == "model") {
        into_.any = true;
      }
    }
  }

  void look_into(simdjson::dom::element value, int level, bool is_described) {
    if (!value.is_object() && !value.is_array()) return;
    if (level > body_levels_max) return note_unread("its body is nested too deeply", into_);
    simdjson::dom::object one;
    if (value.get(one) == simdjson::SUCCESS) return look_through(one, level, is_described);
    simdjson::dom::array several;
    if (value.get(several) != simdjson::SUCCESS) return;
    for (const simdjson::dom::element each : several)
      look_into(each, level + 1, false);
  }

  // Whether there was one.
  bool take_names(simdjson::dom::element value, std::string_view field) {
    if (value.is_null()) return false;
    simdjson::dom::array several;
    if (value.get(several) != simdjson::SUCCESS) return take_name(value, field);
    bool any = false;
    for (const simdjson::dom::element each : several)
      any = take_name(each, field) || any;
    return any;
  }

  bool take_name(simdjson::dom::element value, std::string_view field) {
    std::string_view name;
    if (value.get(name) != simdjson::SUCCESS) {
      note_unread("the field " + told(field) + " of its body is no name", into_);
      return false;
    }
    note_name(key_, name, field, into_);
    return true;
  }

  const virtual_key& key_;
  named_models& into_;
};

// What stands before the name of a model, or of what stands for one, in paths that providers serve.
constexpr std::array<std::string_view, 6> before_names = {"models",  "model",       "deployments",
                                                          "engines", "tunedmodels", "endpoints"};

bool stands_before_name(std::string_view segment) noexcept {
  return std::ranges::any_of(before_names, [segment](std::string_view before) {
    return equals_ignoring_case(segment, before);
  });
}

// What a colon leads in behind the name of a model, where it is no more of the name.
constexpr std::array<std::string_view, 12> actions = {"generateContent",
                                                      "streamGenerateContent",
                                                      "batchGenerateContent",
                                                      "countTokens",
                                                      "embedContent",
                                                      "batchEmbedContents",
                                                      "asyncBatchEmbedContent",
                                                      "predict",
                                                      "predictLongRunning",
                                                      "serverStreamingPredict",
                                                      "rawPredict",
                                                      "streamRawPredict"};

// "…-v1:0", "…-v1:0:200k"
bool is_version(std::string_view behind_colon) noexcept {
  return behind_colon.find_first_not_of("0123456789:k") == std::string_view::npos;
}

// "NAME:generateContent", "NAME:0": one name. Of "NAME:word" nobody here knows whether the word is an action
// or more of the name, and the key must have both.
void note_segment(const virtual_key& key, std::string_view segment, named_models& into) {
  into.any = true;
  const std::size_t last = segment.rfind(':');
  if (last != std::string_view::npos &&
      std::ranges::find(actions, segment.substr(last + 1)) != actions.end())
    segment = segment.substr(0, last);
  note_name(key, segment, "", into);
  const std::size_t first = segment.find(':');
  if (first != std::string_view::npos && !is_version(segment.substr(first + 1)))
    note_name(key, segment.substr(0, first), "", into);
}

// ".../models/NAME", ".../deployments/NAME/chat/completions", ".../model/NAME/invoke": in any case, as in
// a body, and past empty segments. What is escaped is not unfolded: it may be so once or twice, as the
// provider likes it; nor are parameters taken off.
void note_path(const virtual_key& key, std::string_view path, named_models& into) {
  if (path.find_first_of("%;") != std::string_view::npos)
    note_unread("its path has escapes or parameters", into);
  bool is_name = false;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.empty()) continue;
    if (is_name) note_segment(key, segment, into);
    is_name = stands_before_name(segment);
  }
}

// The provider must read the body as it was read here.
bool is_plain_json(const request_head& head) noexcept {
  const auto type = head.find("content-type");
  return !type || kind_of_media(*type) == media_kind::json;
}

// In the query, or in a field of the head that goes on ("azureml-model-deployment"): what is there would have
// to be read as the provider reads it.
void note_beside(const request_head& head, const passing_on& leaving, named_models& into) {
  std::string_view rest = head.query;
  while (!rest.empty()) {
    const std::string_view name = take_pair(rest, "&;").key;
    if (name.find_first_of("%+") != std::string_view::npos || has_word_for_models(name))
      note_unread("of its query, the key " + told(name), into);
  }
  for (const header_field& field : head.fields()) {
    if (has_word_for_models(field.name) && goes_on(field, leaving))
      note_unread("of its head, the field " + told(field.name), into);
  }
}

// The body has the padding that the parser wants, as it was read here. What a provider may mend is mended.
std::optional<simdjson::dom::object> read_object(simdjson::dom::parser& parser,
                                                 const std::string& body) {
  simdjson::dom::object root;
  const simdjson::error_code outcome = parser.parse(body).get(root);
  refuse_exhausted(parser, outcome);
  return outcome == simdjson::SUCCESS ? root : parse_object(parser, body);
}

// Whether the key has a list of models, and the call may cost something.
bool is_limited(const virtual_key& key, const request_head& head) noexcept {
  return !key.models.empty() && !costs_nothing(to_string(head.method), head.path);
}

// Of a key that is limited.
std::optional<problem> refuse_other_models(const virtual_key& key, const request_head& head,
                                           const passing_on& leaving, const std::string& body) {
  named_models found;
  note_path(key, head.path, found);
  // Not kept: it would be as large as the largest body for ever.
  simdjson::dom::parser parser;
  const auto document = read_object(parser, body);
  if (document) body_search(key, found).look_at(*document);
  if (!document || !is_plain_json(head)) note_unread("its body is no JSON object in UTF-8", found);
  note_beside(head, leaving, found);
  const std::string who = "the key '" + key.id + "' may ";
  if (!found.foreign.empty())
    return make_problem(problem_kind::forbidden, who + "not use the model " + found.foreign,
                        "model");
  if (!found.unread.empty())
    return make_problem(
        problem_kind::forbidden,
        who + "use some models only, and this call may name another: " + found.unread, "model");
  if (found.any) return std::nullopt;
  return make_problem(problem_kind::forbidden,
                      who + "use some models only, and this call names none that can be read",
                      "model");
}

}  // namespace

std::optional<problem> refuse_unmetered_model(const virtual_key& key, const request_head& head,
                                              const passing_on& leaving, const std::string& body) {
  if (!is_limited(key, head)) return std::nullopt;
  return refuse_other_models(key, head, leaving, body);
}

boost::asio::awaitable<std::optional<problem>> check_unmetered_model(read_elsewhere where,
                                                                     const virtual_key& key,
                                                                     const request_head& head,
                                                                     const passing_on& leaving,
                                                                     const std::string& body) {
  if (!is_limited(key, head)) co_return std::nullopt;
  auto read = [&] { return refuse_other_models(key, head, leaving, body); };
  co_return co_await read_within_share(where, key.id, body, read);
}

}  // namespace stint
