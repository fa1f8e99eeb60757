// Tested by tests/gateway/call/request/unmetered_model_test.cpp.
#include "gateway/call/request/unmetered_model.hpp"

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/request/parse_room.hpp"
#include "gateway/config/costs_of_paths.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/http/media_type.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// "model", and what routers take in its place or beside it. Any case: some servers read names so.
bool names_a_model(std::string_view field) noexcept {
  for (const std::string_view name : {"model", "models", "fallbacks"}) {
    if (equals_ignoring_case(field, name)) return true;
  }
  return false;
}

// What was found in a body.
struct named_models {
  bool any = false;
  bool readable = true;
  std::string foreign;  // the first that is not the key's
};

void note_name(const virtual_key& key, std::string_view name, named_models& into) {
  into.any = true;
  if (into.foreign.empty() && !key.may_use_model(name)) into.foreign = name.substr(0, 200);
}

void note(const virtual_key& key, simdjson::dom::element value, named_models& into) {
  std::string_view name;
  if (value.get(name) != simdjson::SUCCESS) {
    into.readable = false;
    return;
  }
  note_name(key, name, into);
}

void note_body(const virtual_key& key, simdjson::dom::object body, named_models& found) {
  for (const auto& field : body) {
    if (!names_a_model(field.key)) continue;
    simdjson::dom::array several;
    if (field.value.get(several) != simdjson::SUCCESS) {
      note(key, field.value, found);
      continue;
    }
    for (const simdjson::dom::element each : several)
      note(key, each, found);
  }
}

// What stands before the name of a model, or of what stands for one, in paths that providers serve.
constexpr std::array<std::string_view, 6> before_names = {"models",  "model",       "deployments",
                                                          "engines", "tunedmodels", "endpoints"};

bool stands_before_name(std::string_view segment) noexcept {
  return std::ranges::any_of(before_names, [segment](std::string_view before) {
    return equals_ignoring_case(segment, before);
  });
}

// With what a colon leads in: an action (".../models/NAME:generateContent"), or more of the name.
void note_segment(const virtual_key& key, std::string_view segment, named_models& into) {
  const std::string_view name = segment.substr(0, segment.find(':'));
  note_name(key, key.may_use_model(segment) ? segment : name, into);
}

// ".../models/NAME", ".../deployments/NAME/chat/completions", ".../model/NAME/invoke": in any case, as in
// a body, and past empty segments. What is escaped is not unfolded: it may be so once or twice, as the
// provider likes it; nor are parameters taken off.
void note_path(const virtual_key& key, std::string_view path, named_models& into) {
  if (path.find_first_of("%;") != std::string_view::npos) into.readable = false;
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

bool has_word_for_models(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 3> words = {"model", "deployment", "engine"};
  for (; !name.empty(); name.remove_prefix(1)) {
    const auto begins = [name](std::string_view word) { return begins_ignoring_case(name, word); };
    if (std::ranges::any_of(words, begins)) return true;
  }
  return false;
}

// In the query, or in a field of the head ("azureml-model-deployment"): what is there would have to be read
// as the provider reads it.
bool may_name_one_beside(const request_head& head) noexcept {
  std::string_view rest = head.query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find_first_of("&;"));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::string_view name = pair.substr(0, pair.find('='));
    if (name.find_first_of("%+") != std::string_view::npos || has_word_for_models(name))
      return true;
  }
  return std::ranges::any_of(
      head.fields(), [](const header_field& field) { return has_word_for_models(field.name); });
}

// The body has the padding that the parser wants, as it was read here. What a provider may mend is mended.
std::optional<simdjson::dom::object> read_object(simdjson::dom::parser& parser,
                                                 const std::string& body) {
  simdjson::dom::object root;
  const simdjson::error_code outcome = parser.parse(body).get(root);
  refuse_exhausted(parser, outcome);
  return outcome == simdjson::SUCCESS ? root : parse_object(parser, body);
}

}  // namespace

bool is_limited(const virtual_key& key, const request_head& head) noexcept {
  return !key.models.empty() && !costs_nothing(to_string(head.method), head.path);
}

std::optional<problem> refuse_unmetered_model(const virtual_key& key, const request_head& head,
                                              const std::string& body) {
  if (!is_limited(key, head)) return std::nullopt;
  named_models found;
  note_path(key, head.path, found);
  // Not kept: it would be as large as the largest body for ever.
  simdjson::dom::parser parser;
  const auto document = read_object(parser, body);
  if (document) note_body(key, *document, found);
  if (!found.foreign.empty()) {
    return make_problem(problem_kind::forbidden,
                        "the key '" + key.id + "' may not use the model '" + found.foreign + "'",
                        "model");
  }
  const bool is_read = document && is_plain_json(head) && !may_name_one_beside(head);
  if (found.any && found.readable && is_read) return std::nullopt;
  return make_problem(problem_kind::forbidden,
                      "the key '" + key.id +
                          "' may use some models only, and this call names none that can be read",
                      "model");
}

boost::asio::awaitable<std::optional<problem>> check_unmetered_model(boost::asio::thread_pool& pool,
                                                                     memory_budget& memory,
                                                                     const virtual_key& key,
                                                                     const request_head& head,
                                                                     const std::string& body) {
  if (!is_limited(key, head)) co_return std::nullopt;
  memory_claim claim(memory);
  if (auto full = claim_parsed(memory, key.id, body, claim)) co_return full;
  if (body.size() <= parsed_here_bytes_max) co_return refuse_unmetered_model(key, head, body);
  auto elsewhere = [&] { return refuse_unmetered_model(key, head, body); };
  co_return co_await on_counting_pool(pool, elsewhere);
}

}  // namespace stint
